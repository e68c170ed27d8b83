import type { LineQueue } from './line-queue.ts'

/** After a line of a kind the next waits so long, each time twice as long as before. */
const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 3_600_000

type Facts = Readonly<Record<string, unknown>>

/** How often a kind of work was slow without being told, and when it may be told again. */
interface Repetition {
  readonly pauseMs: number
  readonly nextMs: number
  readonly withheld: number
  readonly longestMs: number
}

/**
 * Tells work that took long (`general.logging.slow_ms`). What is slow again and again, as a backup of a large store is, is told less and less often,
 * with how often it was slow meanwhile; after an hour of quiet it is news again.
 */
export class SlowWork {
  readonly #lines: Pick<LineQueue, 'add'>
  readonly #limitMs: number
  readonly #elapsedMs: () => number
  readonly #repetitions = new Map<string, Repetition>()

  /** @param limitMs - work that takes as long or longer is told */
  constructor(lines: Pick<LineQueue, 'add'>, limitMs: number, elapsedMs: () => number) {
    this.#lines = lines
    this.#limitMs = limitMs
    this.#elapsedMs = elapsedMs
  }

  /**
   * A piece of work begins; the result is called when it is done.
   *
   * @param what - `a commit`
   * @param facts - whose work it is, and what caused it
   */
  begin(what: string, facts: Facts): () => void {
    const begunMs = this.#elapsedMs()
    return () => this.took(what, this.#elapsedMs() - begunMs, facts)
  }

  /** A piece of work is done that took so long. */
  took(what: string, tookMs: number, facts: Facts): void {
    if (tookMs >= this.#limitMs) this.tell(what, tookMs, facts)
  }

  /** Tells it whatever the limit is: another one was passed. */
  tell(what: string, tookMs: number, facts: Facts): void {
    const nowMs = this.#elapsedMs()
    const last = this.#repetitions.get(what)
    if (last !== undefined && nowMs < last.nextMs) {
      const longestMs = Math.max(last.longestMs, tookMs)
      this.#repetitions.set(what, { ...last, withheld: last.withheld + 1, longestMs })
      return
    }
    const isNews = last === undefined || nowMs - last.nextMs >= LONGEST_PAUSE_MS
    const pauseMs = isNews ? FIRST_PAUSE_MS : Math.min(last.pauseMs * 2, LONGEST_PAUSE_MS)
    this.#repetitions.set(what, { pauseMs, nextMs: nowMs + pauseMs, withheld: 0, longestMs: 0 })
    const repeated =
      last === undefined || last.withheld === 0
        ? {}
        : { withheld: last.withheld, longestMs: Math.round(last.longestMs) }
    this.#lines.add({
      level: 'warn',
      message: `Slow: ${what} took ${Math.round(tookMs)} ms`,
      topic: null,
      facts: { event: 'slow-work', work: what, tookMs: Math.round(tookMs), ...facts, ...repeated },
    })
  }
}
