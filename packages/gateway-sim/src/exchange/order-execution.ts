import { isTerminalStatus, OrderStatus, OrderType } from '@rm/sdk-bridge/wire'
import type { LedgerEntry, SimClock } from '../seam.ts'
import type { AccountBook } from './account-book.ts'
import type { ListedContract } from './contracts.ts'
import { fillEvents, orderEvent } from './fill-events.ts'
import { dividedBy, rounded, whole } from './fraction.ts'
import type { IdSequence } from './id-sequence.ts'
import type { ExchangeKnobs } from './knobs.ts'
import type { Market } from './market.ts'
import { arrivalTicks, executionTicks, trailedStopTicks } from './matching.ts'
import { type OrderRecord, remainingSize } from './order-record.ts'
import { priceOf } from './price-grid.ts'
import type { Publication } from './publication.ts'
import type { SeededDice } from './seeded-dice.ts'
import { isTrading } from './session.ts'
import type { WireStamps } from './wire-stamps.ts'

/** An accepted order with the bracket legs that wait for it. */
export interface AcceptedOrder {
  readonly entry: OrderRecord
  readonly stopLoss: OrderRecord | undefined
  readonly takeProfit: OrderRecord | undefined
}

/** The parts of the exchange that an order touches on its way. */
export interface ExecutionVenue {
  readonly clock: SimClock
  readonly market: Market
  readonly dice: SeededDice
  readonly stamps: WireStamps
  readonly tradeIds: IdSequence
  readonly positionIds: IdSequence
  readonly publication: Publication
  readonly ledger: LedgerEntry[]
  readonly knobs: () => ExchangeKnobs
  readonly book: (accountId: number) => AccountBook
}

/** The life of accepted orders: arrival, waiting, execution in one or more fills, bracket legs, cancellation. */
export class OrderExecution {
  readonly #venue: ExecutionVenue
  /** Orders that a price can execute, by contract, in order of arrival. */
  readonly #working = new Map<string, Set<OrderRecord>>()
  readonly #legs = new Map<number, AcceptedOrder>()
  /** Bracket legs whose sibling has filled: they still look open, but the engine no longer executes them. */
  readonly #ocoLosers = new Set<OrderRecord>()
  /** Orders whose next fill already has its time. */
  readonly #slicing = new Set<OrderRecord>()
  readonly #openPositions = new Map<string, number>()
  readonly #lastArrivalMs = new Map<number, number>()

  constructor(venue: ExecutionVenue) {
    this.#venue = venue
  }

  /** Whether an order or a position depends on the contract's price. */
  isNeeded(contractId: string): boolean {
    return (this.#working.get(contractId)?.size ?? 0) > 0 || (this.#openPositions.get(contractId) ?? 0) > 0
  }

  accept(accepted: AcceptedOrder): void {
    const { entry, stopLoss, takeProfit } = accepted
    const { market, publication } = this.#venue
    const legs = [stopLoss, takeProfit].filter((leg) => leg !== undefined)
    if (legs.length > 0) this.#legs.set(entry.id, accepted)
    for (const order of [entry, ...legs]) this.#book(order).orders.set(order.id, order)
    for (const order of [entry, ...legs]) this.#enterInLedger(order)
    market.wake(entry.contract)
    publication.publish(...[stopLoss, entry, takeProfit].filter((order) => order !== undefined).map(orderEvent))
    this.#afterLatency(entry.accountId, () => this.#arrive(entry))
  }

  /** Takes an order out of the book; its end is seen on the stream. */
  cancel(order: OrderRecord): void {
    if (order.status === OrderStatus.suspended) return this.#end(order, OrderStatus.cancelled)
    const finish = (): void => this.#finishCancel(order)
    const delay = this.#latencyMs()
    if (delay === 0) return finish()
    this.#change(order, OrderStatus.pendingCancellation)
    this.#venue.clock.after(delay, finish)
  }

  /** Takes an order back that was accepted. */
  reject(order: OrderRecord): void {
    this.#end(order, OrderStatus.rejected)
    this.#settleLegs(order)
  }

  /** Publishes changed terms of a working order, which may execute at once by them. */
  changed(order: OrderRecord): void {
    this.#change(order, order.status)
    this.#tryExecution(order)
  }

  /** Gives every waiting order of the contract its chance at the new prices. */
  onPrices(contract: ListedContract): void {
    // A copy, because an execution takes orders out and puts legs in.
    for (const order of Array.from(this.#working.get(contract.id) ?? [])) this.#tryExecution(order)
  }

  #arrive(order: OrderRecord): void {
    if (order.status !== OrderStatus.pending) return
    const { clock, market } = this.#venue
    const { contract } = order
    if (!isTrading(contract.product.hours, clock.now())) return this.reject(order)
    const ticks = arrivalTicks(order, market.top(contract))
    if (ticks !== undefined) return this.#execute(order, ticks)
    this.#work(order)
    this.#change(order, OrderStatus.open)
  }

  #tryExecution(order: OrderRecord): void {
    const isWorking = this.#working.get(order.contract.id)?.has(order) ?? false
    if (!isWorking || this.#slicing.has(order) || this.#ocoLosers.has(order)) return
    const top = this.#venue.market.top(order.contract)
    const trailed = trailedStopTicks(order, top)
    if (trailed !== order.stopTicks) {
      order.stopTicks = trailed
      this.#change(order, order.status)
    }
    const ticks = executionTicks(order, top)
    if (ticks !== undefined) this.#execute(order, ticks)
  }

  /** One fill, as large as one fill may be; what is left follows after the usual latency. */
  #execute(order: OrderRecord, ticks: number): void {
    const { clock, dice, ledger, positionIds, publication, stamps, tradeIds, knobs } = this.#venue
    const book = this.#book(order)
    const size = Math.min(remainingSize(order), knobs().largestFill)
    const stamp = { tradeId: tradeIds.next(), positionId: positionIds.next(), at: stamps.next() }
    const outcome = book.fill(order, ticks, size, stamp)
    order.fillVolume += size
    order.filledTicks += ticks * size
    order.updatedAt = stamp.at
    order.isTriggered = order.limitTicks === null
    const isComplete = remainingSize(order) === 0
    if (isComplete) order.status = OrderStatus.filled
    else if (order.status === OrderStatus.pending) order.status = OrderStatus.open
    this.#countPositions(order.contract.id, outcome.before, outcome.position.signedSize)
    ledger.push({
      kind: 'fill',
      at: Math.floor(clock.now()),
      author: order.author,
      accountId: order.accountId,
      contractId: order.contract.id,
      orderId: order.id,
      tradeId: outcome.trade.id,
      side: order.side,
      size,
      price: priceOf(order.contract.product.grid, ticks),
      positionBefore: outcome.before,
      positionAfter: outcome.position.signedSize,
    })
    if (isComplete) this.#rest(order)
    else this.#work(order)
    const activated = isComplete ? this.#activateLegs(order) : []
    const events = fillEvents({ book, order, outcome, activated, accountEvents: dice.integer(1, 3) })
    publication.publish(...(knobs().eventOrder === 'shuffled' ? dice.shuffled(events) : events))
    this.#dropSibling(order)
    if (!isComplete) this.#scheduleNextFill(order)
  }

  #scheduleNextFill(order: OrderRecord): void {
    this.#slicing.add(order)
    this.#after(this.#latencyMs(), () => {
      this.#slicing.delete(order)
      this.#tryExecution(order)
    })
  }

  /** A filled entry, or what is filled of a cancelled one, sets its bracket legs to work. */
  #activateLegs(entry: OrderRecord): OrderRecord[] {
    const legs = this.#legs.get(entry.id)
    const average = rounded(dividedBy(whole(entry.filledTicks), entry.fillVolume))
    const activated: OrderRecord[] = []
    for (const leg of [legs?.takeProfit, legs?.stopLoss]) {
      if (leg?.status !== OrderStatus.suspended) continue
      const ticks = average + (leg.bracketTicks ?? 0)
      leg.status = OrderStatus.open
      leg.size = entry.fillVolume
      if (leg.type === OrderType.limit) leg.limitTicks = ticks
      else leg.stopTicks = ticks
      leg.updatedAt = this.#venue.stamps.next()
      this.#work(leg)
      activated.push(leg)
    }
    return activated
  }

  /** One leg fills, the other goes; cancelling a leg leaves its sibling alone. */
  #dropSibling(order: OrderRecord): void {
    const legs = order.parentOrderId === null ? undefined : this.#legs.get(order.parentOrderId)
    const sibling = legs?.stopLoss === order ? legs.takeProfit : legs?.stopLoss
    if (sibling === undefined || isTerminalStatus(sibling.status) || this.#ocoLosers.has(sibling)) return
    this.#ocoLosers.add(sibling)
    const [least, most] = this.#venue.knobs().ocoCancelMs
    this.#after(this.#venue.dice.integer(least, most), () => this.#finishCancel(sibling))
  }

  #finishCancel(order: OrderRecord): void {
    if (isTerminalStatus(order.status)) return
    this.#end(order, OrderStatus.cancelled)
    this.#settleLegs(order)
  }

  /** The legs of an entry that will not fill further protect what is filled, or go with it. */
  #settleLegs(order: OrderRecord): void {
    const legs = this.#legs.get(order.id)
    if (legs === undefined) return
    if (order.fillVolume > 0) this.#venue.publication.publish(...this.#activateLegs(order).map(orderEvent))
    for (const leg of [legs.stopLoss, legs.takeProfit]) {
      if (leg?.status === OrderStatus.suspended) this.#end(leg, OrderStatus.cancelled)
    }
  }

  #end(order: OrderRecord, status: OrderStatus): void {
    this.#rest(order)
    this.#ocoLosers.delete(order)
    this.#change(order, status)
  }

  #change(order: OrderRecord, status: OrderStatus): void {
    order.status = status
    order.updatedAt = this.#venue.stamps.next()
    this.#venue.publication.publish(orderEvent(order))
  }

  #work(order: OrderRecord): void {
    const working = this.#working.get(order.contract.id)
    if (working === undefined) this.#working.set(order.contract.id, new Set([order]))
    else working.add(order)
  }

  #rest(order: OrderRecord): void {
    this.#working.get(order.contract.id)?.delete(order)
  }

  #book(order: OrderRecord): AccountBook {
    return this.#venue.book(order.accountId)
  }

  #enterInLedger(order: OrderRecord): void {
    this.#venue.ledger.push({
      kind: 'order',
      at: Math.floor(this.#venue.clock.now()),
      author: order.author,
      accountId: order.accountId,
      contractId: order.contract.id,
      orderId: order.id,
      type: order.type,
      side: order.side,
      size: order.size,
      customTag: order.customTag,
      position: this.#book(order).positionSize(order.contract.id),
    })
  }

  #countPositions(contractId: string, before: number, after: number): void {
    const change = Number(after !== 0) - Number(before !== 0)
    if (change !== 0) this.#openPositions.set(contractId, (this.#openPositions.get(contractId) ?? 0) + change)
  }

  #latencyMs(): number {
    const [least, most] = this.#venue.knobs().fillLatencyMs
    return this.#venue.dice.integer(least, most)
  }

  /** Orders of one account arrive in the order in which they were accepted. */
  #afterLatency(accountId: number, task: () => void): void {
    const now = this.#venue.clock.now()
    const [, most] = this.#venue.knobs().fillLatencyMs
    const earlier = this.#lastArrivalMs.get(accountId) ?? now
    const isAhead = earlier > now && earlier <= now + most
    const arrivalMs = Math.max(now + this.#latencyMs(), isAhead ? earlier : now)
    this.#lastArrivalMs.set(accountId, arrivalMs)
    this.#after(arrivalMs - now, task)
  }

  #after(ms: number, task: () => void): void {
    if (ms <= 0) task()
    else this.#venue.clock.after(ms, task)
  }
}
