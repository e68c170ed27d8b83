import { type ModifyOrderRequest, OrderStatus, OrderType } from '@rm/sdk-bridge/wire'
import type { OrderRecord } from './order-record.ts'
import { misalignment } from './order-refusals.ts'
import { ticksOf } from './price-grid.ts'

type Terms = Pick<OrderRecord, 'size' | 'limitTicks' | 'stopTicks' | 'trailTicks'>

/** The terms after a change, or why it is refused. */
export type Amendment =
  | { readonly kind: 'amended'; readonly terms: Terms }
  | { readonly kind: 'refused'; readonly message: string }

/**
 * What a modification makes of a working order: null or absent leaves a term as it is, prices are absolute (gateway contract, 2.7).
 *
 * @param marketTicks - where the order would execute now; a trailing stop's new distance is measured from there
 */
export function amendment(order: OrderRecord, request: ModifyOrderRequest, marketTicks: number): Amendment {
  if (order.status === OrderStatus.suspended) return refused('The entry of this bracket has not filled.')
  const size = request.size ?? order.size
  if (size <= order.fillVolume) return refused(`Invalid order size (${size}).`)
  const isTrailing = order.type === OrderType.trailingStop
  const prices = [
    { name: 'limit', price: request.limitPrice ?? null, isOurs: order.limitTicks !== null },
    { name: 'stop', price: request.stopPrice ?? null, isOurs: order.type === OrderType.stop },
    { name: 'trail', price: request.trailPrice ?? null, isOurs: isTrailing },
  ] as const
  for (const { name, price, isOurs } of prices) {
    if (price === null) continue
    const problem = isOurs ? misalignment(name, price, order.contract) : `Invalid ${name} price. The order has none.`
    if (problem !== undefined) return refused(problem)
  }
  const changed = (price: number | null | undefined, ticks: number | null): number | null =>
    ticksOf(order.contract.product.grid, price ?? Number.NaN) ?? ticks
  const stopTicks = changed(isTrailing ? request.trailPrice : request.stopPrice, order.stopTicks)
  const isRetrailed = isTrailing && stopTicks !== null && stopTicks !== order.stopTicks
  return {
    kind: 'amended',
    terms: {
      size,
      limitTicks: changed(request.limitPrice, order.limitTicks),
      stopTicks,
      trailTicks: isRetrailed ? Math.abs(marketTicks - stopTicks) : order.trailTicks,
    },
  }
}

function refused(message: string): Amendment {
  return { kind: 'refused', message }
}
