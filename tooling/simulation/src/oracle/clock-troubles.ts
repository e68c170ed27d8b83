import type { World } from '../world.ts'

/** A `Date` that is right again is heard of by the next regular comparison at the latest. */
const DATE_RIGHT_MS = 32_000
/** A wrong one that is insisted on for so long may be followed: a minute, less the replies in between. */
const DATE_FOLLOWED_MS = 50_000
/** Clocks that were wrong may be believed within the skew that the product allows. */
const SKEW_ALLOWED_MS = 3_000

/** What wrong clocks of gateway and machine may have made of business time. */
export class ClockTroubles {
  readonly #world: World
  #date = { sinceMs: 0, lastMs: Number.NEGATIVE_INFINITY, ahead: 0 }
  /** Whether a clock of this day was ever wrong. */
  wereThere = false
  /** True time until which the program may think that it is later than that. */
  #aheadUntil = 0

  constructor(world: World) {
    this.#world = world
  }

  /** How far ahead of the truth business time may be where it is trusted. */
  get skewMs(): number {
    return this.wereThere ? SKEW_ALLOWED_MS : 0
  }

  /** Whether the program may take the time for later than it is. */
  isAhead(trueNow: number): boolean {
    return trueNow < this.#aheadUntil
  }

  /** A new life of the program asks for the time anew. */
  opened(): void {
    this.#aheadUntil = 0
  }

  /**
   * The gateway begins to name a wrong time. One that it insists on for a minute is followed, though not trusted, and business time never
   * runs backwards: until the truth has caught up nothing unlocks (L-07 delays while time is untrusted).
   */
  dateWentWrong(ms: number): void {
    const nowMs = this.#world.time.elapsedMs()
    const { sinceMs, lastMs, ahead } = this.#date
    this.#date = {
      sinceMs: nowMs - lastMs > DATE_RIGHT_MS ? nowMs : sinceMs,
      lastMs: nowMs,
      ahead: Math.max(ahead, ms, 0),
    }
  }

  look(): void {
    const { trouble, machineStepMs, time } = this.#world
    const isDateWrong = trouble.isAt('wrong-date')
    if (machineStepMs !== 0 || isDateWrong) this.wereThere = true
    if (!isDateWrong) return
    this.#date = { ...this.#date, lastMs: time.elapsedMs() }
    this.#lookWhetherFollowed()
  }

  /** What was followed before a standstill is carried through it where no right `Date` was heard of before. */
  stoodStill(forMs: number): void {
    if (this.#world.time.elapsedMs() - forMs - this.#date.lastMs <= DATE_RIGHT_MS) this.#lookWhetherFollowed()
  }

  #lookWhetherFollowed(): void {
    const { sinceMs, lastMs, ahead } = this.#date
    if (lastMs - sinceMs <= DATE_FOLLOWED_MS) return
    this.#aheadUntil = Math.max(this.#aheadUntil, this.#world.time.now() + ahead + DATE_FOLLOWED_MS)
  }
}
