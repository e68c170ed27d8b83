import {
  type AccountView,
  type BreachScope,
  type DayTrade,
  type Finding,
  instant,
  isActive,
  type LockoutDemand,
  type LockoutTerm,
  type Timers,
  type TradeId,
} from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { describeDuration } from './duration.ts'
import { keepOnly } from './keep-only.ts'
import { kept, type Rule, type RuleContext } from './rule.ts'
import { report } from './setting-problem.ts'

const Limit = z.int().min(1).nullable()

export const TradeFrequencyLimitSettings = z.strictObject({
  ...commonSettings(true),
  limits: z
    .strictObject({
      per_minute: Limit.default(3).describe('Trades within any 60 seconds; empty for no limit.'),
      per_hour: Limit.default(10).describe('Trades within any 60 minutes; empty for no limit.'),
      per_session: Limit.default(50).describe('Trades of the trading day; empty for no limit.'),
    })
    .superRefine(checkLimits)
    .prefault({})
    .describe('The trade after the last allowed one starts a cooldown.'),
  count: z
    .enum(['orders', 'entries', 'fills'])
    .default('orders')
    .describe('What is one trade: an order that filled, one that opened or enlarged, or every fill.'),
  existing_positions: z
    .enum(['keep', 'close'])
    .default('keep')
    .describe('Whether positions are kept when the cooldown starts.'),
})
type Settings = z.infer<typeof TradeFrequencyLimitSettings>

/** RULE-006: the trade after the last allowed one of a minute, an hour or the day begins a cooldown. */
export const tradeFrequencyLimit: Rule<'trade_frequency_limit'> = {
  code: 'RULE-006',
  title: 'Trade frequency limit',
  enabledByDefault: true,
  settings: TradeFrequencyLimitSettings,
  renamedKeys: {
    max_trades: 'limits.per_minute, limits.per_hour and limits.per_session: rolling windows',
    max_trades_per_minute: 'limits.per_minute',
    max_trades_per_hour: 'limits.per_hour',
    max_trades_per_session: 'limits.per_session',
    time_window_minutes: 'limits.per_minute, limits.per_hour and limits.per_session: rolling windows',
    cooldown_on_breach: 'lockout_durations.timer_cooldown.trade_frequency in timers_config.yaml',
    cooldown_seconds: 'lockout_durations.timer_cooldown.trade_frequency in timers_config.yaml',
  },

  /** Judges only trades that this turn applied for the first time: after a cooldown nothing old breaches again. */
  evaluate(settings, view, context) {
    if (view.newTrades.size === 0) return kept(null)
    const units = unitsOf(settings, view, context)
    const stamps = Float64Array.from(units, (unit) => unit.stamp).toSorted()
    const findings: Finding[] = []
    let use = 0
    for (const unit of units) {
      if (!view.newTrades.has(unit.firstTrade)) continue
      const counts = countsAround(unit, stamps, settings)
      for (const { count, limit } of counts) use = Math.max(use, count / limit)
      const exceeded = counts.filter(({ count, limit }) => count > limit)
      if (exceeded.length > 0) findings.push(finding(unit, exceeded, settings, view, context))
    }
    return { findings, blind: [], use }
  },

  nextCheck: () => null,
}

type WindowName = 'per_minute' | 'per_hour' | 'per_session'

/** What is counted, stamped with its first fill. */
interface Unit {
  readonly scope: BreachScope
  readonly firstTrade: TradeId
  /** Microseconds since the epoch. */
  readonly stamp: number
}

interface WindowCount {
  readonly window: WindowName
  readonly count: number
  readonly limit: number
}

/** From the shortest; the position in the list is the tier below which a breach does not worsen. */
const WINDOWS = [
  { window: 'per_minute', widthUs: 60_000_000, text: 'a minute', term: 'perMinute' },
  { window: 'per_hour', widthUs: 3_600_000_000, text: 'an hour', term: 'perHour' },
  { window: 'per_session', widthUs: null, text: 'the trading day', term: 'perSession' },
] as const satisfies readonly {
  readonly window: WindowName
  /** `null`: the whole trading day. */
  readonly widthUs: number | null
  readonly text: string
  readonly term: keyof Timers['tradeFrequency']
}[]

/** What the trader did, in order. What this program did never counts, nor does the way out while the rule's own cooldown lasts. */
function unitsOf(settings: Settings, view: AccountView, context: RuleContext): readonly Unit[] {
  const byTrader = view.trades.filter((one) => one.origin === 'trader').toSorted((a, b) => stampOf(a) - stampOf(b))
  const fillsOfOrder = Map.groupBy(byTrader, ({ trade }) => trade.orderId)
  const units: Unit[] = []
  for (const [orderId, fills] of fillsOfOrder) {
    const [first] = fills
    if (first === undefined || isExempt(fills, context)) continue
    if (settings.count === 'fills') {
      for (const fill of fills) {
        units.push({ scope: `trade:${fill.trade.id}`, firstTrade: fill.trade.id, stamp: stampOf(fill) })
      }
    } else if (settings.count === 'orders' || isEntry(fills, stampOf(first))) {
      units.push({ scope: `order:${orderId}`, firstTrade: first.trade.id, stamp: stampOf(first) })
    }
  }
  return units
}

/** Whether the order's first fill opened or enlarged: such half-turns carry no P&L. A fill that turns a position over has both halves at one stamp. */
function isEntry(fills: readonly DayTrade[], firstStamp: number): boolean {
  return fills.some((fill) => stampOf(fill) === firstStamp && fill.trade.realizedPnl === null)
}

function isExempt(fills: readonly DayTrade[], context: RuleContext): boolean {
  if (fills.some(({ trade }) => trade.realizedPnl === null)) return false
  const at = Math.min(...fills.map(({ trade }) => trade.at))
  return context.lockouts.some(
    (one) => one.rule === tradeFrequencyLimit.code && one.from <= at && isActive(one, instant(at)),
  )
}

/**
 * The largest count of every window that contains the unit. A unit that arrives late may lie in windows that end at a later one, so every
 * end within the width is tried.
 *
 * @param stamps - of all units, ascending
 */
function countsAround(unit: Unit, stamps: Float64Array, settings: Settings): readonly WindowCount[] {
  const counts: WindowCount[] = []
  for (const { window, widthUs } of WINDOWS) {
    const limit = settings.limits[window]
    if (limit === null) continue
    const count = widthUs === null ? stamps.length : largestCount(unit, stamps, widthUs)
    counts.push({ window, count, limit })
  }
  return counts
}

/** Both ends of the window only move forward, so every stamp is met once. */
function largestCount({ stamp }: Unit, stamps: Float64Array, widthUs: number): number {
  let largest = 0
  let first = 0
  for (const [last, end] of stamps.entries()) {
    if (end >= stamp + widthUs) break
    while ((stamps[first] ?? end) <= end - widthUs) first += 1
    // Of equal stamps the last one has the whole count.
    if (end >= stamp) largest = Math.max(largest, last - first + 1)
  }
  return largest
}

function finding(
  unit: Unit,
  exceeded: readonly WindowCount[],
  settings: Settings,
  view: AccountView,
  context: RuleContext,
): Finding {
  let longest: { readonly ms: number; readonly term: LockoutTerm } = { ms: 0, term: { kind: 'for', ms: 0 } }
  let tier = 0
  const parts: string[] = []
  for (const { window, count, limit } of exceeded) {
    const index = WINDOWS.findIndex((one) => one.window === window)
    const described = WINDOWS[index]
    if (described === undefined) continue
    const term = context.timers.tradeFrequency[described.term]
    const ms = term.kind === 'for' ? term.ms : context.calendar.nextReset(context.now) - context.now
    if (ms > longest.ms) longest = { ms, term }
    tier = Math.max(tier, index + 1)
    parts.push(`${count} trades in ${described.text} (limit ${limit})`)
  }
  const until: LockoutDemand['until'] = longest.term.kind === 'for' ? longest.term : { kind: 'next-reset' }
  const cooldown = until.kind === 'for' ? `for ${describeDuration(until.ms)}` : 'until the next reset'
  const closes = settings.existing_positions === 'close'
  return {
    scope: unit.scope,
    measured: exceeded.map(({ count }) => `${count} trades`).join(', '),
    limit: exceeded.map(({ window, limit }) => `${limit} ${window.replace('_', ' ')}`).join(', '),
    message: `${parts.join(' and ')}; ${closes ? 'flat' : 'no new positions'} ${cooldown}.`,
    tier,
    goals: [closes ? { kind: 'flat-account' } : keepOnly(view)],
    lockout: { scope: 'account', effect: closes ? 'flat' : 'reduce-only', until },
  }
}

function stampOf({ trade }: DayTrade): number {
  return trade.at * 1_000 + trade.microseconds
}

function checkLimits(limits: Readonly<Record<WindowName, number | null>>, context: z.RefinementCtx): void {
  const set = WINDOWS.flatMap(({ window }) => {
    const limit = limits[window]
    return limit === null ? [] : [{ window, limit }]
  })
  if (set.length === 0) {
    const why = 'without any limit the rule could never act'
    report(context, { expected: 'at least one limit', why, fix: 'set `per_minute`, or write `enabled: false`' }, limits)
  }
  for (const [index, { window, limit }] of set.entries()) {
    const shorter = set[index - 1]
    if (shorter === undefined || shorter.limit <= limit) continue
    const why = `${shorter.window} allows ${shorter.limit}, so a smaller ${window} would make it pointless`
    const fix = `write at least \`${shorter.limit}\`, or \`null\` for no limit`
    report(context, { expected: `at least ${shorter.limit}`, why, fix }, limit, [window])
  }
}
