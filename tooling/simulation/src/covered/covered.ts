/** How often each thing happened that the days of a night have to contain (reliability 5.2, coverage). */
export class Covered {
  readonly #hits = new Map<string, number>()

  hit(entry: string, times = 1): void {
    this.#hits.set(entry, (this.#hits.get(entry) ?? 0) + times)
  }

  /** 0 for what never happened. */
  timesOf(entry: string): number {
    return this.#hits.get(entry) ?? 0
  }

  add(other: Covered): void {
    for (const [entry, times] of other.#hits) this.hit(entry, times)
  }
}
