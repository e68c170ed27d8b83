import type { Account } from './account.ts'
import type { ContractSpec } from './contract.ts'
import type { FilledOrder } from './filled-order.ts'
import type { AccountId, ContractId, OrderId, TradeId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Order } from './order.ts'
import type { CycleManagement } from './position-cycle.ts'
import type { Ticks } from './ticks.ts'
import type { Trade, TradeOrigin } from './trade.ts'
import type { TradingDay } from './trading-calendar.ts'
import type { Usd } from './usd.ts'

/** What an open position is worth. Unknown is a value of its own, never 0. */
export type PositionValue =
  | {
      readonly kind: 'known'
      /** U(c) at the exit side now. */
      readonly current: Usd
      /** W(c): the worst U(c) since the last evaluation. */
      readonly worst: Usd
      /** The best U(c) since the last evaluation. */
      readonly best: Usd
    }
  | {
      readonly kind: 'unknown'
      /** Why, in words: no quote yet, quote 12 s old, tick value unknown. */
      readonly reason: string
      /** The last value that was known, if any: U* takes it when it is a loss. */
      readonly lastKnown: Usd | null
    }

/** Why a position cannot be valued although it should be, and since when. A closed market owes no quotes. */
export interface Unvalued {
  readonly missing: 'quote' | 'tick-value'
  /** The last moment at which the thing was there; of a thing that never was, when it began to be expected. */
  readonly since: Instant
}

/** What reaches us and what does not, since when. `null`: it is there. */
export interface ConnectionFacts {
  readonly userStreamDownSince: Instant | null
  readonly marketStreamDownSince: Instant | null
  readonly authenticationLostSince: Instant | null
  /** The gateway's list of accounts lacks this one. */
  readonly unlistedSince: Instant | null
}

/** Unprotected time of a position cycle, from flat (or flip) to flat (RULE-008). */
export interface ProtectionMeter {
  /** Uncovered milliseconds accumulated up to {@link measuredAt}. */
  readonly uncoveredMs: number
  /** Whether valid stops cover the position since {@link measuredAt}. */
  readonly covered: boolean
  readonly measuredAt: Instant
}

/** An open position as rules see it. */
export interface PositionView {
  readonly contractId: ContractId
  /** `null` while the contract record is unknown. */
  readonly contract: ContractSpec | null
  readonly signedSize: number
  /** The size once all goals that are being pursued have been reached: what is already on its way is not demanded twice. */
  readonly projectedSize: number
  readonly averagePrice: number
  /** Start of the cycle: the gateway's creation stamp, or the instant of the flip. */
  readonly openedAt: Instant
  /** When the position last grew: "newest first" reduces the latest of these. */
  readonly enlargedAt: Instant
  readonly value: PositionValue
  /** `null` for one that is valued, or whose market is closed. */
  readonly unvalued: Unvalued | null
  readonly protection: ProtectionMeter
  /** Prices at which the position could be closed, from a quote that is fresh; `null`: nobody knows. */
  readonly exit: ExitPrices | null
  /** Since when a fill against the position is known that its size does not show yet (monotonic ms); `null`: none. */
  readonly exitAheadSinceMs: number | null
  /** Signed contracts that it grew by and of which neither order nor trade has told: an order that seems to work still has brought them. */
  readonly grownAhead: number
  readonly management: CycleManagement
}

/** The exit side of a quote: bids for a long position, asks for a short one. */
export interface ExitPrices {
  readonly current: Ticks
  /** The most favourable one since the last evaluation. */
  readonly best: Ticks
}

/** A trade of the day with who caused it. */
export interface DayTrade {
  readonly trade: Trade
  readonly origin: TradeOrigin
}

/** P&L of the trading day over the set of its trades that are not voided (risk rules, 1.3). */
export interface DayPnl {
  /** After fees and commissions. */
  readonly net: Usd
  readonly gross: Usd
}

export interface UnrealizedPnl {
  /** Whether every open position has a known value. */
  readonly known: boolean
  /** U: sum of the known current values. Only the account's value when {@link known}. */
  readonly current: Usd
  /** U*: worst values where known, else the last known value if it was a loss, else 0. */
  readonly pessimistic: Usd
}

/** The read-only face of one account's book, and all that a rule may know. */
export interface AccountView {
  readonly accountId: AccountId
  /** As the gateway last described it; `null` before it did. */
  readonly account: Account | null
  readonly connection: ConnectionFacts
  readonly day: TradingDay
  /** Open positions only. */
  readonly positions: readonly PositionView[]
  /** Orders that can still change exposure. */
  readonly orders: readonly Order[]
  readonly realized: DayPnl
  readonly unrealized: UnrealizedPnl
  /** Trades of the day in order of their stamps, voided ones left out, re-sent opening half-turns counted once. */
  readonly trades: readonly DayTrade[]
  /** The same trades by their orders, in order of the orders' ids. */
  readonly filledOrders: readonly FilledOrder[]
  /** Trades that this turn applied for the first time. */
  readonly newTrades: ReadonlySet<TradeId>
  /** The contract whose position this turn's event enlarged, if any. */
  readonly enlarged: ContractId | null
  /** Orders that standing goals already want cancelled. */
  readonly ordersBeingCancelled: ReadonlySet<OrderId>
}

/** What a rule sees that does not look at prices. */
export type UnpricedPosition = Omit<PositionView, 'value' | 'unvalued' | 'exit'>

export interface UnpricedView extends Omit<AccountView, 'positions' | 'unrealized'> {
  readonly positions: readonly UnpricedPosition[]
}
