import {
  type Account,
  AccountId,
  type CommandOutcome,
  ContractId,
  type ContractSpec,
  type Instant,
  instant,
  type Order,
  OrderId,
  type OrderStatus,
  type OrderType,
  type Position,
  productOf,
  type QuoteChange,
  type Refusal,
  rootOf,
  type Ticks,
  toTicks,
  type Trade,
  TradeId,
  usdOf,
  type Usd,
} from '@rm/domain'
import {
  type Envelope,
  epochMsOf,
  errorCode,
  type ErrorTable,
  type WireAccount,
  type WireContract,
  type WireOrder,
  type WirePosition,
  type WireQuote,
  type WireTrade,
} from '@rm/sdk-bridge/wire'

/*
 * What the simulated exchange publishes, in domain words. Its events are well formed, so nothing is tolerated here: what the real wire
 * can look like is the bridge's concern.
 */

export function accountOf(wire: WireAccount): Account {
  return {
    id: AccountId.parse(wire.id),
    name: wire.name,
    balance: wire.balance === null || wire.balance === undefined ? null : money(wire.balance),
    canTrade: wire.canTrade,
    simulated: wire.simulated ?? null,
    visible: wire.isVisible,
  }
}

export function contractOf(wire: WireContract): ContractSpec {
  const id = ContractId.parse(wire.id)
  return {
    id,
    name: wire.name,
    product: productOf(id),
    root: rootOf(wire.name),
    tickSize: wire.tickSize,
    tickValue: money(wire.tickValue),
    active: wire.activeContract,
  }
}

export function positionOf(wire: WirePosition): Position {
  return {
    accountId: AccountId.parse(wire.accountId),
    contractId: ContractId.parse(wire.contractId),
    signedSize: wire.size === 0 ? 0 : wire.size * (wire.type === 1 ? 1 : -1),
    averagePrice: wire.averagePrice,
    openedAt: stampOf(wire.creationTimestamp),
  }
}

export function orderOf(wire: WireOrder): Order {
  return {
    id: OrderId.parse(wire.id),
    accountId: AccountId.parse(wire.accountId),
    contractId: ContractId.parse(wire.contractId),
    type: ORDER_TYPES[wire.type] ?? 'unknown',
    side: wire.side === 0 ? 'buy' : 'sell',
    size: wire.size,
    filled: wire.fillVolume ?? 0,
    limitPrice: wire.limitPrice ?? null,
    stopPrice: wire.stopPrice ?? null,
    status: ORDER_STATUSES[wire.status] ?? 'unknown',
    tag: wire.customTag ?? null,
    parentId:
      wire.parentOrderId === null || wire.parentOrderId === undefined ? null : OrderId.parse(wire.parentOrderId),
    createdAt: stampOf(wire.creationTimestamp),
    updatedAt: stampOf(wire.updateTimestamp ?? wire.creationTimestamp),
  }
}

export function tradeOf(wire: WireTrade): Trade {
  const { profitAndLoss } = wire
  return {
    id: TradeId.parse(wire.id),
    accountId: AccountId.parse(wire.accountId),
    contractId: ContractId.parse(wire.contractId),
    orderId: OrderId.parse(wire.orderId),
    side: wire.side === 0 ? 'buy' : 'sell',
    size: wire.size,
    price: wire.price,
    realizedPnl: profitAndLoss === null || profitAndLoss === undefined ? null : money(profitAndLoss),
    fees: money(wire.fees),
    commissions: money(wire.commissions ?? 0),
    at: stampOf(wire.creationTimestamp),
    microseconds: Number((/\.(\d+)/.exec(wire.creationTimestamp)?.[1] ?? '').slice(3, 6).padEnd(3, '0')),
    voided: wire.voided,
  }
}

export function quoteOf(contract: ContractSpec, wire: WireQuote): QuoteChange {
  const at = (price: number): Ticks => {
    const ticks = toTicks(price, contract.tickSize)
    if (ticks === null) throw new RangeError(`${price} is off the grid of ${contract.name}`)
    return ticks
  }
  return {
    contractId: contract.id,
    ...(typeof wire.bestBid === 'number' && { bid: at(wire.bestBid) }),
    ...(typeof wire.bestAsk === 'number' && { ask: at(wire.bestAsk) }),
    ...(typeof wire.lastPrice === 'number' && { last: at(wire.lastPrice) }),
    at: stampOf(wire.lastUpdated),
  }
}

/** What a reply to a command means, by the code tables of the gateway. */
export function outcomeOf(table: ErrorTable, { success, errorCode: code, errorMessage }: Envelope): CommandOutcome {
  if (success) return { kind: 'accepted' }
  const message = errorMessage ?? null
  const { name, class: meaning } = errorCode(table, code)
  if (meaning === 'ambiguous' || meaning === 'done') return { kind: 'unknown', cause: name }
  return { kind: 'refused', refusal: meaning === 'probably-met' ? 'not-found' : refusalOf(name), code, message }
}

function refusalOf(name: string): Refusal {
  if (name === 'AccountRejected') return 'account-rejected'
  if (name === 'OrderNotFound') return 'not-found'
  return name === 'InvalidCloseSize' ? 'invalid-size' : 'other'
}

function stampOf(text: string): Instant {
  const epochMs = epochMsOf(text)
  if (epochMs === undefined) throw new RangeError(`no stamp: ${text}`)
  return instant(epochMs)
}

function money(dollars: number): Usd {
  const amount = usdOf(dollars)
  if (amount === null) throw new RangeError(`no amount: ${dollars}`)
  return amount
}

const ORDER_TYPES: readonly OrderType[] = [
  'unknown',
  'limit',
  'market',
  'stop-limit',
  'stop',
  'trailing-stop',
  'join-bid',
  'join-ask',
]
const ORDER_STATUSES: readonly OrderStatus[] = [
  'unknown',
  'open',
  'filled',
  'cancelled',
  'expired',
  'rejected',
  'pending',
  'pending-cancel',
  'suspended',
]
