import { type ContractId, type Instant, type Order, type OrderId, signedTradeSize } from '@rm/domain'
import type { Book } from './book.ts'
import { isWorking, observedOrder } from './orders.ts'
import { type ContractBook, type ContractBooks, signedSizeOf } from './positions.ts'

/** What an account is exposed to: open positions, and orders that can still change them. */
export interface Exposure {
  /** Signed sizes of the open positions. */
  readonly sizes: ReadonlyMap<ContractId, number>
  /** Orders that are not terminal. */
  readonly orders: readonly Order[]
}

export function exposureOf(book: Book): Exposure {
  return { sizes: openSizes(book), orders: book.orders.working }
}

/** Signed sizes of the open positions; the same map as long as no contract changed. */
export function openSizes(book: Book): ReadonlyMap<ContractId, number> {
  let sizes = remembered.get(book.contracts)
  if (sizes === undefined) {
    sizes = sizesOf(book.contracts)
    remembered.set(book.contracts, sizes)
  }
  return sizes
}

/** The position event of a fill follows its trade within 30 ms; a trade that is older than this and still ahead was told late. */
const FILL_EVENTS_MS = 1_000

/**
 * Signed sizes as the trades have made them: an entry whose position event is still to come is in. What was held at a moment does not
 * depend on the order in which the events of one fill arrive.
 */
export function executedSizes(book: Book, now: Instant): ReadonlyMap<ContractId, number> {
  const open = openSizes(book)
  let sizes: Map<ContractId, number> | null = null
  for (const [contractId, contract] of book.contracts) {
    const ahead = enteredAhead(contract, now)
    if (ahead === 0) continue
    sizes ??= new Map(open)
    sizes.set(contractId, signedSizeOf(contract) + ahead)
  }
  return sizes ?? open
}

function enteredAhead({ cycle, tradesSinceMove }: ContractBook, now: Instant): number {
  let ahead = 0
  for (const trade of tradesSinceMove) {
    if (trade.realizedPnl !== null || now - trade.at > FILL_EVENTS_MS) continue
    // The position grew after the trade was made: its event came first.
    if (cycle === null || trade.at > cycle.enlargedAt) ahead += signedTradeSize(trade)
  }
  return ahead
}

/** An order that can still change exposure, or `null` when it ended, vanished or was never heard of. */
export function workingOrder(book: Book, orderId: OrderId): Order | null {
  const known = observedOrder(book.orders, orderId)
  return known !== undefined && isWorking(known) ? known.order : null
}

/** Asked several times in a turn and on every quote; a book never changes, so neither does the answer. */
const remembered = new WeakMap<ContractBooks, ReadonlyMap<ContractId, number>>()

function sizesOf(contracts: ContractBooks): ReadonlyMap<ContractId, number> {
  const sizes = new Map<ContractId, number>()
  for (const [contractId, { position }] of contracts) {
    if (position !== null && position.signedSize !== 0) sizes.set(contractId, position.signedSize)
  }
  return sizes
}
