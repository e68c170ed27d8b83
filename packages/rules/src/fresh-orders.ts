import type { FilledOrder, UnpricedView } from '@rm/domain'

/** Orders of which this turn applied a fill for the first time. Such fills are nearly always the newest, so the search begins with them. */
export function freshOrders({ filledOrders, newTrades }: UnpricedView): readonly FilledOrder[] {
  const fresh: FilledOrder[] = []
  let left = newTrades.size
  for (let index = filledOrders.length - 1; index >= 0 && left > 0; index -= 1) {
    const order = filledOrders[index]
    if (order === undefined) continue
    const fills = order.fills.filter(({ trade }) => newTrades.has(trade.id)).length
    if (fills > 0) fresh.push(order)
    left -= fills
  }
  return fresh.toReversed()
}
