import { machineMs } from './machine-clock.ts'
import type { SimClock } from './seam.ts'

/** Where a running clock takes its pace from. */
interface Pace {
  /** Milliseconds that never step back. */
  elapsed(): number
  /** Wakes once after so many milliseconds; the result cancels it. */
  wake(ms: number, task: () => void): () => void
}

const machinePace: Pace = {
  elapsed: machineMs,
  wake(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

const standingPace: Pace = { elapsed: () => 0, wake: () => () => undefined }

/** Longest delay that a Node timer takes; a later one is armed again on the way. */
const longestWake = 2_147_483_647

interface Timer {
  readonly due: number
  readonly task: () => void
}

/** A clock that starts at an instant and runs on at the machine's pace. */
export function runningClock(startMs: number): SimClock {
  return new PacedClock(startMs, machinePace)
}

/** A clock that only moves when it is told to. */
export function steppedClock(startMs: number): SimClock {
  return new PacedClock(startMs, standingPace)
}

class PacedClock implements SimClock {
  readonly #pace: Pace
  /** Business time at `elapsed() === 0`. */
  #offset: number
  /** Sorted by due time, equal ones in order of arrival. */
  readonly #timers: Timer[] = []
  #cancelWake: () => void = () => undefined
  /** While time is played through, the instant that it has come to. */
  #playing: number | undefined

  constructor(startMs: number, pace: Pace) {
    this.#pace = pace
    this.#offset = startMs - pace.elapsed()
  }

  now(): number {
    return Math.floor(this.#playing ?? this.#offset + this.#pace.elapsed())
  }

  set(epochMs: number): void {
    this.#offset = epochMs - this.#pace.elapsed()
    if (this.#playing !== undefined) this.#playing = epochMs
    const overdue = this.#timers.splice(0, this.#firstAfter(epochMs))
    for (const timer of overdue) timer.task()
    this.#arm()
  }

  advance(ms: number): void {
    const target = this.now() + ms
    this.#offset = target - this.#pace.elapsed()
    for (let timer = this.#timers[0]; timer !== undefined && timer.due <= target; timer = this.#timers[0]) {
      this.#timers.shift()
      this.#playing = timer.due
      timer.task()
    }
    this.#playing = undefined
    this.#arm()
  }

  after(ms: number, task: () => void): () => void {
    const timer: Timer = { due: this.now() + Math.max(0, ms), task }
    this.#timers.splice(this.#firstAfter(timer.due), 0, timer)
    if (this.#timers[0] === timer) this.#arm()
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index >= 0) this.#timers.splice(index, 1)
      if (index === 0) this.#arm()
    }
  }

  #firstAfter(instant: number): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#timers[middle]?.due ?? Number.POSITIVE_INFINITY) <= instant) low = middle + 1
      else high = middle
    }
    return low
  }

  #arm(): void {
    this.#cancelWake()
    const next = this.#timers[0]
    if (next === undefined) return
    const wait = Math.min(longestWake, Math.max(0, Math.ceil(next.due - this.now())))
    this.#cancelWake = this.#pace.wake(wait, () => this.#runDue())
  }

  #runDue(): void {
    const overdue = this.#timers.splice(0, this.#firstAfter(this.now()))
    for (const timer of overdue) timer.task()
    this.#arm()
  }
}
