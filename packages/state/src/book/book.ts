import {
  type Account,
  type AccountId,
  type ContractId,
  type Instant,
  isTerminal,
  latest,
  type Order,
  type OrderId,
  type StoredAccount,
  type TradingCalendar,
} from '@rm/domain'
import { type Admission, UNREAD_ADMISSION } from './admission.ts'
import { isKnownFilled, isWorking, NO_ORDERS, observedOrder, type OrderBook } from './orders.ts'
import { type ContractBook, type ContractBooks, signedSizeOf, UNSEEN_CONTRACT } from './positions.ts'
import { NOTHING_OWED, type OwedEvents } from './owed-events.ts'
import { stoppedAt } from './protection.ts'
import { REST_LAG_TOLERANCE_MS } from './rest-lag.ts'
import { hasTraded, recutLedger, restoreLedger, type TradeLedger } from './trades.ts'

/** What is known of one account. Immutable: every step makes a new one and leaves this as it was. */
export interface Book {
  readonly accountId: AccountId
  /** As the gateway last described it; `null` before it did. */
  readonly account: Account | null
  /** Monotonic time of the last observation of {@link account}, and of the stream's last word about it. */
  readonly accountObservedMs: number | null
  readonly accountStreamMs: number | null
  readonly admission: Admission
  readonly trades: TradeLedger
  readonly orders: OrderBook
  readonly contracts: ContractBooks
  /** When the last accepted snapshot was asked for, monotonic; `null` before the first. */
  readonly snapshotMs: number | null
  /** Since when the account is not observed; the next snapshot tells what to think of that time. */
  readonly gapFrom: Instant | null
}

/** The book of an account of which nothing is known. */
export function emptyBook(accountId: AccountId): Book {
  return {
    accountId,
    account: null,
    accountObservedMs: null,
    accountStreamMs: null,
    admission: UNREAD_ADMISSION,
    trades: [],
    orders: NO_ORDERS,
    contracts: new Map(),
    snapshotMs: null,
    gapFrom: null,
  }
}

/**
 * The book as a former process left it: trades and open cycles. Positions and orders are the gateway's to tell, so none is in it before
 * the first snapshot or event, and the time since the last turn is a gap.
 */
export function restoreBook(
  accountId: AccountId,
  stored: Pick<StoredAccount, 'trades' | 'cycles' | 'lastTurnAt'>,
  calendar: TradingCalendar,
): Book {
  const contracts = new Map<ContractId, ContractBook>()
  for (const cycle of stored.cycles.toSorted((a, b) => a.openedAt - b.openedAt)) {
    contracts.set(cycle.contractId, { ...UNSEEN_CONTRACT, cycle })
  }
  const book: Book = { ...emptyBook(accountId), trades: restoreLedger(stored.trades, calendar), contracts }
  return stored.lastTurnAt === null ? book : beginGap(book, stored.lastTurnAt)
}

/**
 * The book from the moment in which the account is no longer observed: the stream is lost, or the program was not running. Meters of
 * unprotected time stand until a snapshot tells whether the gap was covered (RULE-008). A gap that is open already goes on; a snapshot
 * ends it, so a stream that is still lost by then needs a new one.
 *
 * @param at - the last instant at which the account was observed
 */
export function beginGap(book: Book, at: Instant): Book {
  if (book.gapFrom !== null) return book
  let gapFrom = at
  const contracts = new Map<ContractId, ContractBook>()
  for (const [contractId, contract] of book.contracts) {
    const { cycle } = contract
    const stopped = cycle === null ? null : { ...cycle, protection: stoppedAt(cycle.protection, at) }
    contracts.set(contractId, { ...contract, cycle: stopped })
    // A creation stamp may be some milliseconds ahead of our time; the cycle is in the gap all the same.
    if (cycle !== null) gapFrom = latest(gapFrom, cycle.openedAt)
  }
  return { ...book, contracts, gapFrom }
}

/** The book with its trading days cut anew, after the calendar was changed. */
export function withCalendar(book: Book, calendar: TradingCalendar): Book {
  return { ...book, trades: recutLedger(book.trades, calendar) }
}

/**
 * Monotonic time at which the position of a contract was last observed, by the stream or by an accepted snapshot (its request counts,
 * because the reply may be that old). `null`: not since the program started.
 */
export function observedMs(book: Book, contractId: ContractId): number | null {
  // A contract of which nobody spoke is flat as of the last snapshot.
  return book.contracts.get(contractId)?.observedMs ?? book.snapshotMs
}

/**
 * Since when the position of a contract is what an event says that may be old news (monotonic), until a trade or a reading has told; `null`
 * when nothing is in doubt.
 */
export function repeatedMs(book: Book, contractId: ContractId): number | null {
  return book.contracts.get(contractId)?.repeatedMs ?? null
}

/**
 * From when on a reading settles what the position of a contract is, if one that may lag was believed instead of the stream's last word
 * (monotonic time of its request); `null` when nothing is left to confirm.
 */
export function confirmableMs(book: Book, contractId: ContractId): number | null {
  const outweighedMs = book.contracts.get(contractId)?.outweighedMs ?? null
  return outweighedMs === null ? null : outweighedMs + REST_LAG_TOLERANCE_MS + 1
}

/** What the stream owes of a contract, {@link OwedEvents}. */
export function owedEvents(book: Book, contractId: ContractId): OwedEvents {
  return book.contracts.get(contractId)?.owed ?? NOTHING_OWED
}

/** The book after the stream was connected anew: it tells nothing of what was before. */
export function withStreamRestored(book: Book): Book {
  if (![...book.contracts.values()].some(({ untoldMs }) => untoldMs !== null)) return book
  const contracts = [...book.contracts].map(([id, contract]) => [id, { ...contract, untoldMs: null }] as const)
  return { ...book, contracts: new Map(contracts) }
}

/** Signed contracts of a position as last reported, 0 for flat. */
export function signedSize(book: Book, contractId: ContractId): number {
  const contract = book.contracts.get(contractId)
  return contract === undefined ? 0 : signedSizeOf(contract)
}

/** The order as last heard of, ended or not; `null` when it was never heard of or is forgotten. */
export function knownOrder(book: Book, orderId: OrderId): Order | null {
  return observedOrder(book.orders, orderId)?.order ?? null
}

/** Monotonic time at which a working order was last spoken of, by the stream or by a reading that lists it; `null` when it does not work. */
export function workedMs(book: Book, orderId: OrderId): number | null {
  const known = observedOrder(book.orders, orderId)
  return known !== undefined && isWorking(known) ? known.observedMs : null
}

/** Whether anybody ever spoke of the order: an order event, a reading or one of its trades. */
export function isKnownOrder(book: Book, orderId: OrderId): boolean {
  return knownOrder(book, orderId) !== null || hasTraded(book.trades, orderId)
}

/** How an order ended, filled at least in part or not at all; `null` while its end was not heard of. */
export function endOf(book: Book, orderId: OrderId): 'filled' | 'unfilled' | null {
  const order = knownOrder(book, orderId)
  if (order === null || !isTerminal(order)) return null
  return hasFilled(book, orderId) ? 'filled' : 'unfilled'
}

/** Whether an order was filled, at least in part: by its own events or by a trade. */
export function hasFilled(book: Book, orderId: OrderId): boolean {
  return isKnownFilled(book.orders, orderId) || hasTraded(book.trades, orderId)
}
