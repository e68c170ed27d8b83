import type { ContractId, Order, OrderId } from '@rm/domain'
import type { Book } from './book.ts'
import { isWorking, observedOrder } from './orders.ts'
import type { ContractBooks } from './positions.ts'

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
