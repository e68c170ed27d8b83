import { OrderType, PositionType, type WireOrder, type WirePosition, type WireTrade } from '@rm/sdk-bridge/wire'
import type { PositionRecord, TradeRecord } from './account-book.ts'
import { dividedBy, whole } from './fraction.ts'
import { dollars } from './money.ts'
import { type OrderRecord, signOf } from './order-record.ts'
import { averagePriceOf, priceOf } from './price-grid.ts'

/** What REST calls null is null here; the fields that even REST omits are absent (gateway contract, 2.7). */
export function wireOrder(order: OrderRecord): WireOrder {
  const { contract } = order
  const { grid } = contract.product
  const price = (ticks: number | null): number | null => (ticks === null ? null : priceOf(grid, ticks))
  return {
    id: order.id,
    accountId: order.accountId,
    contractId: contract.id,
    symbolId: contract.symbolId,
    creationTimestamp: order.createdAt,
    updateTimestamp: order.updatedAt,
    status: order.status,
    type: order.type,
    side: order.side,
    size: order.size,
    limitPrice: price(order.limitTicks),
    stopPrice: price(order.stopTicks),
    fillVolume: order.fillVolume,
    filledPrice:
      order.fillVolume === 0 ? null : averagePriceOf(grid, dividedBy(whole(order.filledTicks), order.fillVolume)),
    customTag: order.customTag,
    ...(order.parentOrderId === null ? {} : { parentOrderId: order.parentOrderId }),
    ...(order.linkedOrderId === null ? {} : { linkedOrderId: order.linkedOrderId }),
    ...trailOf(order),
  }
}

/** Signed as the legs of a bracket are: below zero for a sell. Recorded on plain stop children too. */
function trailOf({ type, side, trailTicks, bracketTicks, contract }: OrderRecord): Partial<WireOrder> {
  const isStop = type === OrderType.stop || type === OrderType.trailingStop
  const distance = trailTicks === null ? bracketTicks : trailTicks * signOf(side)
  if (!isStop || distance === null) return {}
  return { trailDistance: distance, trailPrice: priceOf(contract.product.grid, distance) }
}

export function wirePosition(position: PositionRecord, accountId: number): WirePosition {
  const { signedSize, contract } = position
  const openType = signedSize > 0 ? PositionType.long : PositionType.short
  return {
    id: position.id,
    accountId,
    contractId: contract.id,
    contractDisplayName: contract.displayName,
    creationTimestamp: position.createdAt,
    type: signedSize === 0 ? PositionType.undefined : openType,
    size: Math.abs(signedSize),
    averagePrice: averagePriceOf(contract.product.grid, position.average),
  }
}

export function wireTrade(trade: TradeRecord): WireTrade {
  return {
    id: trade.id,
    accountId: trade.accountId,
    contractId: trade.contract.id,
    creationTimestamp: trade.createdAt,
    price: priceOf(trade.contract.product.grid, trade.ticks),
    profitAndLoss: trade.profitAndLoss === null ? null : dollars(trade.profitAndLoss),
    fees: dollars(trade.fees),
    commissions: dollars(trade.commissions),
    side: trade.side,
    size: trade.size,
    voided: trade.isVoided,
    orderId: trade.orderId,
  }
}
