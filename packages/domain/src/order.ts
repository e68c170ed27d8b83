import type { AccountId, ContractId, OrderId } from './ids.ts'
import type { Instant } from './instant.ts'

export type OrderSide = 'buy' | 'sell'
export type OrderType =
  | 'limit'
  | 'market'
  | 'stop-limit'
  | 'stop'
  | 'trailing-stop'
  | 'join-bid'
  | 'join-ask'
  | 'unknown'

/** `suspended` is a bracket child waiting for its entry. `unknown` is a status we do not know: treated as working. */
export type OrderStatus =
  | 'open'
  | 'pending'
  | 'pending-cancel'
  | 'suspended'
  | 'unknown'
  | 'filled'
  | 'cancelled'
  | 'expired'
  | 'rejected'

export interface Order {
  readonly id: OrderId
  readonly accountId: AccountId
  readonly contractId: ContractId
  readonly type: OrderType
  readonly side: OrderSide
  readonly size: number
  /** Contracts filled so far. */
  readonly filled: number
  readonly limitPrice: number | null
  readonly stopPrice: number | null
  readonly status: OrderStatus
  readonly tag: string | null
  /** The entry order whose bracket child this is. */
  readonly parentId: OrderId | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['filled', 'cancelled', 'expired', 'rejected'])

/** Whether the order can never change exposure again. Absorbing: a later event with an older stamp does not reopen it. */
export function isTerminal(order: Order): boolean {
  return TERMINAL.has(order.status)
}

/** Tags of this program: a prefix and 25 characters of a hash. Bracket children append three more and are not ours. */
const OWN_TAG = /^rm1-[a-z2-7]{25}$/

/** Whether the program placed the order (RULE-012), as far as its tag tells. A tag can be imitated: what it protects, the side decides. */
export function hasOwnTag(order: Order): boolean {
  return order.tag !== null && OWN_TAG.test(order.tag)
}

export function remainingSize(order: Order): number {
  return Math.max(0, order.size - order.filled)
}

/** Contracts by which a fill of the rest would move the position: buys positive. */
export function signedRemaining(order: Order): number {
  return order.side === 'buy' ? remainingSize(order) : -remainingSize(order)
}

/**
 * Whether a fill of the order could open a position, enlarge it or turn it over.
 * An order on the other side for no more than the position only reduces: a stop or a target.
 */
export function couldEnlarge(order: Order, signedSize: number): boolean {
  const after = signedSize + signedRemaining(order)
  if (signedSize === 0) return remainingSize(order) > 0
  return Math.sign(after) === -Math.sign(signedSize) || Math.abs(after) > Math.abs(signedSize)
}
