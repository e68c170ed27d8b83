import type { OrderSide, OrderStatus, OrderType } from '@rm/sdk-bridge/wire'
import type { Author } from '../seam.ts'
import type { ListedContract } from './contracts.ts'

/** An order as the exchange keeps it. Prices are whole ticks. */
export interface OrderRecord {
  readonly id: number
  readonly accountId: number
  readonly contract: ListedContract
  readonly author: Author
  readonly createdAt: string
  readonly type: OrderType
  readonly side: OrderSide
  readonly customTag: string | null
  /** Of a bracket child. */
  readonly parentOrderId: number | null
  /** Of a take-profit child: its stop-loss sibling. */
  readonly linkedOrderId: number | null
  /** Of a bracket child that waits for its entry: signed ticks from the entry price. */
  readonly bracketTicks: number | null
  updatedAt: string
  status: OrderStatus
  size: number
  limitTicks: number | null
  stopTicks: number | null
  /** How far a trailing stop keeps from the market. */
  trailTicks: number | null
  fillVolume: number
  /** Sum of price in ticks times size over the fills. */
  filledTicks: number
  /** The price has been reached or was never asked for: what is left fills at the market. */
  isTriggered: boolean
}

export function remainingSize(order: OrderRecord): number {
  return order.size - order.fillVolume
}

/** The order's direction as a sign: a buy adds to a signed position. */
export function signOf(side: OrderSide): 1 | -1 {
  return side === 0 ? 1 : -1
}
