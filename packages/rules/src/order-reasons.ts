import { type ContractSpec, type Order, type PositionView, type ProtectionKind, type Ticks, toPrice } from '@rm/domain'
import { namedPosition } from './named-position.ts'
import { PositionScale } from './position-scale.ts'
import type { RuleSettings } from './registry.ts'

type Settings = RuleSettings['trade_management']

/** Why RULE-012 places, moves or removes an order, in the words of a breach. */
export interface OrderWhy {
  /** One plain sentence with the numbers. */
  readonly message: string
  readonly measured: string
  readonly limit: string
}

/**
 * Why a stop or target has to stand at a price.
 *
 * @param standing - the order that moves there, ours or the trader's; `null` for one that is placed
 */
export function whyPriced(
  settings: Settings,
  position: PositionView,
  contract: ContractSpec,
  protection: ProtectionKind,
  price: Ticks,
  standing: Order | null,
): OrderWhy {
  const name = namedPosition(position)
  const at = `${toPrice(price, contract.tickSize)}`
  const from = standing === null ? '' : `from ${standing.stopPrice ?? standing.limitPrice} `
  if (protection === 'target') {
    return {
      message: `${name} has no target, so one is placed at ${at}.`,
      measured: pricesOf(position, contract),
      limit: `auto_take_profit ${counted(settings.auto_take_profit.distance_ticks)}`,
    }
  }
  const verb = standing === null ? 'is placed' : 'moves'
  const demand = demandFor(settings, position, contract, price)
  return {
    message: `${name} ${demand.because}, so ${standing === null ? 'a' : 'its'} stop ${verb} ${from}${standing === null ? 'at' : 'to'} ${at}.`,
    measured: pricesOf(position, contract),
    limit: demand.limit,
  }
}

/** Why an order of ours gets another size. */
export function whyResized(position: PositionView, order: Order, contracts: number): OrderWhy {
  const { signedSize } = position
  return {
    message: `${namedPosition(position)} needs ${contracts} contracts in its ${kindOf(order)} at ${priceOf(order)}, not ${order.size}.`,
    measured: `position ${signed(signedSize)}, order of ${order.size} with ${order.filled} filled`,
    limit: 'an order of ours covers what no other order covers, and no more',
  }
}

/** Why an order of ours has to go although its position is open. */
export function whyRemoved(position: PositionView, order: Order, because: 'covered' | 'double'): OrderWhy {
  const what = kindOf(order)
  return {
    message: `${namedPosition(position)} has ${because === 'double' ? `another ${what} of ours that is tighter` : `a ${what} of the trader`}, so ours at ${priceOf(order)} goes.`,
    measured: `${what} of ${order.size} at ${priceOf(order)}`,
    limit: `one ${what} of ours, where the trader has none`,
  }
}

/**
 * Why an order of ours has to go whose position is gone or turned over.
 *
 * @param name - of the contract
 * @param signedSize - what is held now
 */
export function whyStray(name: string, signedSize: number, order: Order): OrderWhy {
  const state = signedSize === 0 ? 'is flat' : `has turned to ${signed(signedSize)}`
  return {
    message: `${name} ${state}, so the ${kindOf(order)} of ours at ${priceOf(order)} goes before it is hit.`,
    measured: `position ${signed(signedSize)}`,
    limit: 'an order of ours only reduces',
  }
}

interface Demand {
  readonly because: string
  readonly limit: string
}

/** Of the parts that demand exactly this price the one that came last in the life of a position. */
function demandFor(settings: Settings, position: PositionView, contract: ContractSpec, price: Ticks): Demand {
  const { auto_stop_loss: stopLoss, auto_breakeven: breakEven, trailing_stop: trail } = settings
  const { breakEvenDone, trailExtreme } = position.management
  const scale = PositionScale.of(position, contract)
  if (trail.enabled && trailExtreme !== null && scale.shifted(trailExtreme, -trail.trail_distance_ticks) === price) {
    return {
      because: `was worth ${toPrice(trailExtreme, contract.tickSize)} at best`,
      limit: `trailing_stop ${counted(trail.trail_distance_ticks)} behind the best price, from ${counted(trail.activation_ticks)} of profit`,
    }
  }
  if (breakEven.enabled && breakEvenDone === price) {
    return {
      because: `has been ${counted(breakEven.profit_trigger_ticks)} in profit`,
      limit: `auto_breakeven at ${counted(breakEven.profit_trigger_ticks)} of profit, ${counted(breakEven.offset_ticks)} beyond the average`,
    }
  }
  if (stopLoss.enabled && scale.fromAverage(-stopLoss.distance_ticks, 'towards-market') === price) {
    return { because: 'is not covered by a stop', limit: `auto_stop_loss ${counted(stopLoss.distance_ticks)}` }
  }
  return { because: 'was protected at that price by a stop of ours', limit: 'stops only tighten' }
}

function pricesOf({ averagePrice, exit }: PositionView, { tickSize }: ContractSpec): string {
  const market = exit === null ? 'market unknown' : `market at ${toPrice(exit.current, tickSize)}`
  return `average ${averagePrice}, ${market}`
}

function kindOf({ type }: Order): ProtectionKind {
  return type === 'stop' ? 'stop' : 'target'
}

function priceOf({ stopPrice, limitPrice }: Order): string {
  return `${stopPrice ?? limitPrice ?? 'no price'}`
}

function signed(size: number): string {
  return `${size > 0 ? '+' : ''}${size}`
}

function counted(ticks: number): string {
  return `${ticks} ${ticks === 1 ? 'tick' : 'ticks'}`
}
