import type { WireQuote } from '@rm/sdk-bridge/wire'
import { wireStampText } from '@rm/sdk-bridge/wire'
import type { ListedContract } from './contracts.ts'
import { PricePath, type Regime } from './price-path.ts'
import { priceOf } from './price-grid.ts'
import type { RecordedBars } from './recorded-bars.ts'
import type { SeededDice } from './seeded-dice.ts'

/** Best prices of one contract, in ticks. The spread is one tick. */
export interface TopOfBook {
  readonly bid: number
  readonly ask: number
  readonly last: number
}

/** The quote fields that travel only when they changed. */
type QuoteValues = Pick<
  WireQuote,
  'lastPrice' | 'bestBid' | 'bestAsk' | 'change' | 'changePercent' | 'open' | 'high' | 'low' | 'volume'
>

/** How many moves of the best prices come with a trade. A guess. */
const tradeShareOfMoves = 0.3

/** Session change figures are sent at most this often. A guess. */
const changeFiguresEveryMs = 1_000

/** What the market of one contract shows: its path as a stream of sparse quotes. */
export class QuoteFeed {
  readonly contract: ListedContract
  readonly path: PricePath
  readonly #dice: SeededDice
  readonly #bars: RecordedBars
  readonly #open: number
  #last: number
  #high: number
  #low: number
  #volume: number
  #sent: QuoteValues = {}
  #changeFiguresDueMs = 0

  constructor(contract: ListedContract, dice: SeededDice, regimes: readonly [Regime, ...Regime[]], bars: RecordedBars) {
    const opening = contract.product.openingTicks
    this.contract = contract
    this.path = new PricePath(dice, opening, regimes)
    this.#dice = dice
    this.#bars = bars
    this.#open = opening
    this.#last = opening
    this.#high = opening
    this.#low = opening
    this.#volume = dice.integer(10_000, 200_000)
  }

  top(): TopOfBook {
    return { bid: this.path.bid, ask: this.path.bid + 1, last: this.#last }
  }

  /** The next quote carries every field: somebody has just begun to listen. */
  sendEverythingNext(): void {
    this.#sent = {}
    this.#changeFiguresDueMs = 0
  }

  /** One step of the market and what has changed by it: the best prices, a trade at one of them, or both. */
  step(nowMs: number): WireQuote {
    const before = this.path.bid
    this.path.step(nowMs)
    const { bid } = this.path
    if (bid === before || this.#dice.chance(tradeShareOfMoves))
      this.#trade(this.#dice.chance(0.5) ? bid : bid + 1, nowMs)
    return this.#changes(nowMs)
  }

  /** A scripted price: best bid and last trade stand there, the best ask one tick above. */
  jumpTo(bid: number, nowMs: number): WireQuote {
    this.path.jumpTo(bid)
    this.#trade(bid, nowMs)
    return this.#changes(nowMs)
  }

  #trade(ticks: number, nowMs: number): void {
    const size = this.#dice.integer(1, 6)
    this.#last = ticks
    this.#high = Math.max(this.#high, ticks)
    this.#low = Math.min(this.#low, ticks)
    this.#volume += size
    this.#bars.record(nowMs, ticks, size)
  }

  #changes(nowMs: number): WireQuote {
    const values = this.#values(nowMs)
    const changed = Object.entries(values).filter(([name, value]) => this.#sent[name as keyof QuoteValues] !== value)
    this.#sent = { ...this.#sent, ...values }
    const stamp = wireStampText(nowMs)
    return {
      symbol: this.contract.symbolId,
      contract: this.contract.id,
      lastUpdated: stamp,
      timestamp: stamp,
      ...Object.fromEntries(changed),
    }
  }

  #values(nowMs: number): QuoteValues {
    const { grid } = this.contract.product
    const { bid, ask, last } = this.top()
    const values: QuoteValues = {
      bestBid: priceOf(grid, bid),
      bestAsk: priceOf(grid, ask),
      lastPrice: priceOf(grid, last),
      open: priceOf(grid, this.#open),
      high: priceOf(grid, this.#high),
      low: priceOf(grid, this.#low),
      volume: this.#volume,
    }
    if (nowMs < this.#changeFiguresDueMs) return values
    this.#changeFiguresDueMs = nowMs + changeFiguresEveryMs
    const change = priceOf(grid, last - this.#open)
    return { ...values, change, changePercent: Math.round(((last - this.#open) / this.#open) * 10_000) / 100 }
  }
}
