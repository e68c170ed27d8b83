import {
  type UnpricedView,
  type ContractId,
  type ContractSpec,
  couldEnlarge,
  type Finding,
  type Goal,
  namesProduct,
  type Order,
  productOf,
  remainingSize,
  signedRemaining,
  unreachable,
} from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { kept, type Rule, type RuleContext } from './rule.ts'

export const MaxContractsSettings = z.strictObject({
  ...commonSettings(true),
  limit: z
    .int()
    .min(1)
    .max(1_000)
    .describe('Contracts that may be held at once, all products together.')
    .meta({ examples: [5] }),
  count_type: z
    .enum(['gross', 'net_by_product', 'net'])
    .default('gross')
    .describe('`gross` adds all sizes; `net_by_product` nets the months of a product; `net` nets everything.'),
  weighting: z
    .enum(['contracts', 'mini_equivalent'])
    .default('contracts')
    .describe('`contracts` counts each as one; `mini_equivalent` counts a mini as ten micros.'),
  weights: z
    .record(z.string().min(1), z.int().min(1).max(100))
    .default({})
    .describe('Micro units per contract of a product, where they differ from the built-in ones.')
    .meta({ examples: [{ SIL: 2 }] }),
  enforcement: z
    .enum(['reduce_to_limit', 'close_all'])
    .default('reduce_to_limit')
    .describe('What is closed on a breach: what is too much, or everything.'),
  include_working_orders: z.boolean().default(false).describe('Whether entry orders count as if they had filled.'),
})
type Settings = z.infer<typeof MaxContractsSettings>

/** RULE-001: the account's contracts, counted over all products, stay within one limit. */
export const maxContracts: Rule<'max_contracts'> = {
  code: 'RULE-001',
  title: 'Max contracts',
  enabledByDefault: true,
  readsPrices: false,
  settings: MaxContractsSettings,
  renamedKeys: {
    max_contracts: 'limit',
    close_all: 'enforcement: close_all',
    reduce_to_limit: 'enforcement: reduce_to_limit',
    lockout_on_breach: 'nothing: this rule never locks',
  },

  evaluate(settings, view, context) {
    const unitsMax = unitsAllowed(settings)
    const held = countUnits(exposuresOf(settings, view, context, 'signedSize'), settings)
    const use = held / unitsMax
    if (held <= unitsMax) return kept(use)
    const projected = exposuresOf(settings, view, context, 'projectedSize')
    const goals = goalsFor(settings, view, projected, unitsMax)
    return { findings: [finding(settings, held, unitsMax, goals)], blind: [], use }
  },

  limits(settings, view, context) {
    const used = countUnits(exposuresOf(settings, view, context, 'signedSize'), settings)
    return [
      { rule: 'RULE-001', what: 'contracts', kind: 'limit', unit: 'contracts', used, limit: unitsAllowed(settings) },
    ]
  },

  nextCheck: () => null,
}

const MICROS_PER_MINI = 10

/** Exchange roots that weigh one micro unit (risk rules, RULE-001). */
const MICROS: ReadonlySet<string> = new Set(
  ['MES', 'MNQ', 'M2K', 'MYM'].concat(['MCL', 'MNG', 'MGC', 'MHG'], ['M6E', 'M6B', 'M6A', 'MCD']),
)

/** A contract's share of the count. */
interface Exposure {
  readonly contractId: ContractId
  readonly weight: number
  /** Signed contracts. */
  size: number
  /** Contracts that working orders could still buy, and sell. */
  buys: number
  sells: number
}

type Exposures = ReadonlyMap<ContractId, Exposure>

/** `projectedSize` leaves out what is being given up already. */
function exposuresOf(
  settings: Settings,
  view: UnpricedView,
  context: RuleContext,
  sizeAs: 'signedSize' | 'projectedSize',
): Exposures {
  const exposures = new Map<ContractId, Exposure>()
  for (const position of view.positions) {
    const { contractId, contract } = position
    const weight = weightOf(settings, contractId, contract)
    exposures.set(contractId, { contractId, weight, size: position[sizeAs], buys: 0, sells: 0 })
  }
  if (!settings.include_working_orders) return exposures
  for (const order of view.orders) {
    if (!canFill(order)) continue
    if (sizeAs === 'projectedSize' && view.ordersBeingCancelled.has(order.id)) continue
    let exposure = exposures.get(order.contractId)
    if (exposure === undefined) {
      const { contractId } = order
      const weight = weightOf(settings, contractId, context.contract(contractId))
      exposure = { contractId, weight, size: 0, buys: 0, sells: 0 }
      exposures.set(contractId, exposure)
    }
    addOrder(exposure, order, 1)
  }
  for (const position of view.positions) leaveOutFilled(exposures, position)
  return exposures
}

/** What an order has brought already is part of the position, although the order itself does not say so yet. */
function leaveOutFilled(exposures: Exposures, { contractId, grownAhead }: UnpricedView['positions'][number]): void {
  const exposure = exposures.get(contractId)
  if (exposure === undefined) return
  exposure.buys -= Math.min(exposure.buys, Math.max(0, grownAhead))
  exposure.sells -= Math.min(exposure.sells, Math.max(0, -grownAhead))
}

function addOrder(exposure: Exposure, order: Order, sign: 1 | -1): void {
  if (order.side === 'buy') exposure.buys += sign * remainingSize(order)
  else exposure.sells += sign * remainingSize(order)
}

/** A suspended bracket child waits for its entry, which is counted itself. */
function canFill(order: Order): boolean {
  return order.status !== 'suspended'
}

function weightOf(settings: Settings, contractId: ContractId, contract: ContractSpec | null): number {
  if (settings.weighting === 'contracts') return 1
  const own = Object.entries(settings.weights).filter(([key]) => namesProduct(key, contractId, contract))
  if (own.length > 0) return Math.max(...own.map(([, weight]) => weight))
  return unitsOfRoot(contract?.root ?? productOf(contractId))
}

/** Micro units of one contract of a product, by exchange root, as the program has them built in: 1 for a micro, 10 for a mini. */
export function unitsOfRoot(root: string): number {
  return MICROS.has(root) ? 1 : MICROS_PER_MINI
}

/** What one contract of a product counts, by exchange root, in the units of {@link unitsAllowed}. */
export function unitsPerContract(settings: Settings, root: string): number {
  return settings.weighting === 'contracts' ? 1 : (settings.weights[root] ?? unitsOfRoot(root))
}

/** The limit in contracts, or in micro units where minis and micros are weighted. */
export function unitsAllowed(settings: Settings): number {
  return settings.limit * (settings.weighting === 'contracts' ? 1 : MICROS_PER_MINI)
}

/** What the limit is compared with: the most that can be held should working orders fill on one side. */
function countUnits(exposures: Exposures, settings: Settings): number {
  let units = 0
  for (const group of groupsOf(exposures, settings)) units += unitsOf(group)
  return units
}

/** Contracts that net against each other. */
function groupsOf(exposures: Exposures, settings: Settings): Iterable<readonly Exposure[]> {
  const all = [...exposures.values()]
  switch (settings.count_type) {
    case 'gross':
      return all.map((exposure) => [exposure])
    case 'net_by_product':
      return Map.groupBy(all, ({ contractId }) => productOf(contractId)).values()
    case 'net':
      return [all]
    default:
      return unreachable(settings.count_type)
  }
}

function unitsOf(group: readonly Exposure[]): number {
  let long = 0
  let short = 0
  for (const { size, buys, sells, weight } of group) {
    long += (size + buys) * weight
    short += (sells - size) * weight
  }
  return Math.max(long, short)
}

/** What has to be given up beside what is given up already. Changes the exposures to what is left then. */
function goalsFor(settings: Settings, view: UnpricedView, exposures: Exposures, unitsMax: number): readonly Goal[] {
  if (countUnits(exposures, settings) <= unitsMax) return []
  if (settings.enforcement === 'close_all') return [{ kind: 'flat-account' }]
  return [
    ...cancelEntries(settings, view, exposures, unitsMax),
    ...reducePositions(settings, view, exposures, unitsMax),
  ]
}

/** Entries go before positions, newest first; a stop that protects goes last. */
function cancelEntries(
  settings: Settings,
  view: UnpricedView,
  exposures: Exposures,
  unitsMax: number,
): readonly Goal[] {
  if (!settings.include_working_orders) return []
  const goals: Goal[] = []
  const candidates = view.orders
    .filter((order) => canFill(order) && !view.ordersBeingCancelled.has(order.id))
    .toSorted(
      (a, b) =>
        Number(isProtective(a, exposures)) - Number(isProtective(b, exposures)) ||
        b.createdAt - a.createdAt ||
        b.id - a.id,
    )
  while (countUnits(exposures, settings) > unitsMax) {
    const index = candidates.findIndex((order) => isWorthCancelling(order, settings, exposures))
    const [order] = index < 0 ? [] : candidates.splice(index, 1)
    const exposure = order === undefined ? undefined : exposures.get(order.contractId)
    if (order === undefined || exposure === undefined) break
    addOrder(exposure, order, -1)
    goals.push({ kind: 'order-cancelled', orderId: order.id })
  }
  // What is left can only reduce, so from here on positions alone make the count.
  for (const exposure of exposures.values()) {
    exposure.buys = 0
    exposure.sells = 0
  }
  return goals
}

function isProtective(order: Order, exposures: Exposures): boolean {
  const size = exposures.get(order.contractId)?.size ?? 0
  return (order.type === 'stop' || order.type === 'trailing-stop') && size * signedRemaining(order) < 0
}

/** Orders that only reduce one by one may together turn the position over; then cancelling one lowers the count. */
function isWorthCancelling(order: Order, settings: Settings, exposures: Exposures): boolean {
  const exposure = exposures.get(order.contractId)
  if (exposure === undefined) return false
  if (couldEnlarge(order, exposure.size)) return true
  const before = countUnits(exposures, settings)
  addOrder(exposure, order, -1)
  const after = countUnits(exposures, settings)
  addOrder(exposure, order, 1)
  return after < before
}

/** The fewest contracts of the contract that the event enlarged, the rest from the next candidate. */
function reducePositions(
  settings: Settings,
  view: UnpricedView,
  exposures: Exposures,
  unitsMax: number,
): Iterable<Goal> {
  const caps = new Map<ContractId, Goal>()
  for (;;) {
    const excess = countUnits(exposures, settings) - unitsMax
    const candidate = excess > 0 ? nextToReduce(settings, view, exposures) : null
    if (candidate === null) return caps.values()
    const { contractId, weight, size } = candidate.exposure
    const useful = Math.ceil(candidate.units / weight)
    const given = Math.min(Math.abs(size), Math.ceil(excess / weight), useful)
    const contracts = Math.abs(size) - given
    candidate.exposure.size = Math.sign(size) * contracts
    caps.set(contractId, { kind: 'cap', contractId, side: size > 0 ? 'long' : 'short', contracts })
  }
}

interface Candidate {
  readonly exposure: Exposure
  /** What its group counts: giving up more than that would count up again on the other side. */
  readonly units: number
}

/** The contract that the event enlarged, then the largest, then by id; on the dominating side where sides net. */
function nextToReduce(settings: Settings, view: UnpricedView, exposures: Exposures): Candidate | null {
  const candidates: Candidate[] = []
  for (const group of groupsOf(exposures, settings)) {
    const net = group.reduce((sum, { size, weight }) => sum + size * weight, 0)
    for (const exposure of group) {
      if (exposure.size * net > 0) candidates.push({ exposure, units: Math.abs(net) })
    }
  }
  candidates.sort(
    ({ exposure: a }, { exposure: b }) =>
      Number(b.contractId === view.enlarged) - Number(a.contractId === view.enlarged) ||
      Math.abs(b.size) - Math.abs(a.size) ||
      (a.contractId < b.contractId ? -1 : 1),
  )
  return candidates[0] ?? null
}

function finding(settings: Settings, held: number, unitsMax: number, goals: readonly Goal[]): Finding {
  const unit = settings.weighting === 'contracts' ? 'contracts' : 'micro units'
  const basis = { gross: 'gross', net_by_product: 'net by product', net: 'net' }[settings.count_type]
  const what = settings.include_working_orders ? 'Positions and working orders' : 'Positions'
  return {
    scope: 'account',
    measured: `${held} ${unit}`,
    limit: `${unitsMax} ${unit}`,
    message: `${what} count ${held} ${unit} (${basis}); the limit is ${unitsMax}.`,
    tier: 1,
    goals,
    lockout: null,
  }
}
