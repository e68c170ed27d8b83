import type { DayTrade } from './account-view.ts'
import type { OrderId } from './ids.ts'
import { stampUs } from './trade.ts'

/** An order with its trades of the day. */
export interface FilledOrder {
  readonly orderId: OrderId
  /** In order of their stamps; at least one. */
  readonly fills: readonly DayTrade[]
  /** Stamp of the first fill that the trader caused, in microseconds since the epoch; `null`: this program caused all. */
  readonly tradedAtUs: number | null
}

/** @param fills - in order of their stamps */
export function filledOrder(orderId: OrderId, fills: readonly DayTrade[]): FilledOrder {
  const first = fills.find(({ origin }) => origin === 'trader')
  return { orderId, fills, tradedAtUs: first === undefined ? null : stampUs(first.trade) }
}
