import { type DayTrade, type FilledOrder, filledOrder } from '@rm/domain'
import { insertedByStamp } from './by-stamp.ts'
import { entryOf, type KeyedList, withEntry } from './keyed-list.ts'

/**
 * The orders of trades.
 *
 * @param trades - in order of their stamps
 */
export function filledOrdersOf(trades: readonly DayTrade[]): KeyedList<FilledOrder> {
  return [...Map.groupBy(trades, ({ trade }) => trade.orderId)]
    .map(([orderId, fills]) => filledOrder(orderId, fills))
    .toSorted((a, b) => a.orderId - b.orderId)
}

/** The orders with one more fill. */
export function withFill(orders: KeyedList<FilledOrder>, entry: DayTrade): KeyedList<FilledOrder> {
  const { orderId } = entry.trade
  const fills = entryOf(orders, orderId, idOf)?.fills ?? []
  return withEntry(orders, filledOrder(orderId, insertedByStamp(fills, entry)), idOf)
}

function idOf(order: FilledOrder): number {
  return order.orderId
}
