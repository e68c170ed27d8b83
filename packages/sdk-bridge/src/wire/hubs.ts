import { z } from 'zod'
import type { Nullish } from './entities.ts'
import { wireInteger, wireNumber, wireStamp } from './scalars.ts'

/*
 * Names and market payloads of the two hubs; what the user hub publishes are the entities of `entities.ts`.
 * The server matches method names without regard to case, the client lower-cases callback names.
 */

/** Paths under the hub hosts of the gateway. */
export const hubPaths = { user: '/hubs/user', market: '/hubs/market' } as const
export type HubName = keyof typeof hubPaths

/** User hub methods. `accounts` takes no argument, the others an account id. */
export const userHubMethods = {
  accounts: { subscribe: 'SubscribeAccounts', unsubscribe: 'UnsubscribeAccounts' },
  orders: { subscribe: 'SubscribeOrders', unsubscribe: 'UnsubscribeOrders' },
  positions: { subscribe: 'SubscribePositions', unsubscribe: 'UnsubscribePositions' },
  trades: { subscribe: 'SubscribeTrades', unsubscribe: 'UnsubscribeTrades' },
} as const
export type UserTopic = keyof typeof userHubMethods

/** Market hub methods. Each takes a contract id. */
export const marketHubMethods = {
  quotes: { subscribe: 'SubscribeContractQuotes', unsubscribe: 'UnsubscribeContractQuotes' },
  trades: { subscribe: 'SubscribeContractTrades', unsubscribe: 'UnsubscribeContractTrades' },
  depth: { subscribe: 'SubscribeContractMarketDepth', unsubscribe: 'UnsubscribeContractMarketDepth' },
} as const
export type MarketTopic = keyof typeof marketHubMethods

/** Callbacks of the user hub: one argument each, usually `{action, data}`. */
export const userHubCallbacks = {
  accounts: 'GatewayUserAccount',
  orders: 'GatewayUserOrder',
  positions: 'GatewayUserPosition',
  trades: 'GatewayUserTrade',
} as const

/** Sent when the server ended this session: at most one argument, a free text. */
export const logoutCallback = 'GatewayLogout'

/** Callbacks of the market hub: `(contractId, payload)`; trades and depth carry arrays. */
export const marketHubCallbacks = { quotes: 'GatewayQuote', trades: 'GatewayTrade', depth: 'GatewayDepth' } as const

interface QuoteFields<Stamp> {
  /** Product root `F.US.<PRODUCT>`, not the contract id: merge by the handler's first argument. */
  readonly symbol: string
  readonly contract?: Nullish<string>
  readonly symbolName?: Nullish<string>
  readonly lastPrice?: Nullish<number>
  readonly bestBid?: Nullish<number>
  readonly bestAsk?: Nullish<number>
  readonly change?: Nullish<number>
  readonly changePercent?: Nullish<number>
  readonly open?: Nullish<number>
  readonly high?: Nullish<number>
  readonly low?: Nullish<number>
  readonly volume?: Nullish<number>
  /** Server time. */
  readonly lastUpdated: Stamp
  /** Exchange time. */
  readonly timestamp?: Nullish<Stamp>
}
/** A sparse delta: a missing price means "unchanged", never zero. */
export type WireQuote = QuoteFields<string>
export type QuoteMessage = QuoteFields<number>

export const quoteSchema: z.ZodType<QuoteMessage, WireQuote> = z.object({
  symbol: z.string(),
  contract: z.string().nullish(),
  symbolName: z.string().nullish(),
  lastPrice: wireNumber.nullish(),
  bestBid: wireNumber.nullish(),
  bestAsk: wireNumber.nullish(),
  change: wireNumber.nullish(),
  changePercent: wireNumber.nullish(),
  open: wireNumber.nullish(),
  high: wireNumber.nullish(),
  low: wireNumber.nullish(),
  volume: wireNumber.nullish(),
  lastUpdated: wireStamp,
  timestamp: wireStamp.nullish(),
})

interface MarketTradeFields<Stamp> {
  readonly symbolId?: Nullish<string>
  readonly price: number
  readonly timestamp: Stamp
  /** `MarketTradeType`: the aggressor. */
  readonly type: number
  readonly volume: number
}
/** A trade of the whole market, not of one of our accounts. */
export type WireMarketTrade = MarketTradeFields<string>
export type MarketTradeMessage = MarketTradeFields<number>

export const marketTradeSchema: z.ZodType<MarketTradeMessage, WireMarketTrade> = z.object({
  symbolId: z.string().nullish(),
  price: wireNumber,
  timestamp: wireStamp,
  type: wireInteger,
  volume: wireInteger,
})

interface DepthFields<Stamp> {
  readonly timestamp: Stamp
  /** `DepthType`. */
  readonly type: number
  readonly price: number
  readonly volume: number
  readonly currentVolume?: Nullish<number>
}
export type WireDepth = DepthFields<string>
export type DepthMessage = DepthFields<number>

export const depthSchema: z.ZodType<DepthMessage, WireDepth> = z.object({
  timestamp: wireStamp,
  type: wireInteger,
  price: wireNumber,
  volume: wireInteger,
  currentVolume: wireInteger.nullish(),
})
