/** How often the watching thread looks. */
export const LOOK_MS = 500
/** A thread that was itself away for so long was frozen together with the loop, and has seen nothing of it. */
const FROZEN_MS = 2_000

/** So long without progress: told. */
export const ALARM_MS = 5_000
/** So long: ended (reliability B-9). */
export const END_MS = 10_000

/** What a look says: `alarm` and `end` once each. */
export type Verdict = 'well' | 'alarm' | 'end'

/**
 * Counts looks of the watching thread at which the event loop had made no progress. Looks and not time: in a machine that sleeps, or a process
 * that is stopped and continued, both stand still, and that is no stall.
 */
export class StallCount {
  #beats: number
  #lookedMs: number
  #stalledLooks = 0

  constructor(beats: number, nowMs: number) {
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
    if (this.#stalledLooks === END_MS / LOOK_MS) return 'end'
    return this.#stalledLooks === ALARM_MS / LOOK_MS ? 'alarm' : 'well'
  }
}
