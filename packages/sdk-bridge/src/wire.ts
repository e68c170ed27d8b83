export type * from './wire/entities.ts'
export type * from './wire/hubs.ts'
export type * from './wire/rest.ts'
export {
  BarUnit,
  DepthType,
  HubAction,
  MarketTradeType,
  OrderSide,
  OrderSortBy,
  OrderStatus,
  OrderType,
  PositionType,
  SortDirection,
  isTerminalStatus,
} from './wire/enums.ts'
export { errorCode, errorTables } from './wire/error-codes.ts'
export type { ErrorCode, ErrorTable, ReplyClass } from './wire/error-codes.ts'
export { epochMsOf, wireBoolean, wireInteger, wireNumber, wireStamp, wireStampText } from './wire/scalars.ts'
export {
  accountSchema,
  barSchema,
  contractSchema,
  orderSchema,
  positionSchema,
  tradeSchema,
} from './wire/entities.ts'
export {
  depthSchema,
  hubPaths,
  logoutCallback,
  marketHubCallbacks,
  marketHubMethods,
  marketTradeSchema,
  quoteSchema,
  userHubCallbacks,
  userHubMethods,
} from './wire/hubs.ts'
export {
  accountRequest,
  accountsReply,
  availableContractsRequest,
  barsReply,
  closeContractRequest,
  contractByIdRequest,
  contractReply,
  contractsReply,
  envelopeReply,
  loginAppRequest,
  loginKeyRequest,
  loginReply,
  modifyOrderRequest,
  orderReply,
  orderRequest,
  ordersReply,
  partialCloseContractRequest,
  pingPath,
  placeOrderRequest,
  placeReply,
  positionsReply,
  queryOrdersPageLimit,
  queryOrdersRequest,
  restRoutes,
  retrieveBarsRequest,
  searchAccountsRequest,
  searchContractsRequest,
  searchWindowRequest,
  tradesReply,
  validateReply,
} from './wire/rest.ts'
export { decodeHubArgument } from './wire/decode.ts'
export type { HubDecoded } from './wire/decode.ts'
