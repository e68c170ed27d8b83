import { z } from 'zod'
import type {
  AccountMessage,
  BarMessage,
  ContractMessage,
  Nullish,
  OrderMessage,
  PositionMessage,
  TradeMessage,
  WireAccount,
  WireBar,
  WireContract,
  WireOrder,
  WirePosition,
  WireTrade,
} from './entities.ts'
import { accountSchema, barSchema, contractSchema, orderSchema, positionSchema, tradeSchema } from './entities.ts'
import type { BarUnit, OrderSide, OrderSortBy, OrderType, SortDirection } from './enums.ts'
import type { ErrorTable } from './error-codes.ts'
import { wireBoolean, wireInteger } from './scalars.ts'

/** What a route costs and may change: reads share the general budget, bars have one of their own, free routes are not counted. */
export type RouteKind = 'session' | 'read' | 'bars' | 'mutation'

/** One route of the gateway. All are `POST` with a JSON body, `ping` apart. */
export interface RestRoute {
  readonly path: string
  readonly errors: ErrorTable
  readonly kind: RouteKind
  /** Whether it wants a bearer token. Those that do not are not counted against the rate limit either. */
  readonly authenticated: boolean
}

export type RestRouteName =
  | 'loginKey'
  | 'loginApp'
  | 'validate'
  | 'logout'
  | 'searchAccounts'
  | 'searchContracts'
  | 'contractById'
  | 'availableContracts'
  | 'retrieveBars'
  | 'searchOrders'
  | 'searchOpenOrders'
  | 'orderById'
  | 'queryOrders'
  | 'placeOrder'
  | 'modifyOrder'
  | 'cancelOrder'
  | 'searchOpenPositions'
  | 'closeContract'
  | 'partialCloseContract'
  | 'searchTrades'

const free = (path: string, errors: ErrorTable): RestRoute => ({ path, errors, kind: 'session', authenticated: false })
const session = (path: string, errors: ErrorTable): RestRoute => ({
  path,
  errors,
  kind: 'session',
  authenticated: true,
})
const read = (path: string, errors: ErrorTable): RestRoute => ({ path, errors, kind: 'read', authenticated: true })
const bars = (path: string, errors: ErrorTable): RestRoute => ({ path, errors, kind: 'bars', authenticated: true })
const mutation = (path: string, errors: ErrorTable): RestRoute => ({
  path,
  errors,
  kind: 'mutation',
  authenticated: true,
})

export const restRoutes: { readonly [Name in RestRouteName]: RestRoute } = {
  loginKey: free('/api/Auth/loginKey', 'login'),
  loginApp: free('/api/Auth/loginApp', 'login'),
  validate: session('/api/Auth/validate', 'validate'),
  logout: session('/api/Auth/logout', 'logout'),
  searchAccounts: read('/api/Account/search', 'successOnly'),
  searchContracts: read('/api/Contract/search', 'successOnly'),
  contractById: read('/api/Contract/searchById', 'contractById'),
  availableContracts: read('/api/Contract/available', 'successOnly'),
  retrieveBars: bars('/api/History/retrieveBars', 'bars'),
  searchOrders: read('/api/Order/search', 'accountSearch'),
  searchOpenOrders: read('/api/Order/searchOpen', 'accountSearch'),
  orderById: read('/api/Order/searchById', 'orderById'),
  queryOrders: read('/api/Order/v2/query', 'accountSearch'),
  placeOrder: mutation('/api/Order/place', 'place'),
  modifyOrder: mutation('/api/Order/modify', 'modify'),
  cancelOrder: mutation('/api/Order/cancel', 'cancel'),
  searchOpenPositions: read('/api/Position/searchOpen', 'accountSearch'),
  closeContract: mutation('/api/Position/closeContract', 'close'),
  partialCloseContract: mutation('/api/Position/partialCloseContract', 'partialClose'),
  searchTrades: read('/api/Trade/search', 'accountSearch'),
}

/** The health check: the only `GET`, answers the text `pong` without a token. */
export const pingPath = '/api/Status/ping'

// Requests. Integers are exact here: a text where an enumeration belongs makes the gateway refuse the whole body.

const int32 = z.int32()
const int64 = z.int()
const contractId = z.string()
const stampText = z.string()

export interface LoginKeyRequest {
  readonly userName: string
  readonly apiKey: string
}
export const loginKeyRequest: z.ZodType<LoginKeyRequest> = z.object({ userName: z.string(), apiKey: z.string() })

export interface LoginAppRequest {
  readonly userName: string
  readonly password: string
  readonly deviceId: string
  readonly appId: string
  readonly verifyKey: string
}
export const loginAppRequest: z.ZodType<LoginAppRequest> = z.object({
  userName: z.string(),
  password: z.string(),
  deviceId: z.string(),
  appId: z.string(),
  verifyKey: z.string(),
})

export interface SearchAccountsRequest {
  readonly onlyActiveAccounts: boolean
}
export const searchAccountsRequest: z.ZodType<SearchAccountsRequest> = z.object({ onlyActiveAccounts: z.boolean() })

/** `live` is a market data tier, not the kind of account; the wrong one answers with an empty list and success. */
export interface SearchContractsRequest {
  readonly searchText: string
  readonly live: boolean
}
export const searchContractsRequest: z.ZodType<SearchContractsRequest> = z.object({
  searchText: z.string(),
  live: z.boolean(),
})

export interface ContractByIdRequest {
  readonly contractId: string
}
export const contractByIdRequest: z.ZodType<ContractByIdRequest> = z.object({ contractId })

export interface AvailableContractsRequest {
  readonly live: boolean
}
export const availableContractsRequest: z.ZodType<AvailableContractsRequest> = z.object({ live: z.boolean() })

export interface RetrieveBarsRequest {
  readonly contractId: string
  readonly live: boolean
  readonly startTime: string
  readonly endTime: string
  readonly unit: BarUnit
  readonly unitNumber: number
  readonly limit: number
  readonly includePartialBar: boolean
}
/** `unit` is bound as any integer: an unknown one is answered by an error code, not by a failed binding. */
export const retrieveBarsRequest: z.ZodType<
  RetrieveBarsRequest | (Omit<RetrieveBarsRequest, 'unit'> & { unit: number })
> = z.object({
  contractId,
  live: z.boolean(),
  startTime: stampText,
  endTime: stampText,
  unit: int32,
  unitNumber: int32,
  limit: int32,
  includePartialBar: z.boolean(),
})

/** Note the field names: bars want `startTime`, orders and trades `startTimestamp`; a misspelt field finds nothing, without an error. */
export interface SearchWindowRequest {
  readonly accountId: number
  readonly startTimestamp: string
  readonly endTimestamp?: Nullish<string>
}
export const searchWindowRequest: z.ZodType<SearchWindowRequest> = z.object({
  accountId: int32,
  startTimestamp: stampText,
  endTimestamp: stampText.nullish(),
})

/** Open orders or open positions of one account. */
export interface AccountRequest {
  readonly accountId: number
}
export const accountRequest: z.ZodType<AccountRequest> = z.object({ accountId: int32 })

/** `searchById` and `cancel`. */
export interface OrderRequest {
  readonly accountId: number
  readonly orderId: number
}
export const orderRequest: z.ZodType<OrderRequest> = z.object({ accountId: int32, orderId: int64 })

export interface QueryOrdersRequest {
  readonly filter: {
    readonly accountId: number
    readonly statuses?: Nullish<readonly number[]>
    /** Measured to do nothing: filter the reply. */
    readonly contractId?: Nullish<string>
    readonly createdAfter?: Nullish<string>
    readonly createdBefore?: Nullish<string>
  }
  /** A reply holds at most 100 rows whatever this says. */
  readonly pageSize?: Nullish<number>
  /** Rows, not pages. */
  readonly pageOffset?: Nullish<number>
  readonly sortBy?: Nullish<OrderSortBy>
  readonly sortDirection?: Nullish<SortDirection>
  readonly includeTotalCount?: Nullish<boolean>
}
export const queryOrdersRequest: z.ZodType<QueryOrdersRequest> = z.object({
  filter: z.object({
    accountId: int32,
    statuses: z.array(int32).nullish(),
    contractId: contractId.nullish(),
    createdAfter: stampText.nullish(),
    createdBefore: stampText.nullish(),
  }),
  pageSize: int32.nullish(),
  pageOffset: int32.nullish(),
  sortBy: z.literal([0, 1]).nullish(),
  sortDirection: z.literal([0, 1]).nullish(),
  includeTotalCount: z.boolean().nullish(),
})

/** The most rows that one reply of `Order/v2/query` holds. */
export const queryOrdersPageLimit = 100

/** A bracket leg in signed ticks from the entry: a buy wants its stop below zero and its target above. */
export interface BracketRequest {
  readonly ticks: number
  readonly type: OrderType
}

export interface PlaceOrderRequest {
  readonly accountId: number
  readonly contractId: string
  readonly type: OrderType
  readonly side: OrderSide
  readonly size: number
  readonly limitPrice?: Nullish<number>
  readonly stopPrice?: Nullish<number>
  /** In a request: an absolute price. */
  readonly trailPrice?: Nullish<number>
  /** Unique per account for ever. At most 60 characters, because bracket children append three. */
  readonly customTag?: Nullish<string>
  readonly stopLossBracket?: Nullish<BracketRequest>
  readonly takeProfitBracket?: Nullish<BracketRequest>
}

const orderType = z.literal([0, 1, 2, 3, 4, 5, 6, 7])
const bracket = z.object({ ticks: int32, type: orderType })
export const placeOrderRequest: z.ZodType<PlaceOrderRequest> = z.object({
  accountId: int32,
  contractId,
  type: orderType,
  side: z.literal([0, 1]),
  size: int32,
  limitPrice: z.number().nullish(),
  stopPrice: z.number().nullish(),
  trailPrice: z.number().nullish(),
  customTag: z.string().nullish(),
  stopLossBracket: bracket.nullish(),
  takeProfitBracket: bracket.nullish(),
})

/** Null or absent means unchanged. Prices are absolute. */
export interface ModifyOrderRequest {
  readonly accountId: number
  readonly orderId: number
  readonly size?: Nullish<number>
  readonly limitPrice?: Nullish<number>
  readonly stopPrice?: Nullish<number>
  readonly trailPrice?: Nullish<number>
}
export const modifyOrderRequest: z.ZodType<ModifyOrderRequest> = z.object({
  accountId: int32,
  orderId: int64,
  size: int32.nullish(),
  limitPrice: z.number().nullish(),
  stopPrice: z.number().nullish(),
  trailPrice: z.number().nullish(),
})

export interface CloseContractRequest {
  readonly accountId: number
  readonly contractId: string
}
export const closeContractRequest: z.ZodType<CloseContractRequest> = z.object({ accountId: int32, contractId })

export interface PartialCloseContractRequest extends CloseContractRequest {
  readonly size: number
}
export const partialCloseContractRequest: z.ZodType<PartialCloseContractRequest> = z.object({
  accountId: int32,
  contractId,
  size: int32,
})

// Replies. HTTP 200 says nothing: `success` and `errorCode` do. A list may be absent or null, and only `[]` means "none".

export interface Envelope {
  readonly success: boolean
  readonly errorCode: number
  readonly errorMessage?: Nullish<string>
}

const envelope = { success: wireBoolean, errorCode: wireInteger, errorMessage: z.string().nullish() }
export const envelopeReply: z.ZodType<Envelope, Envelope> = z.object(envelope)

export interface LoginReply extends Envelope {
  readonly token?: Nullish<string>
}
export const loginReply: z.ZodType<LoginReply, LoginReply> = z.object({ ...envelope, token: z.string().nullish() })

export interface ValidateReply extends Envelope {
  readonly newToken?: Nullish<string>
}
export const validateReply: z.ZodType<ValidateReply, ValidateReply> = z.object({
  ...envelope,
  newToken: z.string().nullish(),
})

interface AccountsReplyOf<Account> extends Envelope {
  readonly accounts?: Nullish<readonly Account[]>
}
export type WireAccountsReply = AccountsReplyOf<WireAccount>
export type AccountsReply = AccountsReplyOf<AccountMessage>
export const accountsReply: z.ZodType<AccountsReply, WireAccountsReply> = z.object({
  ...envelope,
  accounts: z.array(accountSchema).nullish(),
})

interface ContractsReplyOf<Contract> extends Envelope {
  readonly contracts?: Nullish<readonly Contract[]>
}
export type WireContractsReply = ContractsReplyOf<WireContract>
export type ContractsReply = ContractsReplyOf<ContractMessage>
export const contractsReply: z.ZodType<ContractsReply, WireContractsReply> = z.object({
  ...envelope,
  contracts: z.array(contractSchema).nullish(),
})

interface ContractReplyOf<Contract> extends Envelope {
  readonly contract?: Nullish<Contract>
}
export type WireContractReply = ContractReplyOf<WireContract>
export type ContractReply = ContractReplyOf<ContractMessage>
export const contractReply: z.ZodType<ContractReply, WireContractReply> = z.object({
  ...envelope,
  contract: contractSchema.nullish(),
})

interface BarsReplyOf<Bar> extends Envelope {
  /** Newest first. */
  readonly bars?: Nullish<readonly Bar[]>
}
export type WireBarsReply = BarsReplyOf<WireBar>
export type BarsReply = BarsReplyOf<BarMessage>
export const barsReply: z.ZodType<BarsReply, WireBarsReply> = z.object({
  ...envelope,
  bars: z.array(barSchema).nullish(),
})

interface OrdersReplyOf<Order> extends Envelope {
  readonly orders?: Nullish<readonly Order[]>
  /** Only from `Order/v2/query`, and only when it was asked for. */
  readonly totalCount?: Nullish<number>
}
export type WireOrdersReply = OrdersReplyOf<WireOrder>
export type OrdersReply = OrdersReplyOf<OrderMessage>
export const ordersReply: z.ZodType<OrdersReply, WireOrdersReply> = z.object({
  ...envelope,
  orders: z.array(orderSchema).nullish(),
  totalCount: wireInteger.nullish(),
})

/** One order. Some deployments answer `orders` with one element instead of `order`. */
interface OrderReplyOf<Order> extends Envelope {
  readonly order?: Nullish<Order>
  readonly orders?: Nullish<readonly Order[]>
}
export type WireOrderReply = OrderReplyOf<WireOrder>
export type OrderReply = OrderReplyOf<OrderMessage>
export const orderReply: z.ZodType<OrderReply, WireOrderReply> = z.object({
  ...envelope,
  order: orderSchema.nullish(),
  orders: z.array(orderSchema).nullish(),
})

/** `orderId` may be there on a refusal too (the record of the rejected order): read `success` first. */
export interface PlaceReply extends Envelope {
  readonly orderId?: Nullish<number>
}
export const placeReply: z.ZodType<PlaceReply, PlaceReply> = z.object({ ...envelope, orderId: wireInteger.nullish() })

interface PositionsReplyOf<Position> extends Envelope {
  readonly positions?: Nullish<readonly Position[]>
}
export type WirePositionsReply = PositionsReplyOf<WirePosition>
export type PositionsReply = PositionsReplyOf<PositionMessage>
export const positionsReply: z.ZodType<PositionsReply, WirePositionsReply> = z.object({
  ...envelope,
  positions: z.array(positionSchema).nullish(),
})

interface TradesReplyOf<Trade> extends Envelope {
  /** Newest first. */
  readonly trades?: Nullish<readonly Trade[]>
}
export type WireTradesReply = TradesReplyOf<WireTrade>
export type TradesReply = TradesReplyOf<TradeMessage>
export const tradesReply: z.ZodType<TradesReply, WireTradesReply> = z.object({
  ...envelope,
  trades: z.array(tradeSchema).nullish(),
})
