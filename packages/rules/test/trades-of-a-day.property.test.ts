import {
  type AccountView,
  type DayTrade,
  instant,
  later,
  type Lockout,
  netPnl,
  OrderId,
  sumUsd,
  TradeId,
  usd,
} from '@rm/domain'
import { aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cooldownAfterLoss } from '../src/cooldown-after-loss.ts'
import { tradeFrequencyLimit } from '../src/trade-frequency-limit.ts'
import { aContext, aView, NOW } from './account-views.ts'

const MINUTE_MS = 60_000

/** A day's trades, some of them new. Orders fill in parts, at any time and in any order of their ids. */
const days = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 40 }),
      order: fc.integer({ min: 1, max: 8 }),
      secondsAgo: fc.integer({ min: 0, max: 150 }).map((step) => step * 30),
      microseconds: fc.constantFrom(0, 400),
      pnl: fc.option(fc.integer({ min: -300, max: 50 })),
      isOurs: fc.integer({ min: 0, max: 5 }).map((roll) => roll === 0),
      isNew: fc.boolean(),
    }),
    { selector: ({ id }) => id, maxLength: 20 },
  )
  .map((trades) => {
    const listed = trades
      .map(({ id, order, secondsAgo, microseconds, pnl, isOurs }) => ({
        ...aTrade(id, contracts.MNQ, {
          orderId: OrderId.parse(order),
          realizedPnl: pnl === null ? null : usd(pnl * 10_000),
          fees: usd(5_000),
          at: later(NOW, -secondsAgo * 1_000),
          microseconds,
        }),
        origin: isOurs ? ('enforcer' as const) : ('trader' as const),
      }))
      .toSorted((a, b) => a.at - b.at || a.microseconds - b.microseconds || a.id - b.id)
    const fresh = trades.filter(({ isNew }) => isNew).map(({ id }) => TradeId.parse(id))
    return aView({ trades: listed, newTrades: new Set(fresh) })
  })

const cooldowns = fc.array(
  fc.record({ fromMin: fc.integer({ min: 0, max: 60 }), lengthMin: fc.integer({ min: 1, max: 30 }) }),
  { maxLength: 2 },
)

test('the windows of the trade frequency hold what a walk over the whole day counts', () => {
  const limits = { per_minute: 1, per_hour: 3, per_session: 5 }
  fc.assert(
    fc.property(days, cooldowns, fc.constantFrom('orders', 'entries', 'fills'), (view, locked, count) => {
      const lockouts = locked.map(({ fromMin, lengthMin }) => aCooldown(fromMin, lengthMin))
      const settings = tradeFrequencyLimit.settings.parse({ limits, count })
      const { findings, use } = tradeFrequencyLimit.evaluate(settings, view, aContext({ lockouts }))
      const walked = walkedFrequency(view, lockouts, count)
      expect(Object.fromEntries(findings.map(({ scope, measured }) => [scope, measured]))).toEqual(walked.measured)
      expect(use ?? 0).toBe(walked.use)
    }),
    { numRuns: 500 },
  )
})

test('the losses that begin a cooldown are those of a walk over the whole day', () => {
  fc.assert(
    fc.property(days, fc.constantFrom('exit_order', 'execution'), (view, loss_unit) => {
      const settings = cooldownAfterLoss.settings.parse({ loss_unit })
      const { findings } = cooldownAfterLoss.evaluate(settings, view, aContext())
      const found = Object.fromEntries(findings.map(({ scope, tier }) => [scope, tier]))
      expect(found).toEqual(walkedLosses(view, loss_unit))
    }),
    { numRuns: 500 },
  )
})

function walkedFrequency(
  { trades, newTrades }: AccountView,
  lockouts: readonly Lockout[],
  count: 'orders' | 'entries' | 'fills',
): { readonly measured: Readonly<Record<string, string>>; readonly use: number } {
  const units: { readonly scope: string; readonly first: DayTrade; readonly at: number }[] = []
  for (const one of trades) {
    const { orderId } = one.trade
    const fills = trades.filter(({ trade, origin }) => trade.orderId === orderId && origin === 'trader')
    const [first] = fills
    if (first === undefined || one.origin === 'enforcer' || (count !== 'fills' && one !== first)) continue
    const isWayOut = fills.every(({ trade }) => trade.realizedPnl !== null)
    if (
      isWayOut &&
      lockouts.some(({ from, end }) => end.kind === 'at' && from < first.trade.at && first.trade.at < end.at)
    )
      continue
    const opens = fills.some((fill) => at(fill) === at(first) && fill.trade.realizedPnl === null)
    if (count === 'entries' && !opens) continue
    units.push({ scope: count === 'fills' ? `trade:${one.trade.id}` : `order:${orderId}`, first: one, at: at(one) })
  }
  const measured: Record<string, string> = {}
  let use = 0
  for (const unit of units.filter(({ first }) => newTrades.has(first.trade.id))) {
    const within = (widthMs: number): number =>
      Math.max(
        ...units
          .filter((end) => end.at >= unit.at && end.at - widthMs * 1_000 < unit.at)
          .map((end) => units.filter((one) => one.at <= end.at && one.at > end.at - widthMs * 1_000).length),
      )
    const counts = [
      { counted: within(MINUTE_MS), limit: 1 },
      { counted: within(60 * MINUTE_MS), limit: 3 },
      { counted: units.length, limit: 5 },
    ]
    for (const { counted, limit } of counts) use = Math.max(use, counted / limit)
    const exceeded = counts.filter(({ counted, limit }) => counted > limit)
    if (exceeded.length > 0) measured[unit.scope] = exceeded.map(({ counted }) => `${counted} trades`).join(', ')
  }
  return { measured, use }
}

/** The tier that each loss has reached with what is new, where that is deeper than without. */
function walkedLosses(
  { trades, newTrades }: AccountView,
  unit: 'exit_order' | 'execution',
): Readonly<Record<string, number>> {
  const tiers: Record<string, number> = {}
  for (const { trade } of trades) {
    if (trade.realizedPnl === null) continue
    const scope = unit === 'execution' ? `trade:${trade.id}` : `order:${trade.orderId}`
    const closes = trades
      .map((one) => one.trade)
      .filter((one) => one.realizedPnl !== null)
      .filter((one) => (unit === 'execution' ? one.id === trade.id : one.orderId === trade.orderId))
    const tierOf = (some: typeof closes): number =>
      [-100, -200, -300].filter((dollars) => sumUsd(some.map(netPnl)) <= dollars * 10_000).length
    const tier = tierOf(closes)
    if (tier > tierOf(closes.filter(({ id }) => !newTrades.has(id)))) tiers[scope] = tier
  }
  return tiers
}

/** Microseconds. */
function at({ trade }: DayTrade): number {
  return trade.at * 1_000 + trade.microseconds
}

function aCooldown(fromMin: number, lengthMin: number): Lockout {
  const from = later(NOW, -fromMin * MINUTE_MS)
  return {
    id: `l-${fromMin}-${lengthMin}`,
    accountId: TEST_ACCOUNT,
    rule: 'RULE-006',
    scope: 'account',
    effect: 'flat',
    baseline: new Map(),
    from,
    end: { kind: 'at', at: instant(from + lengthMin * MINUTE_MS) },
    reason: 'too many trades',
    evidence: null,
  }
}
