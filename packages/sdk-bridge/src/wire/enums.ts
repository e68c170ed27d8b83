/**
 * Integer enumerations of the gateway. They travel as integers only; a reply may carry values that these tables do not know yet, so
 * decoded entities hold a plain `number` where an unknown value has to survive (order status and type).
 */

/** How an order is priced. The gateway documents 1, 2, 4, 5, 6 and 7 for placing; 3 exists in the enumeration only. */
export const OrderType = {
  unknown: 0,
  limit: 1,
  market: 2,
  stopLimit: 3,
  stop: 4,
  trailingStop: 5,
  joinBid: 6,
  joinAsk: 7,
} as const
export type OrderType = (typeof OrderType)[keyof typeof OrderType]

/** Zero is a real side: a missing side must never be read as a buy. */
export const OrderSide = { buy: 0, sell: 1 } as const
export type OrderSide = (typeof OrderSide)[keyof typeof OrderSide]

/** State of an order. `suspended` is a bracket child whose entry has not filled yet. */
export const OrderStatus = {
  none: 0,
  open: 1,
  filled: 2,
  cancelled: 3,
  expired: 4,
  rejected: 5,
  pending: 6,
  pendingCancellation: 7,
  suspended: 8,
} as const
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus]

const terminalStatuses: ReadonlySet<number> = new Set<number>([
  OrderStatus.filled,
  OrderStatus.cancelled,
  OrderStatus.expired,
  OrderStatus.rejected,
])

/** Whether an order in this status can no longer change the exposure. Unknown values count as live: they could still fill. */
export function isTerminalStatus(status: number): boolean {
  return terminalStatuses.has(status)
}

/** Direction of a position. `undefined` comes with size 0 when a position closes; the size decides, not the type. */
export const PositionType = { undefined: 0, long: 1, short: 2 } as const
export type PositionType = (typeof PositionType)[keyof typeof PositionType]

/** Who was the aggressor of a trade in the market. */
export const MarketTradeType = { buy: 0, sell: 1 } as const
export type MarketTradeType = (typeof MarketTradeType)[keyof typeof MarketTradeType]

/** Kind of a market depth row. */
export const DepthType = {
  unknown: 0,
  ask: 1,
  bid: 2,
  bestAsk: 3,
  bestBid: 4,
  trade: 5,
  reset: 6,
  low: 7,
  high: 8,
  newBestBid: 9,
  newBestAsk: 10,
  fill: 11,
} as const
export type DepthType = (typeof DepthType)[keyof typeof DepthType]

/** Length unit of a bar. */
export const BarUnit = { unspecified: 0, second: 1, minute: 2, hour: 3, day: 4, week: 5, month: 6, tick: 7 } as const
export type BarUnit = (typeof BarUnit)[keyof typeof BarUnit]

/** The `action` beside a user hub entity. Advisory: a first order event carries `update`, so decide from status and size. */
export const HubAction = { create: 0, update: 1, remove: 2 } as const
export type HubAction = (typeof HubAction)[keyof typeof HubAction]

/** Column that `Order/v2/query` sorts by. */
export const OrderSortBy = { created: 0, id: 1 } as const
export type OrderSortBy = (typeof OrderSortBy)[keyof typeof OrderSortBy]

/** Direction that `Order/v2/query` sorts in. */
export const SortDirection = { ascending: 0, descending: 1 } as const
export type SortDirection = (typeof SortDirection)[keyof typeof SortDirection]
