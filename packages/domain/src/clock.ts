import type { Instant } from './instant.ts'

/** Time as the program knows it. The core takes instants as parameters; only the shell asks a clock. */
export interface Clock {
  /** Business time: the gateway's, advanced by the monotonic clock between samples. Never runs backwards. */
  now(): Instant
  /** Monotonic milliseconds since some start, with fractions: durations inside the process, never business decisions. */
  elapsedMs(): number
  /**
   * Whether business time may end a lockout. `false` before the first sample of gateway time and while the gateway's and the
   * machine's clock disagree beyond the skew limit: then nothing unlocks (reliability S-18, T-03, G-21).
   */
  isTrusted(): boolean
}
