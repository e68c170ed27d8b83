import type { Invariant, Tally, Violation } from '../tally.ts'

/** Where every check is counted, and the first that fails is kept. */
export class Verdicts {
  readonly #tally: Tally
  readonly #nowMs: () => number
  readonly #found: Violation[]

  constructor(tally: Tally, nowMs: () => number, found: Violation[]) {
    this.#tally = tally
    this.#nowMs = nowMs
    this.#found = found
  }

  check(invariant: Invariant, holds: boolean, story: () => string): void {
    this.#tally.checked(invariant)
    if (!holds) this.#found.push({ invariant, atMs: this.#nowMs(), story: story() })
  }
}
