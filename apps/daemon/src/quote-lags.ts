/** What is later counts as so late: minutes are a gap and no lag. */
const LAG_MS_MAX = 60_000

/**
 * How far behind the gateway's stamps quotes were when they had been handled, in whole milliseconds of business time. The way of the fastest
 * one is not in it: business time is known by it.
 */
export class QuoteLags {
  readonly #counts = new Uint32Array(LAG_MS_MAX + 1)
  #handled = 0

  get handled(): number {
    return this.#handled
  }

  take(lagMs: number): void {
    const counted = Math.min(Math.max(0, lagMs), LAG_MS_MAX)
    this.#counts[counted] = (this.#counts[counted] ?? 0) + 1
    this.#handled += 1
  }

  /** Nearest rank; `null` before the first quote. */
  percentile(share: number): number | null {
    const rank = Math.max(1, Math.ceil(this.#handled * share))
    let seen = 0
    for (const [lagMs, count] of this.#counts.entries()) {
      seen += count
      if (seen >= rank) return lagMs
    }
    return null
  }
}
