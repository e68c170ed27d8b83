import { type Clock, type Instant, instant } from '@rm/domain'
import type { SimClock } from '../seam.ts'

interface Task {
  readonly dueMs: number
  readonly sequence: number
  readonly run: () => void
  isCancelled: boolean
}

/** Promise reactions of one step are at most so deep: the lists of a reading, the gateway's answer, delivery, bookkeeping. */
const MICROTASK_DEPTH = 24

/**
 * Time of a whole simulated world: one queue of due callbacks for the exchange, the network and the program. Callbacks that are due
 * at the same millisecond run in the order in which they were asked for, so the same world gives the same run.
 */
export class VirtualTime implements SimClock, Clock {
  trusted = true
  /** Added to business time, as program and exchange read it from here; timers and monotonic time do not feel it. */
  skewMs = 0
  readonly #startMs: number
  #nowMs: number
  #sequence = 0
  readonly #heap: Task[] = []
  readonly #observers: (() => void)[] = []

  constructor(startMs: number) {
    this.#startMs = startMs
    this.#nowMs = startMs
  }

  /** The exchange reads epoch milliseconds, the program an instant: the same number while nothing is skewed. */
  now(): Instant {
    return instant(this.#nowMs + this.skewMs)
  }

  elapsedMs(): number {
    return this.#nowMs - this.#startMs
  }

  isTrusted(): boolean {
    return this.trusted
  }

  after(ms: number, run: () => void): () => void {
    const dueMs = this.#nowMs + Math.max(0, Math.ceil(ms))
    const task: Task = { dueMs, sequence: this.#sequence, run, isCancelled: false }
    this.#sequence += 1
    this.#push(task)
    return () => {
      task.isCancelled = true
    }
  }

  whenIdle(run: () => void): void {
    this.after(0, run)
  }

  /** Calls the observer after every step of the world. */
  observe(observer: () => void): void {
    this.#observers.push(observer)
  }

  /** Plays so much time through, every callback at its own millisecond, with the answers of promises taken in between. */
  async run(ms: number): Promise<void> {
    const targetMs = this.#nowMs + ms
    for (let task = this.#next(targetMs); task !== null; task = this.#next(targetMs)) {
      task.run()
      for (let depth = 0; depth < MICROTASK_DEPTH; depth += 1) await Promise.resolve()
      for (const observe of this.#observers) observe()
    }
    this.#nowMs = targetMs
  }

  /** The program sleeps and wakes later: callbacks on the way all come late, at the new time (reliability P-05). */
  set(epochMs: number): void {
    this.#nowMs = epochMs
  }

  advance(ms: number): void {
    const targetMs = this.#nowMs + ms
    for (let task = this.#next(targetMs); task !== null; task = this.#next(targetMs)) task.run()
    this.#nowMs = targetMs
  }

  /** The next task that is due until then, with time moved to it. */
  #next(targetMs: number): Task | null {
    for (;;) {
      const [first] = this.#heap
      if (first === undefined || first.dueMs > targetMs) return null
      this.#pop()
      if (first.isCancelled) continue
      this.#nowMs = Math.max(this.#nowMs, first.dueMs)
      return first
    }
  }

  #push(task: Task): void {
    this.#heap.push(task)
    let index = this.#heap.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    for (let index = 0; ; ) {
      const left = 2 * index + 1
      const right = left + 1
      let least = index
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right
      if (least === index) return
      this.#swap(index, least)
      index = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#heap[a]
    const second = this.#heap[b]
    if (first === undefined || second === undefined) return false
    return first.dueMs < second.dueMs || (first.dueMs === second.dueMs && first.sequence < second.sequence)
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a]
    const second = this.#heap[b]
    if (first === undefined || second === undefined) return
    this.#heap[a] = second
    this.#heap[b] = first
  }
}
