/** Where the bridge writes what it sees. No secret ever gets here. */
export interface BridgeLog {
  write(level: BridgeLogLevel, message: string, facts?: Readonly<Record<string, unknown>>): void
}

export type BridgeLogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One line of a kind per period; what came in between is only counted and told with the next line. */
const PERIOD_MS = 10_000

/** Kinds remembered; the texts of a library are not ours to bound. */
const KINDS_MAX = 500

/** A log for what can come a thousand times a second: payload faults, unknown callbacks, dropped quotes. */
export class SampledLog {
  readonly #log: BridgeLog
  readonly #monotonic: () => number
  readonly #kinds = new Map<string, { nextAt: number; withheld: number }>()

  constructor(log: BridgeLog, monotonic: () => number) {
    this.#log = log
    this.#monotonic = monotonic
  }

  write(level: BridgeLogLevel, message: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const now = this.#monotonic()
    const kind = this.#kinds.get(message)
    if (kind !== undefined && now < kind.nextAt) {
      kind.withheld += 1
      return
    }
    const withheld = kind?.withheld ?? 0
    if (this.#kinds.size >= KINDS_MAX) this.#kinds.clear()
    this.#kinds.set(message, { nextAt: now + PERIOD_MS, withheld: 0 })
    this.#log.write(level, message, withheld === 0 ? facts : { ...facts, withheld })
  }
}

const BEARER = /bearer\s+[\w.~+/=-]+/gi
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g
const URL_QUERY = /((?:https?|wss?):\/\/[^\s'"?]+)\?[^\s'"]*/gi

/** A library's text without tokens and without the query of an URL, where a token could stand. */
export function scrubbed(text: string): string {
  return text.replace(BEARER, 'Bearer ***').replace(URL_QUERY, '$1').replace(JWT, '***')
}
