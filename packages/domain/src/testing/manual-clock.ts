import type { Clock } from '../clock.ts'
import { type Instant, instantOf, later } from '../instant.ts'

/** A clock that moves only when a test says so. Business time and monotonic time move together. */
export class ManualClock implements Clock {
  trusted = true
  #now: Instant
  #elapsedMs = 0

  constructor(iso: string) {
    this.#now = instantOf(iso)
  }

  now(): Instant {
    return this.#now
  }

  elapsedMs(): number {
    return this.#elapsedMs
  }

  isTrusted(): boolean {
    return this.trusted
  }

  advance(ms: number): void {
    this.#now = later(this.#now, ms)
    this.#elapsedMs += ms
  }

  /** Moves to an instant that is not in the past. */
  advanceTo(iso: string): void {
    this.advance(instantOf(iso) - this.#now)
  }
}
