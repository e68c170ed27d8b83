import {
  type UnpricedView,
  type ContractId,
  type ContractSpec,
  type Finding,
  type Goal,
  namesProduct,
  type UnpricedPosition,
  productOf,
  unreachable,
} from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { kept, type Rule } from './rule.ts'
import { report } from './setting-problem.ts'

const Contracts = z.int().min(0).max(1_000)

/** What holds for a product that no limit names. */
type UnknownSymbolAction =
  | { readonly kind: 'block' }
  | { readonly kind: 'allow-with-limit'; readonly contracts: number }
  | { readonly kind: 'allow-unlimited' }

const UnknownSymbolAction = z
  .unknown()
  .transform(readUnknownSymbolAction)
  .meta({
    title: '`block`, `allow_with_limit:N` (N from 0 to 1000) or `allow_unlimited`',
    type: 'string',
    pattern: String.raw`^(block|allow_unlimited|allow_with_limit:\d{1,4})$`,
    examples: ['block', 'allow_with_limit:1', 'allow_unlimited'],
  })

function readUnknownSymbolAction(written: unknown, context: z.RefinementCtx): UnknownSymbolAction {
  if (written === 'block') return { kind: 'block' }
  if (written === 'allow_unlimited') return { kind: 'allow-unlimited' }
  const count = typeof written === 'string' ? /^allow_with_limit:(\d{1,4})$/.exec(written)?.[1] : undefined
  const contracts = Contracts.safeParse(count === undefined ? null : Number(count))
  if (contracts.success) return { kind: 'allow-with-limit', contracts: contracts.data }
  const expected = 'block, allow_with_limit:N or allow_unlimited'
  report(context, { expected, why: 'N is 0 to 1000 contracts', fix: 'write `block`' }, written)
  return z.NEVER
}

export const MaxContractsPerInstrumentSettings = z
  .strictObject({
    ...commonSettings(true),
    instrument_limits: z
      .record(z.string().min(1), Contracts)
      .default({})
      .describe(
        'Contracts by exchange root, product code or contract id; all months of a product count together. 0 forbids it.',
      )
      .meta({ examples: [{ MNQ: 2, ES: 1 }] }),
    default_limit: Contracts.optional().describe('Limit of every product without one of its own.'),
    unknown_symbol_action: UnknownSymbolAction.optional().describe(
      'What holds for a product without a limit; `block` when neither this nor `default_limit` is given.',
    ),
    enforcement: z
      .enum(['reduce_to_limit', 'close_all'])
      .default('reduce_to_limit')
      .describe('What is closed on a breach: what is too much of the product, or all of it.'),
  })
  .superRefine((settings, context) => {
    if (settings.default_limit === undefined || settings.unknown_symbol_action === undefined) return
    const why = 'both say what holds for a product without a limit of its own'
    const problem = { expected: 'default_limit or unknown_symbol_action, not both', why, fix: 'remove one of them' }
    report(context, problem, settings.unknown_symbol_action, ['unknown_symbol_action'])
  })
type Settings = z.infer<typeof MaxContractsPerInstrumentSettings>

/** RULE-002: the contracts of each product, over all its months and both sides, stay within that product's limit. */
export const maxContractsPerInstrument: Rule<'max_contracts_per_instrument'> = {
  code: 'RULE-002',
  title: 'Max contracts per instrument',
  enabledByDefault: true,
  readsPrices: false,
  settings: MaxContractsPerInstrumentSettings,
  renamedKeys: {
    limits: 'instrument_limits',
    unknown_symbol: 'unknown_symbol_action',
    max_contracts: 'instrument_limits, or default_limit for all products',
    close_all: 'enforcement: close_all',
    reduce_to_limit: 'enforcement: reduce_to_limit',
  },

  evaluate(settings, view) {
    if (view.positions.length === 0) return kept(0)
    const findings: Finding[] = []
    const blind: string[] = []
    let use = 0
    for (const months of productsOf(view)) {
      const limit = limitOf(settings, months)
      if (limit === 'unknowable') blind.push(`no contract record of ${months[0].contractId}, so its limit is unknown`)
      if (typeof limit !== 'number') continue
      const held = sizeOf(months, 'signedSize')
      if (held > 0) use = Math.max(use, limit === 0 ? 1 : held / limit)
      if (held > limit) findings.push(finding(settings, months, held, limit))
    }
    return { findings, blind, use }
  },

  limits(settings, view) {
    return [...productsOf(view)].flatMap((months) => {
      const limit = limitOf(settings, months)
      if (typeof limit !== 'number') return []
      const used = sizeOf(months, 'signedSize')
      return [
        { rule: 'RULE-002', what: productOf(months[0].contractId), kind: 'limit', unit: 'contracts', used, limit },
      ]
    })
  },

  nextCheck: () => null,
}

/** The open positions of one product: at least one. */
type Months = readonly [UnpricedPosition, ...UnpricedPosition[]]

function productsOf(view: UnpricedView): Iterable<Months> {
  const products = new Map<string, [UnpricedPosition, ...UnpricedPosition[]]>()
  for (const position of view.positions) {
    const product = productOf(position.contractId)
    const months = products.get(product)
    if (months === undefined) products.set(product, [position])
    else months.push(position)
  }
  return products.values()
}

/** `null`: no limit. `unknowable`: a limit may be written by the exchange root, which only the contract record tells. */
function limitOf(settings: Settings, months: Months): number | null | 'unknowable' {
  const listed = Object.entries(settings.instrument_limits)
  if (listed.length === 0) return limitOfUnlisted(settings)
  const named = listed.filter(([key]) =>
    months.some(({ contractId, contract }) => namesProductOf(key, contractId, contract)),
  )
  if (named.length > 0) return Math.min(...named.map(([, limit]) => limit))
  return months.some(({ contract }) => contract !== null) ? limitOfUnlisted(settings) : 'unknowable'
}

/** What holds for a product without a limit of its own; `null` for any size. */
export function limitOfUnlisted(settings: Settings): number | null {
  if (settings.default_limit !== undefined) return settings.default_limit
  const action = settings.unknown_symbol_action ?? { kind: 'block' }
  switch (action.kind) {
    case 'block':
      return 0
    case 'allow-with-limit':
      return action.contracts
    case 'allow-unlimited':
      return null
    default:
      return unreachable(action)
  }
}

/** A contract id as key means the product of that contract. */
function namesProductOf(key: string, contractId: ContractId, contract: ContractSpec | null): boolean {
  return namesProduct(key, contractId, contract) || productOf(key) === productOf(contractId)
}

function sizeOf(months: Months, sizeAs: 'signedSize' | 'projectedSize'): number {
  return months.reduce((sum, position) => sum + Math.abs(position[sizeAs]), 0)
}

function finding(settings: Settings, months: Months, held: number, limit: number): Finding {
  const product = nameOf(months)
  return {
    scope: `product:${product}`,
    measured: `${held} contracts`,
    limit: `${limit} contracts`,
    message:
      limit === 0
        ? `${product}: ${held} contracts are open; no limit allows this product.`
        : `${product}: ${held} contracts are open; the limit is ${limit}.`,
    tier: 1,
    goals: goalsFor(settings, months, product, limit),
    lockout: null,
  }
}

/** Beside what is being given up already. */
function goalsFor(settings: Settings, months: Months, product: string, limit: number): readonly Goal[] {
  let excess = sizeOf(months, 'projectedSize') - limit
  if (excess <= 0) return []
  if (limit === 0 || settings.enforcement === 'close_all') return [{ kind: 'flat-product', product }]
  const goals: Goal[] = []
  const newestFirst = months.toSorted((a, b) => b.enlargedAt - a.enlargedAt || (a.contractId < b.contractId ? 1 : -1))
  for (const { contractId, projectedSize } of newestFirst) {
    const given = Math.min(excess, Math.abs(projectedSize))
    if (given === 0) continue
    const side = projectedSize > 0 ? 'long' : 'short'
    goals.push({ kind: 'cap', contractId, side, contracts: Math.abs(projectedSize) - given })
    excess -= given
  }
  return goals
}

/** The exchange root; the gateway's code as long as some month lacks its contract record, because then only the code finds them all. */
function nameOf(months: Months): string {
  const [{ contractId, contract }] = months
  return contract === null || months.some((one) => one.contract === null) ? productOf(contractId) : contract.root
}
