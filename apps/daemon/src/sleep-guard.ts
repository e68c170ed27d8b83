/** Between two looks, about a second apart: more than this and something was missed (reliability T-08). */
const GAP_MS = 5_000
/** A correction of the machine's clock that is worth a line: time servers move it by less. */
const STEP_MS = 2_000

/** What a look found. */
export interface Awakening {
  /** How long nothing was handled, by the clock that saw more of it. */
  readonly gapMs: number
  /** By how much the wall clock moved against the monotonic one: a sleep of the machine, or somebody who set it. */
  readonly stepMs: number
}

/**
 * Notices that the process was frozen, the machine asleep, or its clock set. The monotonic clock of some systems stands still in a sleep,
 * so both clocks are asked; neither decides about any time of the business.
 */
export class SleepGuard {
  #wallMs: number
  #monotonicMs: number

  constructor(wallMs: number, monotonicMs: number) {
    this.#wallMs = wallMs
    this.#monotonicMs = monotonicMs
  }

  /** To be called about once a second; `null` when nothing happened. */
  look(wallMs: number, monotonicMs: number): Awakening | null {
    const monotonicGapMs = monotonicMs - this.#monotonicMs
    const stepMs = wallMs - this.#wallMs - monotonicGapMs
    this.#wallMs = wallMs
    this.#monotonicMs = monotonicMs
    const gapMs = Math.max(monotonicGapMs, monotonicGapMs + stepMs)
    return gapMs > GAP_MS || Math.abs(stepMs) > STEP_MS ? { gapMs, stepMs } : null
  }
}
