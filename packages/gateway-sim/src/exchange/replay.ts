import { OrderSide, OrderStatus, OrderType } from '@rm/sdk-bridge/wire'
import type { SimClock } from '../seam.ts'
import type { Exchange } from './exchange.ts'
import { priceOf } from './price-grid.ts'
import { type Routine, type RunningRoutine, runRoutine } from './routine.ts'
import type { RoundTrip } from './trades-export.ts'

/** How a trade history is played again. */
export interface ReplayTerms {
  readonly accountId: number
  /** How many times faster than it happened; 1 is its own pace. Nights are compressed like everything else. */
  readonly factor: number
}

/** One entry or exit of a round trip, in the order of time. */
interface Leg {
  readonly trip: RoundTrip
  readonly isEntry: boolean
  readonly atMs: number
}

/** Longest wait for one fill: far beyond any latency that the knobs are set to. */
const fillDeadlineMs = 60_000

/** Where the clock has to stand for a replay: at the first entry, when the contracts of the file were the listed ones. */
export function replayStartMs(trips: readonly RoundTrip[]): number {
  return Math.min(...trips.map(({ enteredAtMs }) => enteredAtMs))
}

/**
 * Plays a trade history as scripted prices and market orders of one account: each contract stands still, jumps to the price of the next row,
 * and the trader trades there. The realized profit is that of the file, to the cent, for rows on the tick grid; costs are the simulator's.
 * A row whose entry was refused is left out, and one that somebody else (the daemon) has traded against is not closed any more.
 */
export function replayTrades(
  trips: readonly RoundTrip[],
  terms: ReplayTerms,
  exchange: Exchange,
  clock: SimClock,
): RunningRoutine {
  return runRoutine(new TradeReplay(trips, terms, exchange, clock).steps(), exchange, clock)
}

class TradeReplay {
  readonly #trips: readonly RoundTrip[]
  readonly #terms: ReplayTerms
  readonly #exchange: Exchange
  readonly #clock: SimClock
  /** Length of the ledger when a row was entered; rows that are not here are not open. */
  readonly #entered = new Map<RoundTrip, number>()

  constructor(trips: readonly RoundTrip[], terms: ReplayTerms, exchange: Exchange, clock: SimClock) {
    this.#trips = trips
    this.#terms = terms
    this.#exchange = exchange
    this.#clock = clock
  }

  *steps(): Routine {
    for (const { contract } of this.#trips) this.#exchange.pinRegime(contract.id, 'still')
    const beganMs = this.#clock.now()
    const firstMs = replayStartMs(this.#trips)
    for (const leg of legsInOrder(this.#trips)) {
      yield { kind: 'until', epochMs: beganMs + (leg.atMs - firstMs) / this.#terms.factor }
      if (!leg.isEntry && !this.#isStillOurs(leg.trip)) continue
      const orderId = this.#trade(leg)
      if (orderId === null) continue
      if (leg.isEntry) this.#entered.set(leg.trip, this.#exchange.ledger().length)
      // The next row may need another price at the same instant, so this order has to be filled first.
      yield { kind: 'when', isMet: () => this.#isFilled(orderId), deadlineMs: this.#clock.now() + fillDeadlineMs }
    }
  }

  #trade({ trip, isEntry }: Leg): number | null {
    const isBuy = (trip.side === 'long') === isEntry
    const ticks = isEntry ? trip.entryTicks : trip.exitTicks
    const bid = isBuy ? ticks - 1 : ticks
    this.#exchange.setPrice(trip.contract.id, priceOf(trip.contract.product.grid, bid))
    const { success, orderId } = this.#exchange.place(
      {
        accountId: this.#terms.accountId,
        contractId: trip.contract.id,
        type: OrderType.market,
        side: isBuy ? OrderSide.buy : OrderSide.sell,
        size: trip.size,
      },
      'trader',
    )
    return success ? orderId : null
  }

  #isStillOurs(trip: RoundTrip): boolean {
    const since = this.#entered.get(trip)
    if (since === undefined) return false
    return !this.#exchange
      .ledger()
      .slice(since)
      .some(
        (entry) =>
          entry.kind === 'fill' &&
          entry.author !== 'trader' &&
          entry.accountId === this.#terms.accountId &&
          entry.contractId === trip.contract.id,
      )
  }

  #isFilled(orderId: number): boolean {
    return this.#exchange
      .orders(this.#terms.accountId)
      .some(({ id, status }) => id === orderId && status === OrderStatus.filled)
  }
}

/** Sorted by time; at the same instant a row that ends comes before one that begins, and otherwise the file's order holds. */
function legsInOrder(trips: readonly RoundTrip[]): Leg[] {
  const legs = trips.flatMap((trip): Leg[] => [
    { trip, isEntry: true, atMs: trip.enteredAtMs },
    { trip, isEntry: false, atMs: trip.exitedAtMs },
  ])
  return legs.toSorted((left, right) => left.atMs - right.atMs || rank(left) - rank(right))
}

/** A row that ends in the second in which it began must begin first. */
function rank({ trip, isEntry }: Leg): number {
  if (trip.enteredAtMs === trip.exitedAtMs) return isEntry ? 1 : 2
  return isEntry ? 1 : 0
}
