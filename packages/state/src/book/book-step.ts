import {
  type ContractId,
  type ContractSpec,
  type DayTrade,
  type Instant,
  type OrderId,
  type PositionCycle,
  type StopCriteria,
  type TradeId,
  type TradingCalendar,
} from '@rm/domain'
import type { Book } from './book.ts'
import { changedCycles, UNSEEN_CONTRACT } from './positions.ts'

/** What a step needs to know beside the event. */
export interface BookContext {
  /** Business time. */
  readonly now: Instant
  readonly calendar: TradingCalendar
  readonly contract: (contractId: ContractId) => ContractSpec | null
  readonly stopCriteria: StopCriteria
  /** Orders that this program caused. */
  readonly ownOrders: ReadonlySet<OrderId>
}

/** What an event changed. */
export interface BookStep {
  readonly book: Book
  /** New, or with a changed version: to be stored. Re-sent half-turns are among them; the book counts them once. */
  readonly trades: readonly DayTrade[]
  /** Trades that count and that nobody had reported before. */
  readonly newTrades: ReadonlySet<TradeId>
  /** Changed, to be stored; a cycle that ended comes before the one that began. */
  readonly cycles: readonly PositionCycle[]
  /** The contract whose position the event opened or enlarged; `null` also when a snapshot enlarged several. */
  readonly enlarged: ContractId | null
  /** What a snapshot corrected, one sentence each. */
  readonly drift: readonly string[]
  /** Whether a position, an order or a trade was corrected: what the stream should have told. */
  readonly missedByStream: boolean
  /** A snapshot contradicts what the stream said shortly before: read again before believing either for good. */
  readonly disputed: boolean
}

/** A step of which only the book is known to matter, and the cycles that differ from those before. */
export function stepTo(before: Book, book: Book): BookStep {
  return { ...NOTHING, book, cycles: cyclesChanged(before, book) }
}

const NOTHING: Omit<BookStep, 'book' | 'cycles'> = {
  trades: [],
  newTrades: new Set(),
  enlarged: null,
  drift: [],
  missedByStream: false,
  disputed: false,
}

function cyclesChanged(before: Book, after: Book): readonly PositionCycle[] {
  if (before.contracts === after.contracts) return []
  const changed: PositionCycle[] = []
  for (const [contractId, contract] of after.contracts) {
    const former = before.contracts.get(contractId) ?? UNSEEN_CONTRACT
    if (former !== contract) changed.push(...changedCycles(former, contract))
  }
  return changed
}
