import { isTerminal, type Order, remainingSize } from './order.ts'
import type { OrderId } from './ids.ts'

/** What counts as protection (RULE-008). */
export interface StopCriteria {
  /** `full`: valid stops cover the whole position; `any`: one contract is enough. */
  readonly coverage: 'full' | 'any'
  /** A stop-limit can be jumped over, so it counts only when this says so. */
  readonly allowStopLimit: boolean
  /** A stop further from the average does not count. `null`: no limit. */
  readonly maxDistanceTicks: number | null
}

export interface ProtectedPosition {
  readonly signedSize: number
  readonly averagePrice: number
  /** `null` while the contract record is unknown; then the distance cannot be judged and a distant stop does not count. */
  readonly tickSize: number | null
}

/**
 * Whether valid stops among the orders of a contract cover its position.
 *
 * @param hasFilled - whether an order, the parent of a suspended bracket child, has filled
 */
export function isCovered(
  position: ProtectedPosition,
  orders: readonly Order[],
  criteria: StopCriteria,
  hasFilled: (parentId: OrderId) => boolean,
): boolean {
  let covered = 0
  for (const order of orders) if (isValidStop(order, position, criteria, hasFilled)) covered += remainingSize(order)
  return criteria.coverage === 'any' ? covered > 0 : covered >= Math.abs(position.signedSize)
}

function isValidStop(
  order: Order,
  position: ProtectedPosition,
  criteria: StopCriteria,
  hasFilled: (parentId: OrderId) => boolean,
): boolean {
  if (isTerminal(order) || order.side !== (position.signedSize > 0 ? 'sell' : 'buy')) return false
  const isStop =
    order.type === 'stop' || order.type === 'trailing-stop' || (order.type === 'stop-limit' && criteria.allowStopLimit)
  if (!isStop) return false
  const works =
    order.status === 'open' ||
    order.status === 'pending' ||
    (order.status === 'suspended' && order.parentId !== null && hasFilled(order.parentId))
  return works && isNear(order, position, criteria.maxDistanceTicks)
}

function isNear(order: Order, position: ProtectedPosition, maxDistanceTicks: number | null): boolean {
  if (maxDistanceTicks === null) return true
  if (position.tickSize === null || order.stopPrice === null) return false
  const lossPerContract = (position.averagePrice - order.stopPrice) * Math.sign(position.signedSize)
  return lossPerContract / position.tickSize <= maxDistanceTicks + 1e-6
}
