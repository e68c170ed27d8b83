import type { SimClock } from './seam.ts'

/** So many calls in any stretch of so long. */
export interface RateLimit {
  readonly calls: number
  readonly windowMs: number
}

/** The general budget of a credential, and the one of the bars. */
export const generalLimit: RateLimit = { calls: 200, windowMs: 60_000 }
export const barsLimit: RateLimit = { calls: 50, windowMs: 30_000 }

/** A sliding window per credential. A refused call does not count. */
export class SlidingWindow {
  readonly #clock: SimClock
  readonly #limit: RateLimit
  readonly #calls = new Map<string, number[]>()

  constructor(clock: SimClock, limit: RateLimit) {
    this.#clock = clock
    this.#limit = limit
  }

  /**
   * Takes one call.
   *
   * @param spentElsewhere - calls of this window that somebody else with the same credential has used
   * @returns 0 when it is within the limit, otherwise the milliseconds until the next one would be
   */
  take(credential: string, spentElsewhere: number): number {
    const now = this.#clock.now()
    const calls = this.#calls.get(credential) ?? []
    this.#calls.set(credential, calls)
    const oldest = now - this.#limit.windowMs
    while (calls[0] !== undefined && (calls[0] <= oldest || calls[0] > now)) calls.shift()
    if (calls.length + spentElsewhere < this.#limit.calls) {
      calls.push(now)
      return 0
    }
    return Math.max(1, (calls[0] ?? now) + this.#limit.windowMs - now)
  }
}
