import type { WireBar, WireQuote } from '@rm/sdk-bridge/wire'
import type { SimClock } from '../seam.ts'
import type { ListedContract } from './contracts.ts'
import type { Regime } from './price-path.ts'
import { QuoteFeed, type TopOfBook } from './quote-feed.ts'
import { type BarRequest, RecordedBars } from './recorded-bars.ts'
import { SeededDice } from './seeded-dice.ts'
import { isTrading } from './session.ts'

/** While a product does not trade its feed only looks whether trading has begun. */
const closedMarketLookMs = 1_000

/** What the generator needs to know of the rest of the exchange. */
export interface MarketSurroundings {
  readonly seed: number
  readonly clock: SimClock
  readonly regimes: readonly [Regime, ...Regime[]]
  /** Instead of the rate of each product. */
  readonly quotesPerSecond: number | undefined
  /** Whether an order or a position depends on the contract's price although nobody listens. */
  readonly isNeeded: (contractId: string) => boolean
  readonly onQuote: (contract: ListedContract, quote: WireQuote) => void
}

interface RunningFeed {
  readonly feed: QuoteFeed
  readonly bars: RecordedBars
  listeners: number
  stopTimer: (() => void) | undefined
}

/**
 * The generated market. A contract's feed runs while somebody listens or an order or position depends on it, and stands otherwise.
 * The same seed, clock and sequence of calls give the same quotes.
 */
export class Market {
  readonly #surroundings: MarketSurroundings
  readonly #startMs: number
  readonly #feeds = new Map<string, RunningFeed>()

  constructor(surroundings: MarketSurroundings) {
    this.#surroundings = surroundings
    this.#startMs = surroundings.clock.now()
  }

  top(contract: ListedContract): TopOfBook {
    return this.#running(contract).feed.top()
  }

  /** Starts quotes of a contract for one listener; the returned function ends them for it. */
  listen(contract: ListedContract): () => void {
    const running = this.#running(contract)
    running.listeners += 1
    running.feed.sendEverythingNext()
    this.wake(contract)
    let isListening = true
    return () => {
      if (isListening) running.listeners -= 1
      isListening = false
    }
  }

  /** Starts the feed if it stands. It stops by itself when nobody needs it any more. */
  wake(contract: ListedContract): void {
    const running = this.#running(contract)
    if (running.stopTimer === undefined) this.#schedule(running)
  }

  jumpTo(contract: ListedContract, bidTicks: number): void {
    const { feed } = this.#running(contract)
    this.#surroundings.onQuote(contract, feed.jumpTo(bidTicks, this.#surroundings.clock.now()))
  }

  driftTo(contract: ListedContract, bidTicks: number, overMs: number): void {
    if (overMs <= 0) return this.jumpTo(contract, bidTicks)
    this.#running(contract).feed.path.driftTo(bidTicks, this.#surroundings.clock.now(), overMs)
    this.wake(contract)
  }

  pinRegime(contract: ListedContract, regime: Regime): void {
    this.#running(contract).feed.path.pin(regime)
  }

  bars(contract: ListedContract, request: BarRequest): WireBar[] {
    return this.#running(contract).bars.newestFirst(request, this.#surroundings.clock.now())
  }

  /** Stops every feed for good. */
  stop(): void {
    for (const running of this.#feeds.values()) running.stopTimer?.()
  }

  #running(contract: ListedContract): RunningFeed {
    const known = this.#feeds.get(contract.id)
    if (known !== undefined) return known
    const { seed, regimes } = this.#surroundings
    const { grid, openingTicks, hours } = contract.product
    const bars = new RecordedBars({
      seed,
      name: contract.id,
      grid,
      openingTicks,
      startMs: this.#startMs,
      isTrading: (epochMs) => isTrading(hours, epochMs),
    })
    const feed = new QuoteFeed(contract, new SeededDice(seed, contract.id), regimes, bars)
    const running: RunningFeed = { feed, bars, listeners: 0, stopTimer: undefined }
    this.#feeds.set(contract.id, running)
    return running
  }

  #schedule(running: RunningFeed): void {
    const { clock } = this.#surroundings
    const { hours } = running.feed.contract.product
    const quotesPerSecond = this.#surroundings.quotesPerSecond ?? running.feed.contract.product.quotesPerSecond
    const pauseMs = isTrading(hours, clock.now()) ? running.feed.path.pauseMs(quotesPerSecond) : closedMarketLookMs
    running.stopTimer = clock.after(pauseMs, () => this.#tick(running))
  }

  #tick(running: RunningFeed): void {
    const { clock, isNeeded, onQuote } = this.#surroundings
    const { contract } = running.feed
    running.stopTimer = undefined
    if (running.listeners === 0 && !isNeeded(contract.id)) return
    this.#schedule(running)
    const nowMs = clock.now()
    if (isTrading(contract.product.hours, nowMs)) onQuote(contract, running.feed.step(nowMs))
  }
}
