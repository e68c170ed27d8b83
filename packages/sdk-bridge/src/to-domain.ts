import {
  type Account,
  type AccountId,
  type ContractId,
  type ContractSpec,
  type Instant,
  instant,
  isUsableSpec,
  NO_USD,
  type Order,
  type OrderId,
  type OrderSide as Side,
  type OrderStatus as Status,
  type OrderType as Type,
  type Position,
  productOf,
  type QuoteChange,
  rootOf,
  type Ticks,
  toTicks,
  type Trade,
  type TradeId,
  type Usd,
  usdOf,
} from '@rm/domain'
import {
  type AccountMessage,
  type ContractMessage,
  OrderSide,
  type OrderMessage,
  OrderStatus,
  OrderType,
  type PositionMessage,
  PositionType,
  type QuoteMessage,
  type TradeMessage,
} from './wire.ts'

/** The wire's shape was right and its meaning is not: an amount with too many digits, a price off the grid, an id below one. */
export class PayloadFault extends Error {
  override readonly name = 'PayloadFault'
}

export function accountOf(message: AccountMessage): Account {
  return {
    id: accountIdOf(message.id),
    name: message.name,
    balance: message.balance === null || message.balance === undefined ? null : money('balance', message.balance),
    canTrade: message.canTrade,
    simulated: message.simulated ?? null,
    visible: message.isVisible,
  }
}

/** Throws {@link PayloadFault} for a tick size or tick value that would value every position at nothing. */
export function contractOf(message: ContractMessage): ContractSpec {
  const id = contractIdOf(message.id)
  const spec: ContractSpec = {
    id,
    name: message.name,
    product: productOf(id),
    root: rootOf(message.name),
    tickSize: message.tickSize,
    tickValue: money('tickValue', message.tickValue),
    active: message.activeContract,
  }
  if (!isUsableSpec(spec)) {
    throw new PayloadFault(`contract ${id} has tick size ${spec.tickSize} and tick value ${message.tickValue}`)
  }
  return spec
}

export function orderOf(message: OrderMessage): Order {
  const createdAt = instant(message.creationTimestamp)
  const status = statusOf(message.status)
  if (message.size <= 0) throw new PayloadFault(`order ${message.id} has size ${message.size}`)
  return {
    id: orderIdOf(message.id),
    accountId: accountIdOf(message.accountId),
    contractId: contractIdOf(message.contractId),
    type: typeOf(message.type),
    side: sideOf(message.side),
    size: message.size,
    // Old replies lack the filled size; an order that is filled is filled whole.
    filled: message.fillVolume ?? (status === 'filled' ? message.size : 0),
    limitPrice: message.limitPrice ?? null,
    stopPrice: message.stopPrice ?? null,
    status,
    tag: message.customTag ?? null,
    parentId:
      message.parentOrderId === null || message.parentOrderId === undefined ? null : orderIdOf(message.parentOrderId),
    createdAt,
    updatedAt:
      message.updateTimestamp === null || message.updateTimestamp === undefined
        ? createdAt
        : instant(message.updateTimestamp),
  }
}

/** The type gives the direction and the size its magnitude, also when that comes negative: see {@link hasNegativeSize}. */
export function positionOf(message: PositionMessage): Position {
  const magnitude = Math.abs(message.size)
  return {
    accountId: accountIdOf(message.accountId),
    contractId: contractIdOf(message.contractId),
    signedSize: message.type === PositionType.short && magnitude !== 0 ? -magnitude : magnitude,
    averagePrice: message.averagePrice,
    openedAt: instant(message.creationTimestamp),
  }
}

/** Undocumented and never recorded; whoever sees it raises an alarm. */
export function hasNegativeSize(message: PositionMessage): boolean {
  return message.size < 0
}

/** @param stampText - the creation stamp as it was sent: the message has lost the digits beyond the millisecond */
export function tradeOf(message: TradeMessage, stampText: unknown): Trade {
  if (message.size <= 0) throw new PayloadFault(`trade ${message.id} has size ${message.size}`)
  const { profitAndLoss, commissions } = message
  return {
    id: tradeIdOf(message.id),
    accountId: accountIdOf(message.accountId),
    contractId: contractIdOf(message.contractId),
    orderId: orderIdOf(message.orderId),
    side: sideOf(message.side),
    size: message.size,
    price: message.price,
    realizedPnl: profitAndLoss === null || profitAndLoss === undefined ? null : money('profitAndLoss', profitAndLoss),
    fees: money('fees', message.fees),
    commissions: commissions === null || commissions === undefined ? NO_USD : money('commissions', commissions),
    at: instant(message.creationTimestamp),
    microseconds: microsecondsOf(stampText),
    voided: message.voided,
  }
}

/** Products whose prices may be zero or below: energy, as of 2020. */
const BELOW_ZERO: ReadonlySet<string> = new Set(['CLE', 'MCLE', 'NQM', 'NGE', 'NQG', 'MNG', 'HOE', 'RBE'])

/** A quote's change in ticks, and how many of its fields were ignored because their price cannot be. */
export interface QuoteReading {
  readonly change: QuoteChange
  readonly ignored: number
}

/** Throws {@link PayloadFault} for a price off the contract's grid: the grid or the price is wrong, and nobody knows which. */
export function quoteOf(spec: ContractSpec, message: QuoteMessage): QuoteReading {
  const { bestBid, bestAsk, lastPrice } = message
  const hasBoth = typeof bestBid === 'number' && typeof bestAsk === 'number'
  const mayBeNegative = hasBoth && BELOW_ZERO.has(spec.product)
  const change: { contractId: ContractId; bid?: Ticks; ask?: Ticks; last?: Ticks; at: Instant } = {
    contractId: spec.id,
    at: instant(message.lastUpdated),
  }
  let ignored = 0
  if (typeof bestBid === 'number') {
    if (bestBid > 0 || mayBeNegative) change.bid = onGrid(spec, bestBid)
    else ignored += 1
  }
  if (typeof bestAsk === 'number') {
    if (bestAsk > 0 || mayBeNegative) change.ask = onGrid(spec, bestAsk)
    else ignored += 1
  }
  if (typeof lastPrice === 'number') {
    if (lastPrice > 0 || mayBeNegative) change.last = onGrid(spec, lastPrice)
    else ignored += 1
  }
  return { change, ignored }
}

function onGrid(spec: ContractSpec, price: number): Ticks {
  const count = toTicks(price, spec.tickSize)
  if (count === null) throw new PayloadFault(`price ${price} of ${spec.id} is off the grid of ${spec.tickSize}`)
  return count
}

function money(field: string, dollars: number): Usd {
  const amount = usdOf(dollars)
  if (amount === null) throw new PayloadFault(`${field} is no amount of money: ${dollars}`)
  return amount
}

/** Digits four to six of the fraction of a second. */
function microsecondsOf(stampText: unknown): number {
  const fraction = typeof stampText === 'string' ? /\.(\d+)/.exec(stampText)?.[1] : undefined
  return fraction === undefined ? 0 : Number(fraction.slice(3, 6).padEnd(3, '0'))
}

function sideOf(side: OrderMessage['side']): Side {
  return side === OrderSide.buy ? 'buy' : 'sell'
}

function statusOf(status: number): Status {
  switch (status) {
    case OrderStatus.open:
      return 'open'
    case OrderStatus.filled:
      return 'filled'
    case OrderStatus.cancelled:
      return 'cancelled'
    case OrderStatus.expired:
      return 'expired'
    case OrderStatus.rejected:
      return 'rejected'
    case OrderStatus.pending:
      return 'pending'
    case OrderStatus.pendingCancellation:
      return 'pending-cancel'
    case OrderStatus.suspended:
      return 'suspended'
    default:
      return 'unknown'
  }
}

function typeOf(type: number): Type {
  switch (type) {
    case OrderType.limit:
      return 'limit'
    case OrderType.market:
      return 'market'
    case OrderType.stopLimit:
      return 'stop-limit'
    case OrderType.stop:
      return 'stop'
    case OrderType.trailingStop:
      return 'trailing-stop'
    case OrderType.joinBid:
      return 'join-bid'
    case OrderType.joinAsk:
      return 'join-ask'
    default:
      return 'unknown'
  }
}

// Brands, at the edge where plain numbers and texts come in: the zod schemas of the domain cost too much for every event.

export function accountIdOf(id: number): AccountId {
  return positive('account', id) as AccountId
}

export function contractIdOf(id: string): ContractId {
  return id as ContractId
}

function orderIdOf(id: number): OrderId {
  return positive('order', id) as OrderId
}

function tradeIdOf(id: number): TradeId {
  return positive('trade', id) as TradeId
}

function positive(thing: string, id: number): number {
  if (id > 0) return id
  throw new PayloadFault(`${thing} id ${id}`)
}
