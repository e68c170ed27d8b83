import {
  type CycleManagement,
  hasOwnTag,
  isTerminal,
  type Order,
  type PositionView,
  remainingSize,
  type Ticks,
  toTicks,
} from '@rm/domain'
import { PositionScale } from './position-scale.ts'
import type { RuleSettings } from './registry.ts'

type Settings = RuleSettings['trade_management']

/** An order of ours that must stand. */
export interface WantedOrder {
  readonly price: Ticks
  /** Contracts that are still to be filled. */
  readonly contracts: number
}

/** What RULE-012 wants of one position (risk rules, 2 and 1.5 rank 1). */
export interface ManagedOrders {
  /** The stop of ours; `null`: none may work. */
  readonly stop: WantedOrder | null
  /** The target of ours; `null`: none may work. */
  readonly target: WantedOrder | null
  /** Stops of the trader that have to move towards the market, to these prices. Their sizes are his. */
  readonly tightened: readonly { readonly order: Order; readonly price: Ticks }[]
  /** A stop price that the market has passed before a stop could stand there: too late for a stop. */
  readonly passed: Ticks | null
  /** What cannot be judged for want of a fresh price, one sentence each. */
  readonly blind: readonly string[]
}

/**
 * Which orders must stand for a position, by its average, its size, the market, what its cycle remembers and what works already. Stops only
 * ever tighten, whoever moved them last: of the stop that stands and those that are demanded the tightest one counts.
 *
 * All working stops together never exceed the position: the trader's come first and ours covers the rest, so that a jump through all of
 * them closes the position and does not turn it over (reliability S-03).
 *
 * @param orders - working orders of the account
 */
export function managedOrders(settings: Settings, position: PositionView, orders: readonly Order[]): ManagedOrders {
  const { contract } = position
  if (contract === null) {
    return { ...NOTHING, blind: [`orders of ${position.contractId} cannot be managed: the contract record is unknown`] }
  }
  const exits = exitOrders(position, orders)
  const scale = PositionScale.of(position, contract)
  const stops = wantedStops(settings, position, contract.tickSize, scale, exits)
  return { ...stops, target: wantedTarget(settings, position, contract.tickSize, scale, exits) }
}

/**
 * What the cycle remembers after the prices of now: the extreme that the trailing stop follows, and the stop price of break-even once its
 * trigger was reached. The same object when nothing is new. Break-even is done once in a cycle, by the average of that moment: whoever adds
 * contracts later does not pull the stop into the market.
 */
export function managementAfter(settings: Settings, position: PositionView): CycleManagement {
  const { contract, exit, management } = position
  if (contract === null || exit === null) return management
  const { auto_breakeven: breakEven, trailing_stop: trail } = settings
  let { breakEvenDone, trailExtreme } = management
  const scale = PositionScale.of(position, contract)
  if (breakEven.enabled && breakEvenDone === null && scale.hasProfit(exit.best, breakEven.profit_trigger_ticks)) {
    breakEvenDone = scale.fromAverage(breakEven.offset_ticks, 'towards-market')
  }
  if (trail.enabled && (trailExtreme === null || scale.gain(trailExtreme, exit.best) > 0)) trailExtreme = exit.best
  if (breakEvenDone === management.breakEvenDone && trailExtreme === management.trailExtreme) return management
  return { ...management, breakEvenDone, trailExtreme }
}

/** Whether two answers want the same orders to stand. */
export function sameManagedOrders(a: ManagedOrders, b: ManagedOrders): boolean {
  return (
    sameWanted(a.stop, b.stop) &&
    sameWanted(a.target, b.target) &&
    a.passed === b.passed &&
    a.tightened.length === b.tightened.length &&
    a.tightened.every(({ order, price }, index) => {
      const other = b.tightened[index]
      return other !== undefined && other.order.id === order.id && other.price === price
    }) &&
    a.blind.length === b.blind.length &&
    a.blind.every((sentence, index) => sentence === b.blind[index])
  )
}

/** The stop or target of ours that works for the position; the tightest, should there be several. */
export function ownOrder(position: PositionView, orders: readonly Order[], kind: 'stop' | 'target'): Order | null {
  const { ownStop, ownTarget } = exitOrders(position, orders)
  return kind === 'stop' ? ownStop : ownTarget
}

function sameWanted(a: WantedOrder | null, b: WantedOrder | null): boolean {
  return a === null || b === null ? a === b : a.price === b.price && a.contracts === b.contracts
}

interface ExitOrders {
  readonly ownStop: Order | null
  readonly ownTarget: Order | null
  readonly theirStops: readonly Order[]
  readonly hasTheirLimit: boolean
}

/** Orders on the other side of the position, by owner and kind. */
function exitOrders({ contractId, signedSize }: PositionView, orders: readonly Order[]): ExitOrders {
  const side = signedSize > 0 ? 'sell' : 'buy'
  let ownStop: Order | null = null
  let ownTarget: Order | null = null
  let hasTheirLimit = false
  const theirStops: Order[] = []
  for (const order of orders) {
    if (order.side !== side || order.contractId !== contractId || isTerminal(order)) continue
    const { type } = order
    if (hasOwnTag(order)) {
      if (type === 'stop') ownStop = tighter(ownStop, order, signedSize)
      else if (type === 'limit') ownTarget = tighter(ownTarget, order, signedSize)
    } else if (!waitsForEntry(order, orders)) {
      // A stop-limit can be jumped over, so it protects nothing here; the gateway takes none (gateway contract 2.7).
      if (type === 'stop' || type === 'trailing-stop') theirStops.push(order)
      else if (type === 'limit' || type === 'join-bid' || type === 'join-ask') hasTheirLimit = true
    }
  }
  return { ownStop, ownTarget, theirStops, hasTheirLimit }
}

function tighter(known: Order | null, other: Order, signedSize: number): Order {
  if (known === null) return other
  return (priceOf(other) - priceOf(known)) * signedSize > 0 ? other : known
}

function priceOf({ stopPrice, limitPrice }: Order): number {
  return stopPrice ?? limitPrice ?? 0
}

/** A bracket child belongs to the position only once its entry works no longer. */
function waitsForEntry(order: Order, orders: readonly Order[]): boolean {
  return order.status === 'suspended' && orders.some(({ id }) => id === order.parentId)
}

type WantedStops = Omit<ManagedOrders, 'target'>

function wantedStops(
  settings: Settings,
  position: PositionView,
  tickSize: number,
  scale: PositionScale,
  exits: ExitOrders,
): WantedStops {
  const { ownStop: own } = exits
  const standing = own === null ? null : stopTicks(own, tickSize)
  const covered = exits.theirStops.reduce((sum, order) => sum + remainingSize(order), 0)
  const uncovered = Math.max(0, Math.abs(position.signedSize) - covered)
  const market = new Market(settings, position, scale)
  const ours = uncovered > 0 ? market.tightestAbove(standing, levels(settings, position, scale, standing, true)) : null
  const tightened = tightenedStops(
    settings,
    position,
    tickSize,
    scale,
    exits,
    uncovered === 0 ? standing : null,
    market,
  )
  // Ours goes only when the trader's are as tight as it was.
  const contracts = uncovered > 0 || tightened.length === 0 ? uncovered : Math.abs(position.signedSize)
  const price = ours ?? standing
  return {
    stop: price === null || contracts === 0 ? null : { price, contracts },
    tightened,
    // What is hit at this moment is no stop that came too late.
    passed: position.exitAheadSinceMs === null ? market.passed : null,
    blind: blindness(settings, position),
  }
}

/** The trader's own stops move where break-even or the trailing stop demand it, and to the price that a stop of ours has held. */
function tightenedStops(
  settings: Settings,
  position: PositionView,
  tickSize: number,
  scale: PositionScale,
  { theirStops }: ExitOrders,
  held: Ticks | null,
  market: Market,
): ManagedOrders['tightened'] {
  const tightened: { readonly order: Order; readonly price: Ticks }[] = []
  for (const order of theirStops) {
    const standing = order.type === 'stop' && order.status === 'open' ? stopTicks(order, tickSize) : null
    if (standing === null) continue
    const demanded = [...levels(settings, position, scale, standing, false), ...(held === null ? [] : [held])]
    const price = market.tightestAbove(standing, demanded)
    if (price !== null && price !== standing) tightened.push({ order, price })
  }
  return tightened
}

/** Stop prices that the settings demand now, beside one that stands. */
function levels(
  settings: Settings,
  { management }: PositionView,
  scale: PositionScale,
  standing: Ticks | null,
  hasNoOther: boolean,
): readonly Ticks[] {
  const { auto_stop_loss: stopLoss, auto_breakeven: breakEven, trailing_stop: trail } = settings
  const { breakEvenDone, trailExtreme } = management
  const demanded: Ticks[] = []
  if (stopLoss.enabled && hasNoOther) demanded.push(scale.fromAverage(-stopLoss.distance_ticks, 'towards-market'))
  if (breakEven.enabled && breakEvenDone !== null) demanded.push(breakEvenDone)
  if (trail.enabled && trailExtreme !== null && scale.hasProfit(trailExtreme, trail.activation_ticks)) {
    const level = scale.shifted(trailExtreme, -trail.trail_distance_ticks)
    if (standing === null || scale.gain(standing, level) >= trail.step_ticks) demanded.push(level)
  }
  return demanded
}

function wantedTarget(
  settings: Settings,
  position: PositionView,
  tickSize: number,
  scale: PositionScale,
  { ownTarget: own, hasTheirLimit }: ExitOrders,
): WantedOrder | null {
  if (hasTheirLimit) return null
  const contracts = Math.abs(position.signedSize)
  // Where a target stands is decided once; then it is the trader's to move.
  const limitPrice = own?.limitPrice ?? null
  const standing = limitPrice === null ? null : toTicks(limitPrice, tickSize)
  if (standing !== null) return { price: standing, contracts }
  const { enabled, distance_ticks } = settings.auto_take_profit
  return enabled ? { price: scale.fromAverage(distance_ticks, 'towards-entry'), contracts } : null
}

function blindness(
  { auto_stop_loss, auto_breakeven, trailing_stop }: Settings,
  position: PositionView,
): readonly string[] {
  const needsPrice = auto_stop_loss.enabled || auto_breakeven.enabled || trailing_stop.enabled
  if (!needsPrice || position.exit !== null) return []
  const reason = position.value.kind === 'unknown' ? position.value.reason : 'no fresh price'
  return [`stops of ${position.contractId} cannot be moved: ${reason}`]
}

function stopTicks(order: Order, tickSize: number): Ticks | null {
  return order.stopPrice === null ? null : toTicks(order.stopPrice, tickSize)
}

/** Which stop prices the market leaves possible. */
class Market {
  passed: Ticks | null = null
  readonly #exit: Ticks | null
  readonly #gap: number
  readonly #scale: PositionScale

  constructor({ min_gap_ticks }: Settings, { exit }: PositionView, scale: PositionScale) {
    this.#exit = exit === null ? null : exit.current
    this.#gap = min_gap_ticks
    this.#scale = scale
  }

  /**
   * The tightest of the demanded prices that is tighter than what stands and far enough from the market, else what stands. Without a price
   * nothing that stands is moved, but a position without any stop gets one: if the market is beyond it the exchange executes it at once,
   * which is what would have to be done.
   */
  tightestAbove(standing: Ticks | null, demanded: readonly Ticks[]): Ticks | null {
    let tightest = standing
    for (const price of demanded) {
      if (standing !== null && this.#scale.gain(standing, price) <= 0) continue
      if (this.#exit === null) {
        if (standing !== null) continue
      } else {
        const room = this.#scale.gain(price, this.#exit)
        if (room <= 0 && (this.passed === null || this.#scale.gain(this.passed, price) > 0)) this.passed = price
        if (room < this.#gap) continue
      }
      if (tightest === null || this.#scale.gain(tightest, price) > 0) tightest = price
    }
    return tightest
  }
}

const NOTHING: ManagedOrders = { stop: null, target: null, tightened: [], passed: null, blind: [] }
