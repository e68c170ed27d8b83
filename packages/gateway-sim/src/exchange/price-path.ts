import type { SeededDice } from './seeded-dice.ts'

/**
 * How lively a generated market is. `still` never moves by itself: prices change only when a script says so.
 */
export type Regime = 'still' | 'calm' | 'trend' | 'spike'

interface Liveliness {
  /** Of a move at one quote. */
  readonly moveProbability: number
  /** Of a move being upwards, before the trend's direction is applied. */
  readonly alongTrend: number
  readonly largestStepTicks: number
  readonly rateFactor: number
  readonly meanDurationMs: number
}

// Guesses, tuned to look like a micro index future: some ticks a second when calm, bursts of several hundred quotes a second in a spike.
const liveliness: Readonly<Record<Regime, Liveliness>> = {
  still: { moveProbability: 0, alongTrend: 0.5, largestStepTicks: 0, rateFactor: 1, meanDurationMs: 60_000 },
  calm: { moveProbability: 0.25, alongTrend: 0.5, largestStepTicks: 1, rateFactor: 1, meanDurationMs: 20_000 },
  trend: { moveProbability: 0.35, alongTrend: 0.62, largestStepTicks: 1, rateFactor: 1.5, meanDurationMs: 8_000 },
  spike: { moveProbability: 0.6, alongTrend: 0.6, largestStepTicks: 4, rateFactor: 8, meanDurationMs: 600 },
}

/** A move to a price within a time, which suspends the walk. */
interface Drift {
  readonly fromTicks: number
  readonly toTicks: number
  readonly startMs: number
  readonly endMs: number
}

/** The path of one contract's best bid: a seeded random walk in whole ticks that changes its regime, unless a script leads it. */
export class PricePath {
  readonly #dice: SeededDice
  readonly #regimes: readonly [Regime, ...Regime[]]
  #bid: number
  #regime: Regime
  #regimeUntilMs = 0
  #direction = 1
  #drift: Drift | undefined
  #pinned: Regime | undefined

  constructor(dice: SeededDice, openingTicks: number, regimes: readonly [Regime, ...Regime[]]) {
    this.#dice = dice
    this.#bid = openingTicks
    this.#regimes = regimes
    this.#regime = regimes[0]
  }

  get bid(): number {
    return this.#bid
  }

  /** Until the next quote. */
  pauseMs(quotesPerSecond: number): number {
    const mean = 1_000 / (quotesPerSecond * liveliness[this.#current()].rateFactor)
    return mean * (0.5 + this.#dice.fraction())
  }

  /** One step of the walk, or of the drift that leads it. */
  step(nowMs: number): void {
    if (this.#drift !== undefined) return this.#follow(this.#drift, nowMs)
    if (nowMs >= this.#regimeUntilMs) this.#changeRegime(nowMs)
    const { moveProbability, alongTrend, largestStepTicks } = liveliness[this.#current()]
    if (!this.#dice.chance(moveProbability)) return
    const isAlong = this.#dice.chance(alongTrend)
    this.#bid += this.#dice.integer(1, largestStepTicks) * (isAlong ? this.#direction : -this.#direction)
  }

  jumpTo(bid: number): void {
    this.#drift = undefined
    this.#bid = bid
  }

  driftTo(bid: number, nowMs: number, overMs: number): void {
    this.#drift = { fromTicks: this.#bid, toTicks: bid, startMs: nowMs, endMs: nowMs + overMs }
  }

  /** Keeps one regime for good. */
  pin(regime: Regime): void {
    this.#pinned = regime
  }

  #current(): Regime {
    return this.#pinned ?? this.#regime
  }

  #changeRegime(nowMs: number): void {
    this.#regime = this.#dice.pick(this.#regimes)
    this.#regimeUntilMs = nowMs + this.#dice.exponential(liveliness[this.#regime].meanDurationMs)
    this.#direction = this.#dice.chance(0.5) ? 1 : -1
  }

  #follow({ fromTicks, toTicks, startMs, endMs }: Drift, nowMs: number): void {
    const isOver = nowMs >= endMs
    this.#bid = isOver
      ? toTicks
      : Math.round(fromTicks + ((toTicks - fromTicks) * (nowMs - startMs)) / (endMs - startMs))
    if (isOver) this.#drift = undefined
  }
}
