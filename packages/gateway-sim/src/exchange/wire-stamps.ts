import { wireStampText } from '@rm/sdk-bridge/wire'
import type { SimClock } from '../seam.ts'
import type { SeededDice } from './seeded-dice.ts'

/**
 * Stamps of what the exchange does, with seven digits and rising within a millisecond, so that no two facts carry the same text unless they
 * are one fact.
 */
export class WireStamps {
  readonly #clock: SimClock
  readonly #dice: SeededDice
  #lastMs = 0
  /** Ten-thousandths of a millisecond already used of `#lastMs`. */
  #used = 0

  constructor(clock: SimClock, dice: SeededDice) {
    this.#clock = clock
    this.#dice = dice
  }

  next(): string {
    const nowMs = Math.floor(this.#clock.now())
    if (nowMs !== this.#lastMs) this.#used = 0
    this.#lastMs = nowMs
    this.#used = Math.min(9_999, this.#used + this.#dice.integer(1, 90))
    return wireStampText(nowMs + this.#used / 10_000)
  }
}
