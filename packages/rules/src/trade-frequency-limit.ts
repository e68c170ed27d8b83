import {
  type UnpricedView,
  type BreachScope,
  type DayTrade,
  type FilledOrder,
  type Finding,
  instant,
  isActive,
  type LockoutDemand,
  type LockoutTerm,
  stampUs,
  type Timers,
  type TradeId,
} from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import { describeDuration } from './duration.ts'
import { freshOrders } from './fresh-orders.ts'
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
  readsPrices: false,
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
    const fresh = freshOrders(view).flatMap((order) => unitsOf(order, settings, context))
    const judged = fresh.filter(({ firstTrade }) => view.newTrades.has(firstTrade))
    if (judged.length === 0) return kept(0)
    const stamps = stampsOf(settings, view, context)
    const findings: Finding[] = []
    let use = 0
    for (const unit of judged) {
      const counts = countsAround(unit, stamps, settings)
      for (const { count, limit } of counts) use = Math.max(use, count / limit)
      const exceeded = counts.filter(({ count, limit }) => count > limit)
      if (exceeded.length > 0) findings.push(finding(unit, exceeded, settings, view, context))
    }
    return { findings, blind: [], use }
  },

  limits(settings, view, context) {
    const stamps = stampsOf(settings, view, context)
    return WINDOWS.flatMap(({ window, widthUs, text }) => {
      const limit = settings.limits[window]
      if (limit === null) return []
      const used =
        widthUs === null ? stamps.length : stamps.length - firstFrom(stamps, context.now * 1_000 - widthUs + 1)
      return [{ rule: 'RULE-006', what: `trades in ${text}`, kind: 'limit', unit: 'trades', used, limit }]
    })
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

/** The units of an order, stamped. */
function unitsOf(order: FilledOrder, settings: Settings, context: RuleContext): readonly Unit[] {
  return countedFills(order, settings, context).map((fill) => ({
    scope: settings.count === 'fills' ? `trade:${fill.trade.id}` : `order:${order.orderId}`,
    firstTrade: fill.trade.id,
    stamp: stampUs(fill.trade),
  }))
}

/** Of all units of the day, ascending. */
function stampsOf(settings: Settings, { filledOrders }: UnpricedView, context: RuleContext): Float64Array {
  // Without a cooldown nothing is exempt, and then the book has said already when each order began.
  const isSimple = settings.count === 'orders' && context.lockouts.length === 0
  const stamps = isSimple
    ? beginnings(filledOrders)
    : Float64Array.from(
        filledOrders.flatMap((order) => countedFills(order, settings, context).map(({ trade }) => stampUs(trade))),
      )
  return isAscending(stamps) ? stamps : stamps.toSorted()
}

/** When the trader's orders of the day began: asked after every trade, so that nothing is made of them but the list. */
function beginnings(orders: readonly FilledOrder[]): Float64Array {
  const stamps = new Float64Array(orders.length)
  let count = 0
  for (const { tradedAtUs } of orders) {
    if (tradedAtUs === null) continue
    stamps[count] = tradedAtUs
    count += 1
  }
  return stamps.subarray(0, count)
}

function isAscending(stamps: Float64Array): boolean {
  for (let index = 1; index < stamps.length; index += 1) {
    if ((stamps[index] ?? 0) < (stamps[index - 1] ?? 0)) return false
  }
  return true
}

/**
 * The fills of an order with which something begins that counts. What this program did never counts, nor does the way out while the rule's
 * own cooldown lasts.
 */
function countedFills({ fills }: FilledOrder, settings: Settings, context: RuleContext): readonly DayTrade[] {
  const byTrader = fills.every(isByTrader) ? fills : fills.filter(isByTrader)
  const [first] = byTrader
  if (first === undefined || isExempt(byTrader, context)) return NO_FILLS
  if (settings.count === 'fills') return byTrader
  if (settings.count === 'entries' && !isEntry(byTrader, stampUs(first.trade))) return NO_FILLS
  return byTrader.length === 1 ? byTrader : [first]
}

const NO_FILLS: readonly DayTrade[] = []

function isByTrader({ origin }: DayTrade): boolean {
  return origin === 'trader'
}

/** Whether the order's first fill opened or enlarged: such half-turns carry no P&L. A fill that turns a position over has both halves at one stamp. */
function isEntry(fills: readonly DayTrade[], firstStamp: number): boolean {
  return fills.some((fill) => stampUs(fill.trade) === firstStamp && fill.trade.realizedPnl === null)
}

function isExempt(fills: readonly DayTrade[], { lockouts }: RuleContext): boolean {
  if (lockouts.length === 0 || fills.some(({ trade }) => trade.realizedPnl === null)) return false
  const at = Math.min(...fills.map(({ trade }) => trade.at))
  // What fills in the millisecond in which the cooldown begins is the order that began it.
  return lockouts.some((one) => one.rule === tradeFrequencyLimit.code && one.from < at && isActive(one, instant(at)))
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

/** Both ends of the window only move forward, so every stamp is met once; what no window with the unit can reach is not met at all. */
function largestCount({ stamp }: Unit, stamps: Float64Array, widthUs: number): number {
  let largest = 0
  let first = firstFrom(stamps, stamp - widthUs)
  for (let last = firstFrom(stamps, stamp); last < stamps.length; last += 1) {
    const end = stamps[last] ?? Number.POSITIVE_INFINITY
    if (end >= stamp + widthUs) break
    while ((stamps[first] ?? end) <= end - widthUs) first += 1
    // Of equal stamps the last one has the whole count.
    largest = Math.max(largest, last - first + 1)
  }
  return largest
}

/** Index of the first stamp that is not below the given one. */
function firstFrom(stamps: Float64Array, least: number): number {
  let low = 0
  let high = stamps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((stamps[middle] ?? least) < least) low = middle + 1
    else high = middle
  }
  return low
}

function finding(
  unit: Unit,
  exceeded: readonly WindowCount[],
  settings: Settings,
  view: UnpricedView,
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
