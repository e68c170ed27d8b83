import { type Clock, formatInstant, type Instant, instant } from '@rm/domain'
import type { BridgeLog } from './bridge-log.ts'
import type { Environment } from './options.ts'

/** Difference between the gateway's and the machine's clock beyond which nothing unlocks (reliability G-21). */
const SKEW_MS_MAX = 2_000

/** A `Date` header names a whole second: the truth lies up to this much later. */
const DATE_RESOLUTION_MS = 1_000

/** Servers write the header from a value that they renew once a second: the truth can be this much later than it says. */
const DATE_AGE_MS_MAX = 2_000

/** A gateway that has contradicted both itself and the machine for that long is believed, though not trusted. */
const CONTRADICTION_MS_MAX = 60_000

/** A correction that is worth a line in the log. */
const JUMP_MS = 2_000

export interface GatewayClockOptions {
  readonly environment: Environment
  /** The machine's wall clock, epoch ms. */
  readonly wallClock: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
  readonly log: BridgeLog
}

/**
 * Business time: the gateway's, known from the `Date` of its replies and the stamps of its events, carried forward by the monotonic
 * clock in between.
 *
 * An event stamp is a lower bound of the gateway's time at its arrival; a `Date` is a lower and an upper one. The clock holds the best lower bound and
 * steps down only to an upper one; what {@link now} has once said never runs backwards, it waits until the truth has caught up.
 *
 * On a simulator every sample is followed at once. In production a sample that contradicts both the time so far and the machine's clock is not
 * followed for a minute, and time is trusted only while the gateway and the machine agree.
 */
export class GatewayClock implements Clock {
  readonly #production: boolean
  readonly #wallClock: () => number
  readonly #monotonic: () => number
  readonly #log: BridgeLog
  /** Gateway time minus monotonic time. */
  #offset: number | null = null
  #told = Number.NEGATIVE_INFINITY
  #sampledAt = Number.NEGATIVE_INFINITY
  #raisedAt = Number.NEGATIVE_INFINITY
  #contradictedSince: number | null = null
  #roundTripMs = 0
  /** `null`: nothing was told yet. */
  #wasTrusted: boolean | null = null

  constructor(options: GatewayClockOptions) {
    this.#production = options.environment === 'production'
    this.#wallClock = options.wallClock
    this.#monotonic = options.monotonic
    this.#log = options.log
  }

  /** Before the first sample the machine's time, which the first sample may correct in either direction. */
  now(): Instant {
    const estimate = this.#offset === null ? this.#wallClock() : this.#offset + this.#monotonic()
    if (this.#offset === null) return instant(Math.floor(estimate))
    if (estimate > this.#told) this.#told = estimate
    return instant(Math.floor(this.#told))
  }

  elapsedMs(): number {
    return this.#monotonic()
  }

  isTrusted(): boolean {
    const trusted = this.#isTrustedNow()
    // Before the first sample there is nothing that could disagree.
    if (trusted !== this.#wasTrusted && this.#offset !== null) {
      this.#wasTrusted = trusted
      const facts = {
        gateway: formatInstant(this.now()),
        machine: formatInstant(instant(Math.floor(this.#wallClock()))),
      }
      if (trusted) this.#log.write('info', 'business time is trusted', facts)
      else this.#log.write('error', 'clock_skew: the clocks disagree, nothing unlocks until they agree again', facts)
    }
    return trusted
  }

  /** Monotonic ms of the last sample that suffices here: in production a `Date`, on a simulator any. -Infinity when there was none. */
  get sampledAt(): number {
    return this.#sampledAt
  }

  /**
   * The `Date` of a reply.
   *
   * @param date - epoch ms of the header, whole seconds
   * @param sentMs - monotonic ms at which the request left
   * @param receivedMs - monotonic ms at which the reply arrived
   */
  sampleDate(date: number, sentMs: number, receivedMs: number): void {
    this.#roundTripMs = receivedMs - sentMs
    const low = date - receivedMs
    const high = date + DATE_AGE_MS_MAX - sentMs
    const believed = this.#believes(low, high)
    if (believed) this.#contradictedSince = null
    else this.#contradictedSince ??= receivedMs
    if (believed || receivedMs - (this.#contradictedSince ?? receivedMs) >= CONTRADICTION_MS_MAX) {
      this.#raise(low, receivedMs)
      // A reply that left before the last jump says nothing about the time after it.
      if (this.#offset !== null && high < this.#offset && sentMs >= this.#raisedAt) this.#offset = high
    }
    this.#sampledAt = receivedMs
    this.isTrusted()
  }

  /** A stamp that the gateway put on an event which has just arrived, epoch ms. */
  sampleStamp(stamp: number): void {
    const now = this.#monotonic()
    const low = stamp - now
    if (!this.#production) this.#sampledAt = now
    if (this.#offset !== null && low <= this.#offset) return
    if (!this.#believes(low, Number.POSITIVE_INFINITY)) return
    this.#raise(low, now)
  }

  #raise(low: number, at: number): void {
    if (this.#offset !== null && low <= this.#offset) return
    const jump = this.#offset === null ? null : low - this.#offset
    this.#offset = low
    if (jump === null || jump >= JUMP_MS) {
      this.#raisedAt = at
      if (jump !== null) this.#log.write('info', 'business time jumped forward', { jumpMs: Math.round(jump) })
    }
  }

  /** Whether the bounds fit the time so far or the machine's, give or take the skew that is allowed. */
  #believes(low: number, high: number): boolean {
    if (!this.#production || this.#offset === null) return true
    const wallOffset = this.#wallClock() - this.#monotonic()
    return isBetween(this.#offset, low, high) || isBetween(wallOffset, low, high)
  }

  #isTrustedNow(): boolean {
    if (this.#offset === null) return false
    if (!this.#production) return true
    const ahead = this.#wallClock() - this.now()
    const agrees = ahead >= -SKEW_MS_MAX && ahead <= SKEW_MS_MAX + DATE_RESOLUTION_MS + this.#roundTripMs
    return agrees && this.#contradictedSince === null
  }
}

function isBetween(offset: number, low: number, high: number): boolean {
  return offset >= low - SKEW_MS_MAX && offset <= high + SKEW_MS_MAX
}
