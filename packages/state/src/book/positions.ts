import {
  type ContractId,
  type Instant,
  latest,
  type OrderSide,
  type Position,
  type PositionCycle,
  sideOf,
  signedTradeSize,
  type Trade,
} from '@rm/domain'
import { isLaterLife, isTradeOf, openCycle, withRealized } from './cycles.ts'
import {
  afterMove,
  afterSnapshot,
  afterTrade,
  afterVoid,
  closedSide,
  inNewCycle,
  type LotsAhead,
  NO_LOTS_AHEAD,
} from './lots-ahead.ts'
import {
  afterEntry,
  afterGrowth,
  afterReading,
  afterVoidedEntry,
  type EntriesAhead,
  NO_ENTRIES_AHEAD,
} from './entries-ahead.ts'
import { endedAt } from './protection.ts'
import { NOTHING_OWED, owedAfterMove, type OwedEvents } from './owed-events.ts'
import { samePosition } from './same-position.ts'
import { isUnexplainedRepeat, withFormerState } from './repeated-state.ts'
import type { TradeLedger, TradeStep } from './trades.ts'

/** All that is known of an account's position in one contract. */
export interface ContractBook {
  /** The last accepted word about it, flat included; `null` until the first since the program started. */
  readonly position: Position | null
  /** Monotonic time of the last observation, by the stream or by an accepted snapshot. */
  readonly observedMs: number | null
  /** Monotonic time of the stream's last word. */
  readonly streamMs: number | null
  /** Monotonic time at which the stream last told of a fill of an order of either side; the position tells of it separately. */
  readonly filledMs: Readonly<Record<OrderSide, number | null>>
  /** The cycle that is open. */
  readonly cycle: PositionCycle | null
  /** The cycle that ended last, for closing trades that come late. */
  readonly formerCycle: PositionCycle | null
  readonly lots: LotsAhead
  readonly entries: EntriesAhead
  /** Trades that came after the last change of the position: they are what a flip is made of. */
  readonly tradesSinceMove: readonly Trade[]
  /** What the position was before, newest last: what comes once more may be old news. */
  readonly formerStates: readonly Position[]
  /** Monotonic time at which the stream repeated one of these and no trade told why; `null`: nothing is in doubt. */
  readonly repeatedMs: number | null
  /**
   * Monotonic time of the stream's last word, if a reading was believed instead of it that REST's lag may have made (reliability G-16);
   * `null`: nothing is left to confirm.
   */
  readonly outweighedMs: number | null
  /** When the reading was asked for that showed a position of which the stream has not spoken yet (monotonic); `null` for none. */
  readonly untoldMs: number | null
  readonly owed: OwedEvents
}

export type ContractBooks = ReadonlyMap<ContractId, ContractBook>

export const UNSEEN_CONTRACT: ContractBook = {
  position: null,
  observedMs: null,
  streamMs: null,
  filledMs: { buy: null, sell: null },
  cycle: null,
  formerCycle: null,
  lots: NO_LOTS_AHEAD,
  entries: NO_ENTRIES_AHEAD,
  tradesSinceMove: [],
  formerStates: [],
  repeatedMs: null,
  outweighedMs: null,
  untoldMs: null,
  owed: NOTHING_OWED,
}

export interface PositionMove {
  readonly contract: ContractBook
  readonly enlarged: boolean
}

/** Trades remembered between two position events; beyond it a flip is dated by its event. */
const TRADES_SINCE_MOVE_KEPT = 64

/** Signed contracts, as last reported; 0 while nothing was. */
export function signedSizeOf(contract: ContractBook): number {
  return contract.position?.signedSize ?? 0
}

/**
 * After the stream spoke of the position. Its events carry no stamp of their own, so the last to arrive is the newest, unless it speaks
 * of an earlier life of the position: creation stamps never go back.
 */
export function movedByStream(
  known: ContractBook,
  position: Position,
  receivedMs: number,
  trades: TradeLedger,
  now: Instant,
): PositionMove {
  if (known.position !== null && isLaterLife(known.position.openedAt, position.openedAt)) {
    return { contract: known, enlarged: false }
  }
  const observedMs = Math.max(known.observedMs ?? 0, receivedMs)
  const heard: ContractBook = { ...known, observedMs, streamMs: observedMs, outweighedMs: null, untoldMs: null }
  if (known.position !== null && samePosition(known.position, position)) {
    const isHeard = observedMs === known.observedMs && observedMs === known.streamMs
    const isSettled = known.outweighedMs === null && known.untoldMs === null
    return { contract: isHeard && isSettled ? known : heard, enlarged: false }
  }
  const lots = afterMove(known.lots, signedSizeOf(known), position.signedSize, now)
  const { contract, enlarged } = moved(heard, position, lots, trades, now)
  const repeatedMs = isUnexplainedRepeat(known, position) ? observedMs : null
  return { contract: { ...contract, repeatedMs, owed: owedAfterMove(contract, observedMs, now) }, enlarged }
}

/** After a snapshot spoke of the position and was believed, even if that is only until one comes that cannot lag behind the stream. */
export function movedBySnapshot(
  known: ContractBook,
  position: Position,
  {
    requestedMs,
    mayLag,
    untoldMs,
  }: { readonly requestedMs: number; readonly mayLag: boolean; readonly untoldMs: number | null },
  trades: TradeLedger,
  now: Instant,
): PositionMove {
  const agrees = known.position !== null && samePosition(known.position, position)
  if (agrees && known.observedMs === requestedMs) return { contract: known, enlarged: false }
  const heard: ContractBook = {
    ...known,
    observedMs: Math.max(known.observedMs ?? 0, requestedMs),
    repeatedMs: null,
    outweighedMs: mayLag ? streamToConfirm(known, agrees) : null,
    untoldMs,
  }
  const lots = afterSnapshot(known.lots, signedSizeOf(known), position.signedSize, now)
  if (agrees) return { contract: { ...heard, lots, entries: afterReading(heard.entries) }, enlarged: false }
  const { contract, enlarged } = moved(heard, position, lots, trades, now)
  return { contract: { ...contract, entries: afterReading(contract.entries) }, enlarged }
}

/** The word of the stream that stays to be confirmed or refuted after a reading that may lag. */
function streamToConfirm(known: ContractBook, agrees: boolean): number | null {
  return agrees ? known.outweighedMs : known.streamMs
}

/** After a trade of the contract was recorded. */
export function withTradeRecorded(known: ContractBook, trade: Trade, step: TradeStep): ContractBook {
  let { lots, entries, tradesSinceMove, repeatedMs, cycle, formerCycle } = known
  if (step.isNew) {
    const closes = cycle !== null && cycle.side === closedSide(trade) ? cycle : null
    lots = afterTrade(lots, trade, closes === null ? null : closes.openedAt)
    if (trade.realizedPnl === null) entries = afterEntry(entries, trade)
    tradesSinceMove = [...tradesSinceMove, trade].slice(-TRADES_SINCE_MOVE_KEPT)
    repeatedMs = null
  } else if (trade.voided) {
    lots = afterVoid(lots, trade)
    entries = afterVoidedEntry(entries, trade)
    tradesSinceMove = tradesSinceMove.filter(({ id }) => id !== trade.id)
  }
  if (cycle !== null && isTradeOf(cycle, trade)) cycle = withRealized(cycle, step.netChange)
  else if (formerCycle !== null && isTradeOf(formerCycle, trade))
    formerCycle = withRealized(formerCycle, step.netChange)
  return { ...known, lots, entries, tradesSinceMove, repeatedMs, cycle, formerCycle }
}

/** Cycles of the contract that differ from what they were. */
export function changedCycles(before: ContractBook, after: ContractBook): readonly PositionCycle[] {
  const changed: PositionCycle[] = []
  for (const cycle of [after.formerCycle, after.cycle]) {
    if (cycle !== null && cycle !== before.cycle && cycle !== before.formerCycle) changed.push(cycle)
  }
  return changed
}

function moved(
  known: ContractBook,
  position: Position,
  lots: LotsAhead,
  trades: TradeLedger,
  now: Instant,
): PositionMove {
  const side = sideOf(position.signedSize)
  const { cycle } = known
  const entries = afterGrowth(known.entries, signedSizeOf(known), position.signedSize, now)
  const formerStates = withFormerState(known)
  const contract: ContractBook = { ...known, position, lots, entries, tradesSinceMove: [], formerStates }
  if (cycle !== null && side === cycle.side && !isLaterLife(position.openedAt, cycle.openedAt)) {
    return continued(contract, cycle, sizeBefore(known), now)
  }
  if (side === null) {
    return {
      contract: { ...contract, cycle: null, formerCycle: closed(cycle, now) ?? known.formerCycle },
      enlarged: false,
    }
  }
  const openedAt = openingOf(known, position, now)
  const formerCycle = closed(cycle, openedAt) ?? known.formerCycle
  return {
    contract: {
      ...contract,
      cycle: openCycle(position, side, openedAt, formerCycle, trades),
      formerCycle,
      lots: inNewCycle(lots, side, openedAt),
    },
    enlarged: true,
  }
}

function continued(contract: ContractBook, cycle: PositionCycle, before: number, now: Instant): PositionMove {
  const size = Math.abs(signedSizeOf(contract))
  if (size <= before) return { contract, enlarged: false }
  const grown: PositionCycle = { ...cycle, enlargedAt: now, maxSize: Math.max(cycle.maxSize, size) }
  return { contract: { ...contract, cycle: grown }, enlarged: true }
}

/** Of a cycle that was restored only the extremes are known: less than those is no growth. */
function sizeBefore({ position, cycle }: ContractBook): number {
  return position === null ? (cycle?.maxSize ?? 0) : Math.abs(position.signedSize)
}

function closed(cycle: PositionCycle | null, at: Instant): PositionCycle | null {
  if (cycle === null) return null
  const closedAt = latest(cycle.openedAt, at)
  return { ...cycle, closedAt, protection: endedAt(cycle.protection, closedAt) }
}

/**
 * The start of the cycle that begins: the creation stamp if the gateway gave a new one. It may keep the old one when a position turns
 * over; then the first trade of the new side tells, or the moment in which we heard of it.
 */
function openingOf(known: ContractBook, position: Position, now: Instant): Instant {
  const former = known.cycle ?? known.formerCycle
  if (former === null || isLaterLife(position.openedAt, former.openedAt)) return position.openedAt
  if (known.cycle === null) return now
  return latest(former.openedAt, turnOf(known, position.signedSize) ?? now)
}

/** When the position crossed zero, if the trades since its last change are exactly what happened to it. */
function turnOf(known: ContractBook, after: number): Instant | null {
  if (known.position === null) return null
  let size = known.position.signedSize
  let turn: Instant | null = null
  for (const trade of known.tradesSinceMove) {
    const next = size + signedTradeSize(trade)
    if (sideOf(next) !== sideOf(size)) turn = sideOf(next) === sideOf(after) ? trade.at : null
    size = next
  }
  return size === after ? turn : null
}
