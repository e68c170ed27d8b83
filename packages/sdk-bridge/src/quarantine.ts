/** A payload that does not fit the wire's contract, as it came. */
export interface QuarantinedPayload {
  /** Where it arrived: the callback's name. */
  readonly surface: string
  /** JSON, cut to {@link RAW_LENGTH_MAX} characters. */
  readonly raw: string
  /** Which fields are wrong; never their values. */
  readonly reason: string
}

const RAW_LENGTH_MAX = 4_096
/** What one account's broken feed may fill a store with; the rest is only counted and logged. */
const KEPT_PER_MINUTE = 60
const MINUTE_MS = 60_000

/** Hands on what could not be decoded, so that a human can look at it, within a bound. */
export class Quarantine {
  readonly #keep: (payload: QuarantinedPayload) => void
  readonly #monotonic: () => number
  #minuteBegunMs = Number.NEGATIVE_INFINITY
  #kept = 0

  constructor(keep: (payload: QuarantinedPayload) => void, monotonic: () => number) {
    this.#keep = keep
    this.#monotonic = monotonic
  }

  take(surface: string, raw: unknown, reason: string): void {
    const now = this.#monotonic()
    if (now - this.#minuteBegunMs >= MINUTE_MS) {
      this.#minuteBegunMs = now
      this.#kept = 0
    }
    if (this.#kept >= KEPT_PER_MINUTE) return
    this.#kept += 1
    // JSON has no text for `undefined`, which a callback without arguments is.
    const text: string | undefined = JSON.stringify(raw)
    this.#keep({ surface, raw: (text ?? 'undefined').slice(0, RAW_LENGTH_MAX), reason })
  }
}
