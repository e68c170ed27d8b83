import { type Instant, type PositionSide, type Trade, type TradeId } from '@rm/domain'
import { REST_LAG_TOLERANCE_MS } from './rest-lag.ts'

/** Contracts that a closing trade took off before the position said so. */
interface ClosedLots {
  readonly tradeId: TradeId
  readonly at: Instant
  readonly contracts: number
}

/** How far trades and position are apart on one side of a contract. */
interface SideAhead {
  /** Closed by trades, not yet by the position: no longer in U, because they are in R already. */
  readonly closed: readonly ClosedLots[]
  /** Taken off by the position; the closing trades are still to come. */
  readonly reduced: number
  /** When the position last told of such contracts; `null`: never. */
  readonly reducedAt: Instant | null
}

/**
 * The distance between a contract's closing trades and its position events, either of which may come first. It keeps R and U of one
 * view from counting the same contracts twice (risk rules 1.3).
 */
export interface LotsAhead {
  readonly long: SideAhead
  readonly short: SideAhead
}

const NEITHER_AHEAD: SideAhead = { closed: [], reduced: 0, reducedAt: null }
export const NO_LOTS_AHEAD: LotsAhead = { long: NEITHER_AHEAD, short: NEITHER_AHEAD }

/** Closing trades remembered while the position is silent. The events of one fill arrive within 30 ms, so this is never reached by hand. */
const CLOSED_LOTS_KEPT = 64

/**
 * After a trade that nobody had reported before.
 *
 * @param openedAt - start of the open cycle of the side that the trade closes, if there is one: an older trade closed a former position
 */
export function afterTrade(lots: LotsAhead, trade: Trade, openedAt: Instant | null): LotsAhead {
  if (trade.realizedPnl === null || (openedAt !== null && trade.at < openedAt)) return lots
  const side = closedSide(trade)
  const { closed, reduced, reducedAt } = lots[side]
  const matched = Math.min(reduced, trade.size)
  const contracts = trade.size - matched
  const ahead = contracts === 0 ? closed : [...closed, { tradeId: trade.id, at: trade.at, contracts }]
  return { ...lots, [side]: { closed: ahead.slice(-CLOSED_LOTS_KEPT), reduced: reduced - matched, reducedAt } }
}

/** After a trade was voided: what it closed is open again, unless the position said otherwise. */
export function afterVoid(lots: LotsAhead, trade: Trade): LotsAhead {
  const side = closedSide(trade)
  const closed = lots[side].closed.filter(({ tradeId }) => tradeId !== trade.id)
  return closed.length === lots[side].closed.length ? lots : { ...lots, [side]: { ...lots[side], closed } }
}

/** After the position went from one signed size to another. */
export function afterMove(lots: LotsAhead, before: number, after: number, now: Instant): LotsAhead {
  if (before === after) return lots
  return {
    long: afterReduction(lots.long, Math.max(0, before) - Math.max(0, after), now),
    short: afterReduction(lots.short, Math.max(0, -before) - Math.max(0, -after), now),
  }
}

/** At the start of a cycle: only trades since then can have closed contracts of it. */
export function inNewCycle(lots: LotsAhead, side: PositionSide, openedAt: Instant): LotsAhead {
  return { ...lots, [side]: { ...NEITHER_AHEAD, closed: lots[side].closed.filter(({ at }) => at >= openedAt) } }
}

/**
 * After an accepted snapshot told of the position: it knows all trades but the latest, which REST may not show yet. Those of contracts that
 * the position lost just before may still be on their way as well (reliability R-14).
 */
export function afterSnapshot(lots: LotsAhead, before: number, after: number, now: Instant): LotsAhead {
  const awaited = { long: withRecentReduction(lots.long, now), short: withRecentReduction(lots.short, now) }
  const moved = afterMove(awaited, before, after, now)
  return { long: withRecentTrades(moved.long, now), short: withRecentTrades(moved.short, now) }
}

/** The part of a position that no trade has closed yet, signed. */
export function remainingContracts(lots: LotsAhead, signedSize: number): number {
  const { closed } = signedSize > 0 ? lots.long : lots.short
  if (closed.length === 0) return signedSize
  let gone = 0
  for (const { contracts } of closed) gone += contracts
  return Math.sign(signedSize) * Math.max(0, Math.abs(signedSize) - gone)
}

/** When the last of the trades was made that closed contracts of a position which does not say so yet; `null` for none. */
export function lastClosedAt(lots: LotsAhead, signedSize: number): Instant | null {
  const { closed } = signedSize > 0 ? lots.long : lots.short
  let last: Instant | null = null
  for (const { at } of closed) if (last === null || at > last) last = at
  return last
}

/** The side of the position that a closing trade takes contracts from. */
export function closedSide(trade: Trade): PositionSide {
  return trade.side === 'sell' ? 'long' : 'short'
}

function afterReduction(ahead: SideAhead, contracts: number, now: Instant): SideAhead {
  if (contracts <= 0) return ahead
  let open = contracts
  const closed: ClosedLots[] = []
  for (const lots of ahead.closed) {
    const matched = Math.min(open, lots.contracts)
    open -= matched
    if (lots.contracts > matched) closed.push({ ...lots, contracts: lots.contracts - matched })
  }
  return open === 0 ? { ...ahead, closed } : { closed, reduced: ahead.reduced + open, reducedAt: now }
}

function withRecentTrades(ahead: SideAhead, now: Instant): SideAhead {
  return { ...ahead, closed: ahead.closed.filter(({ at }) => now - at <= REST_LAG_TOLERANCE_MS) }
}

function withRecentReduction(ahead: SideAhead, now: Instant): SideAhead {
  const isRecent = ahead.reducedAt !== null && now - ahead.reducedAt <= REST_LAG_TOLERANCE_MS
  return isRecent ? ahead : { ...ahead, reduced: 0 }
}
