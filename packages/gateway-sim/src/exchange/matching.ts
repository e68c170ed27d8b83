import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import type { OrderRecord } from './order-record.ts'
import type { TopOfBook } from './quote-feed.ts'
import { unreachable } from '../unreachable.ts'

/** Where an order of this side trades at once: a buy at the best ask, a sell at the best bid. */
export function marketTicks(side: OrderSide, top: TopOfBook): number {
  return side === OrderSide.buy ? top.ask : top.bid
}

/**
 * The price at which a working order executes now, or `undefined` while it has to wait. A resting limit gets its own price, a triggered stop
 * whatever the market gives: after a jump that is worse than the stop price.
 */
export function executionTicks(order: OrderRecord, top: TopOfBook): number | undefined {
  const market = marketTicks(order.side, top)
  if (order.isTriggered) return market
  switch (order.type) {
    case OrderType.market:
      return market
    case OrderType.limit:
    case OrderType.joinBid:
    case OrderType.joinAsk:
      return isWithinLimit(order, market) ? (order.limitTicks ?? market) : undefined
    case OrderType.stop:
    case OrderType.trailingStop:
      return isStopReached(order, market) ? market : undefined
    case OrderType.unknown:
    case OrderType.stopLimit:
      return undefined
    default:
      return unreachable(order.type)
  }
}

/** The price at which an order that has just arrived executes: a limit that crosses the market gets the market's better price. */
export function arrivalTicks(order: OrderRecord, top: TopOfBook): number | undefined {
  return executionTicks(order, top) === undefined ? undefined : marketTicks(order.side, top)
}

/** Where a trailing stop stands after this market, in ticks: it follows a favourable move and never steps back. */
export function trailedStopTicks(order: OrderRecord, top: TopOfBook): number | null {
  if (order.trailTicks === null) return order.stopTicks
  const market = marketTicks(order.side, top)
  if (order.side === OrderSide.sell)
    return Math.max(order.stopTicks ?? Number.NEGATIVE_INFINITY, market - order.trailTicks)
  return Math.min(order.stopTicks ?? Number.POSITIVE_INFINITY, market + order.trailTicks)
}

function isWithinLimit({ side, limitTicks }: OrderRecord, market: number): boolean {
  if (limitTicks === null) return false
  return side === OrderSide.buy ? market <= limitTicks : market >= limitTicks
}

function isStopReached({ side, stopTicks }: OrderRecord, market: number): boolean {
  if (stopTicks === null) return false
  return side === OrderSide.buy ? market >= stopTicks : market <= stopTicks
}
