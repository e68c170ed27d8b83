/** How often the watching thread looks. */
export const LOOK_MS = 500
/** A thread that was itself away for so long was frozen together with the loop, and has seen nothing of it. */
const FROZEN_MS = 2_000

/** So long without progress is told, and so long is the end. */
export interface StallLimits {
  readonly alarmMs: number
  readonly endMs: number
}

/** Of an event loop (reliability B-9). */
export const LOOP_LIMITS: StallLimits = { alarmMs: 5_000, endMs: 10_000 }
/** Of a start, in which a large store is checked without a pause. */
export const START_LIMITS: StallLimits = { alarmMs: 30_000, endMs: 60_000 }

/** What a look says: `alarm` and `end` once each. */
export type Verdict = 'well' | 'alarm' | 'end'

/**
 * Counts looks of the watching thread at which the event loop had made no progress. Looks and not time: in a machine that sleeps, or a process
 * that is stopped and continued, both stand still, and that is no stall.
 */
export class StallCount {
  #beats: number
  #lookedMs: number
  readonly #limits: StallLimits
  #stalledLooks = 0

  constructor(beats: number, nowMs: number, limits: StallLimits) {
    this.#limits = limits
    this.#beats = beats
    this.#lookedMs = nowMs
  }

  look(beats: number, nowMs: number): Verdict {
    const isFrozen = nowMs - this.#lookedMs > FROZEN_MS
    this.#lookedMs = nowMs
    if (beats !== this.#beats || isFrozen) {
      this.#beats = beats
      this.#stalledLooks = 0
      return 'well'
    }
    this.#stalledLooks += 1
    const { alarmMs, endMs } = this.#limits
    if (this.#stalledLooks === endMs / LOOK_MS) return 'end'
    return this.#stalledLooks === alarmMs / LOOK_MS ? 'alarm' : 'well'
  }
}
