import type { CircuitBreakerSettings } from '../options.ts'

/** The first pause; each trial that fails doubles it, up to what the settings allow. */
const FIRST_PAUSE_MS = 1_000

/** Too many calls failed just before, and the pause is not over. */
export class BreakerOpen extends Error {
  override readonly name = 'BreakerOpen'
}

/**
 * Keeps calls back after several have failed in a row, except for a few now and then that try. A short outage costs a short pause, so that
 * an account is trusted again soon after it (reliability L-06). It measures by the monotonic clock: a wall clock that steps back must not
 * make a pause of an hour out of one of seconds (reliability R-30). That is why it is not cockatiel's, which reads the wall clock and lets
 * whoever finds all trials taken wait for their end.
 */
export class ReadBreaker {
  readonly #failuresMax: number
  readonly #pauseMsMax: number
  readonly #trialsMax: number
  readonly #monotonic: () => number
  readonly #isFailure: (error: unknown) => boolean
  #failures = 0
  #pauseMs = 0
  #openUntil = Number.NEGATIVE_INFINITY
  #trials = 0

  constructor(settings: CircuitBreakerSettings, monotonic: () => number, isFailure: (error: unknown) => boolean) {
    this.#failuresMax = settings.failures
    this.#pauseMsMax = settings.openMs
    this.#trialsMax = settings.halfOpen
    this.#monotonic = monotonic
    this.#isFailure = isFailure
  }

  /** @throws {@link BreakerOpen}, and whatever the call throws */
  async execute<Result>(call: () => Promise<Result>): Promise<Result> {
    const isTrial = this.#pauseMs > 0
    const pauseEndsAt = this.#openUntil
    if (isTrial && (this.#trials >= this.#trialsMax || this.#monotonic() < pauseEndsAt))
      throw new BreakerOpen('too many calls failed')
    if (isTrial) this.#trials += 1
    try {
      const result = await call()
      this.close()
      return result
    } catch (error) {
      // Of trials that leave together the first failure speaks for all, or each would double the pause.
      if (this.#isFailure(error)) this.#fail(isTrial && this.#openUntil === pauseEndsAt)
      else this.close()
      throw error
    } finally {
      if (isTrial) this.#trials -= 1
    }
  }

  /** Calls go out again, whatever has failed before. */
  close(): void {
    this.#failures = 0
    this.#pauseMs = 0
    this.#openUntil = Number.NEGATIVE_INFINITY
  }

  #fail(endsTrial: boolean): void {
    this.#failures += 1
    // Calls that were under way when it opened say nothing new.
    const isNews = endsTrial || this.#pauseMs === 0
    if (!isNews || this.#failures < this.#failuresMax) return
    this.#pauseMs = Math.min(this.#pauseMsMax, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2))
    this.#openUntil = this.#monotonic() + this.#pauseMs
  }
}
