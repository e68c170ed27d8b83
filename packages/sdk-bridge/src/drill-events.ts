import {
  type AccountId,
  type ContractSpec,
  type DomainEvent,
  type DrillStep,
  type Instant,
  invariant,
  toPrice,
  unreachable,
} from '@rm/domain'
import { decodeUserEvents } from './hubs/user-events.ts'
import { quoteOf } from './to-domain.ts'
import {
  decodeHubArgument,
  marketHubCallbacks,
  OrderSide,
  OrderStatus,
  OrderType,
  PositionType,
  quoteSchema,
  userHubCallbacks,
  type UserTopic,
  wireStampText,
} from './wire.ts'

/** What gives the things of a drill their ids and stamps. */
interface DrillTelling {
  readonly accountId: AccountId
  readonly now: Instant
  readonly receivedMs: number
  /** A number that no other thing of the drill has. */
  readonly nextId: () => number
}

/**
 * A step of a drill as the hubs would tell it: written as the text of their frames and read back from it by what reads every frame. So
 * what the drill proves includes the decoder.
 */
export function drillEvents(
  step: Exclude<DrillStep, { readonly kind: 'time-passes' }>,
  telling: DrillTelling,
): readonly DomainEvent[] {
  const { accountId, now } = telling
  const stamp = wireStampText(now)
  switch (step.kind) {
    case 'position-is': {
      const { contract, signedSize, averagePrice } = step
      const type = signedSize > 0 ? PositionType.long : PositionType.short
      return told('positions', telling, {
        id: telling.nextId(),
        accountId,
        contractId: contract.id,
        contractDisplayName: contract.name,
        creationTimestamp: stamp,
        type: signedSize === 0 ? PositionType.undefined : type,
        size: Math.abs(signedSize),
        averagePrice,
      })
    }
    case 'order-filled': {
      const { contract, side, contracts, price, realizedPnl } = step
      return told('trades', telling, {
        id: telling.nextId(),
        accountId,
        contractId: contract.id,
        creationTimestamp: stamp,
        price,
        ...(realizedPnl === null ? {} : { profitAndLoss: realizedPnl / USD_UNITS }),
        fees: 0,
        commissions: 0,
        side: SIDES[side],
        size: contracts,
        voided: false,
        orderId: telling.nextId(),
      })
    }
    case 'order-works': {
      const { contract, type, side, contracts, price } = step
      return told('orders', telling, {
        id: telling.nextId(),
        accountId,
        contractId: contract.id,
        symbolId: `F.US.${contract.product}`,
        creationTimestamp: stamp,
        updateTimestamp: stamp,
        status: OrderStatus.open,
        type: type === 'limit' ? OrderType.limit : OrderType.stop,
        side: SIDES[side],
        size: contracts,
        fillVolume: 0,
        ...(type === 'limit' ? { limitPrice: price } : { stopPrice: price }),
      })
    }
    case 'trading-is':
      return told('accounts', telling, {
        id: accountId,
        name: 'DRILL',
        balance: 0,
        canTrade: step.isAllowed,
        isVisible: true,
        simulated: true,
      })
    case 'price-is': {
      const { contract, bid, ask } = step
      const quote = {
        symbol: `F.US.${contract.product}`,
        bestBid: toPrice(bid, contract.tickSize),
        bestAsk: toPrice(ask, contract.tickSize),
        lastUpdated: stamp,
        timestamp: stamp,
      }
      return quoted(contract, telling, overTheWire(marketHubCallbacks.quotes, contract.id, quote)[1])
    }
    default:
      return unreachable(step)
  }
}

/** `Usd` counts ten-thousandths. */
const USD_UNITS = 10_000
const SIDES = { buy: OrderSide.buy, sell: OrderSide.sell } as const

function told(topic: UserTopic, { receivedMs }: DrillTelling, data: object): readonly DomainEvent[] {
  const [argument] = overTheWire(userHubCallbacks[topic], { action: 1, data })
  return decodeUserEvents(topic, argument, receivedMs).map((decoded) => {
    invariant(decoded.ok, `a drill wrote a frame that cannot be read: ${topic}`)
    return decoded.event
  })
}

function quoted(contract: ContractSpec, { receivedMs }: DrillTelling, payload: unknown): readonly DomainEvent[] {
  return decodeHubArgument(quoteSchema, payload).map((decoded) => {
    invariant(decoded.ok, 'a drill wrote a quote that cannot be read')
    return { kind: 'quote-changed', change: quoteOf(contract, decoded.value).change, receivedMs }
  })
}

/** The arguments of an invocation after their way as text. */
function overTheWire(target: string, ...args: readonly unknown[]): readonly unknown[] {
  const frame: unknown = JSON.parse(JSON.stringify({ type: 1, target, arguments: args }))
  const read = typeof frame === 'object' && frame !== null && 'arguments' in frame ? frame.arguments : null
  invariant(Array.isArray(read), 'a frame has arguments')
  return read
}
