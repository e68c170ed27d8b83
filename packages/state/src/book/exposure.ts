import type { ContractId, Instant, Order, OrderId, PositionSide } from '@rm/domain'
import type { Book } from './book.ts'
import { enteredAhead } from './entries-ahead.ts'
import { lastClosedAt, remainingContracts } from './lots-ahead.ts'
import { isWorking, observedOrder } from './orders.ts'
import { type ContractBooks, signedSizeOf } from './positions.ts'

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

/**
 * Signed sizes as the trades have made them: an entry whose position event is still to come is in. What was held at a moment does not
 * depend on the order in which the events of one fill arrive.
 */
export function executedSizes(book: Book, now: Instant): ReadonlyMap<ContractId, number> {
  const open = openSizes(book)
  let sizes: Map<ContractId, number> | null = null
  for (const [contractId, contract] of book.contracts) {
    const ahead = enteredAhead(contract.entries, now)
    if (ahead === 0) continue
    sizes ??= new Map(open)
    sizes.set(contractId, signedSizeOf(contract) + ahead)
  }
  return sizes ?? open
}

/**
 * What the known closing trades leave of a position that does not tell of them yet, and when the last of them was made; `null` when the
 * position has told of all.
 */
export function leftByTrades(
  book: Book,
  contractId: ContractId,
): { readonly signedSize: number; readonly at: Instant } | null {
  const contract = book.contracts.get(contractId)
  if (contract === undefined) return null
  const size = signedSizeOf(contract)
  const at = lastClosedAt(contract.lots, size)
  return at === null ? null : { signedSize: remainingContracts(contract.lots, size), at }
}

/**
 * What a position was before it shrank without a trade that tells which order took the contracts off, and when the stream said so last
 * (monotonic); `null` when trades tell of all.
 */
export function shrunkFrom(
  book: Book,
  contractId: ContractId,
  side: PositionSide,
): { readonly signedSize: number; readonly toldMs: number } | null {
  const contract = book.contracts.get(contractId)
  if (contract === undefined || contract.streamMs === null) return null
  const sign = side === 'long' ? 1 : -1
  const size = signedSizeOf(contract) * sign
  const untold = contract.lots[side].reduced
  if (size < 0 || untold === 0) return null
  return { signedSize: sign * (size + untold), toldMs: contract.streamMs }
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
