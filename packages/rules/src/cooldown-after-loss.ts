import {
  type UnpricedView,
  type BreachScope,
  type DayTrade,
  type Finding,
  formatUsd,
  type LockoutTerm,
  netPnl,
  sumUsd,
  unreachable,
  type Usd,
} from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { LossAmount } from './dollar-amount.ts'
import { describeDuration, lockoutTerm } from './duration.ts'
import { freshOrders } from './fresh-orders.ts'
import { keepOnly } from './keep-only.ts'
import { kept, type Rule, type RuleContext } from './rule.ts'
import { report } from './setting-problem.ts'

/** A loss and how long it locks. */
interface LossTier {
  readonly loss_amount: Usd
  readonly cooldown: LockoutTerm
}

export const CooldownAfterLossSettings = z
  .strictObject({
    ...commonSettings(true),
    loss_thresholds: z
      .array(
        z.strictObject({
          loss_amount: LossAmount.describe('The loss, in dollars, from which on the account is locked so long.'),
          cooldown: lockoutTerm(1_000).describe('How long; a deeper loss may not lock for less.'),
        }),
      )
      .min(1)
      .superRefine(checkTiers)
      .optional()
      .describe('Which loss locks for how long; -100, -200 and -300 dollars for 5, 15 and 30 minutes when absent.'),
    loss_threshold: LossAmount.optional().describe(
      'A single loss instead; its cooldown is `lockout_durations.timer_cooldown.cooldown_after_loss` of the timers file.',
    ),
    loss_unit: z
      .enum(['exit_order', 'execution', 'round_trip'])
      .default('exit_order')
      .describe('What one loss is: all closes of an order, a single execution, or everything from flat to flat.'),
    existing_positions: z
      .enum(['close', 'keep'])
      .default('close')
      .describe('Whether positions are closed when the cooldown starts.'),
  })
  .superRefine((settings, context) => {
    if (settings.loss_thresholds === undefined || settings.loss_threshold === undefined) return
    const why = 'both say which loss locks, and for how long'
    const problem = { expected: 'loss_thresholds or loss_threshold, not both', why, fix: 'remove one of them' }
    report(context, problem, settings.loss_threshold, ['loss_threshold'])
  })
type Settings = z.infer<typeof CooldownAfterLossSettings>

/** RULE-007: after a loss the account is flat for a while, the longer the deeper it was. */
export const cooldownAfterLoss: Rule<'cooldown_after_loss'> = {
  code: 'RULE-007',
  title: 'Cooldown after loss',
  enabledByDefault: true,
  readsPrices: false,
  settings: CooldownAfterLossSettings,
  renamedKeys: {
    threshold: 'loss_threshold, as a negative amount',
    loss_limit: 'loss_threshold, as a negative amount',
    cooldown: 'loss_thresholds, each with its cooldown',
    cooldown_minutes: 'loss_thresholds, each with its cooldown',
    cooldown_seconds: 'loss_thresholds, each with its cooldown',
    tiers: 'loss_thresholds',
    cooldown_duration: 'lockout_durations.timer_cooldown.cooldown_after_loss in timers_config.yaml',
  },

  /**
   * Judges units of which this turn applied something for the first time, and only where that made the loss reach a deeper tier: after a
   * restart or a cooldown nothing old locks again.
   */
  evaluate(settings, view, context) {
    if (view.newTrades.size === 0) return kept(null)
    const tiers = tiersOf(settings, context)
    const [shallowest] = tiers
    const findings: Finding[] = []
    let use = 0
    for (const unit of unitsOf(settings, view)) {
      const measured = lossOf(unit.trades)
      if (shallowest !== undefined) use = Math.max(use, measured / shallowest.loss_amount)
      const reached = tierOf(tiers, measured)
      const tier = tiers[reached - 1]
      if (tier === undefined || reached <= tierBefore(unit, tiers, view)) continue
      findings.push(finding(unit, measured, reached, tier, settings, view))
    }
    return { findings, blind: [], use }
  },

  limits: () => [],

  nextCheck: () => null,
}

/** Amounts in dollars and cooldowns as V34's rule has them (risk rules, RULE-007). */
const DEFAULT_TIERS: readonly LossTier[] = CooldownAfterLossSettings.shape.loss_thresholds.unwrap().parse([
  { loss_amount: -100, cooldown: '5m' },
  { loss_amount: -200, cooldown: '15m' },
  { loss_amount: -300, cooldown: '30m' },
])

/** One loss as the settings count it. */
interface Unit {
  readonly scope: BreachScope
  /** Those whose P&L counts, in order of their stamps. */
  readonly trades: readonly DayTrade[]
  /** Whether its loss is judged only as a whole, when the last of its trades has come. */
  readonly isWhole: boolean
}

/** From the smallest loss to the deepest. */
function tiersOf(settings: Settings, context: RuleContext): readonly LossTier[] {
  const single = settings.loss_threshold
  if (single !== undefined) return [{ loss_amount: single, cooldown: context.timers.cooldownAfterLoss }]
  return lossTiers(settings.loss_thresholds)
}

/** The tiers that hold when a rule says these, or says none; from the smallest loss to the deepest. */
export function lossTiers(written: readonly LossTier[] | undefined): readonly LossTier[] {
  return (written ?? DEFAULT_TIERS).toSorted((a, b) => b.loss_amount - a.loss_amount)
}

/** How many tiers the loss has reached. */
function tierOf(tiers: readonly LossTier[], loss: Usd): number {
  return tiers.filter((tier) => loss <= tier.loss_amount).length
}

/** The tier that the unit had reached when the last turn judged it. */
function tierBefore({ trades, isWhole }: Unit, tiers: readonly LossTier[], view: UnpricedView): number {
  const last = trades.at(-1)
  if (isWhole && last !== undefined && view.newTrades.has(last.trade.id)) return 0
  return tierOf(tiers, lossOf(trades.filter(({ trade }) => !view.newTrades.has(trade.id))))
}

function lossOf(trades: readonly DayTrade[]): Usd {
  return sumUsd(trades.map(({ trade }) => netPnl(trade)))
}

/**
 * Those of which something is new. Whoever caused them: what the flatten of a lockout loses counts too, and may extend it.
 */
function unitsOf(settings: Settings, view: UnpricedView): readonly Unit[] {
  const isNew = ({ trade }: DayTrade): boolean => view.newTrades.has(trade.id)
  const fresh = freshOrders(view)
  switch (settings.loss_unit) {
    case 'execution': {
      const fills = fresh.flatMap((order) => order.fills)
      return fills
        .filter((one) => isClose(one) && isNew(one))
        .map((one) => ({ scope: `trade:${one.trade.id}`, trades: [one], isWhole: true }))
    }
    case 'exit_order':
      return fresh.flatMap(({ orderId, fills }) => {
        const trades = fills.filter(isClose)
        return trades.some(isNew) ? [{ scope: `order:${orderId}`, trades, isWhole: false }] : []
      })
    case 'round_trip': {
      const touched = new Set(fresh.flatMap(({ fills }) => fills.map(({ trade }) => trade.contractId)))
      const trades = view.trades.filter(({ trade }) => touched.has(trade.contractId))
      const byContract = Map.groupBy(trades, ({ trade }) => trade.contractId)
      return [...byContract.values()].flatMap(roundTripsOf).filter((unit) => unit.trades.some(isNew))
    }
    default:
      return unreachable(settings.loss_unit)
  }
}

function isClose({ trade }: DayTrade): boolean {
  return trade.realizedPnl !== null
}

/**
 * What went from flat to flat (or turned over) in one contract. Closing trades take off what opening ones put on; what they take beyond that
 * was carried into the day.
 */
function roundTripsOf(ofContract: readonly DayTrade[]): readonly Unit[] {
  const ordered = ofContract.toSorted(closesFirst)
  let size = carriedIn(ordered)
  const units: Unit[] = []
  let trades: DayTrade[] = []
  for (const one of ordered) {
    trades.push(one)
    size += sizeChange(one)
    if (size > 0 || one.trade.realizedPnl === null) continue
    units.push({ scope: `trade:${one.trade.id}`, trades, isWhole: true })
    trades = []
  }
  return units
}

function carriedIn(ordered: readonly DayTrade[]): number {
  let size = 0
  let least = 0
  for (const one of ordered) {
    size += sizeChange(one)
    least = Math.min(least, size)
  }
  return -least
}

function sizeChange({ trade }: DayTrade): number {
  return trade.realizedPnl === null ? trade.size : -trade.size
}

/** By stamp; a fill that turns a position over has both halves at one stamp, and the closing one comes first. */
function closesFirst({ trade: a }: DayTrade, { trade: b }: DayTrade): number {
  return (
    a.at - b.at ||
    a.microseconds - b.microseconds ||
    a.orderId - b.orderId ||
    Number(a.realizedPnl === null) - Number(b.realizedPnl === null) ||
    a.id - b.id
  )
}

const UNIT_NAMES = { exit_order: 'An exit', execution: 'An execution', round_trip: 'A round trip' } as const

function finding(
  unit: Unit,
  measured: Usd,
  reached: number,
  tier: LossTier,
  settings: Settings,
  view: UnpricedView,
): Finding {
  const closes = settings.existing_positions === 'close'
  const length = tier.cooldown.kind === 'for' ? `for ${describeDuration(tier.cooldown.ms)}` : 'until the next reset'
  return {
    scope: unit.scope,
    measured: formatUsd(measured),
    limit: formatUsd(tier.loss_amount),
    message: `${UNIT_NAMES[settings.loss_unit]} lost ${formatUsd(measured)} (threshold ${formatUsd(tier.loss_amount)}); ${closes ? 'flat' : 'no new positions'} ${length}.`,
    tier: reached,
    goals: [closes ? { kind: 'flat-account' } : keepOnly(view)],
    lockout: {
      scope: 'account',
      effect: closes ? 'flat' : 'reduce-only',
      until: tier.cooldown.kind === 'for' ? tier.cooldown : { kind: 'next-reset' },
    },
  }
}

function checkTiers(tiers: readonly LossTier[], context: z.RefinementCtx): void {
  const ordered = [...tiers.entries()].toSorted(([, a], [, b]) => b.loss_amount - a.loss_amount)
  for (const [place, [index, { loss_amount, cooldown }]] of ordered.entries()) {
    const smaller = ordered[place - 1]?.[1]
    if (smaller === undefined) continue
    if (smaller.loss_amount === loss_amount) {
      const why = `${formatUsd(loss_amount)} is written twice, and one of the two would never act`
      report(context, { expected: 'another amount', why, fix: 'remove one of them' }, loss_amount, [
        index,
        'loss_amount',
      ])
    } else if (lengthOf(cooldown) < lengthOf(smaller.cooldown)) {
      const why = `the smaller loss of ${formatUsd(smaller.loss_amount)} locks longer`
      const problem = { expected: 'a cooldown at least as long', why, fix: 'lengthen it, or shorten the other' }
      report(context, problem, cooldown, [index, 'cooldown'])
    }
  }
}

function lengthOf(term: LockoutTerm): number {
  return term.kind === 'for' ? term.ms : Number.POSITIVE_INFINITY
}
