import type { SimClock } from './seam.ts'

/** A sliding window per credential. A refused call does not count. */
export class SlidingWindow {
  readonly #clock: SimClock
  readonly #windowMs: number
  readonly #calls = new Map<string, number[]>()

  constructor(clock: SimClock, windowMs: number) {
    this.#clock = clock
    this.#windowMs = windowMs
  }

  /**
   * Takes one call.
   *
   * @param limit - most calls in any window
   * @returns 0 when it is within the limit, otherwise the milliseconds until the next one would be
   */
  take(credential: string, limit: number): number {
    const now = this.#clock.now()
    const calls = this.#calls.get(credential) ?? []
    this.#calls.set(credential, calls)
    const oldest = now - this.#windowMs
    while (calls[0] !== undefined && (calls[0] <= oldest || calls[0] > now)) calls.shift()
    if (calls.length < limit) {
      calls.push(now)
      return 0
    }
    return Math.max(1, (calls[0] ?? now) + this.#windowMs - now)
  }
}
