/** One REST call as the simulator saw it. Bodies of the login routes are not kept: they hold secrets. */
export interface LoggedRequest {
  readonly sequence: number
  /** Business time, epoch milliseconds. */
  readonly at: number
  /** Machine time of arrival in milliseconds, on the same scale as `LoggedEvent.sentAtMs`. */
  readonly arrivedAtMs: number
  /** Name of the route, `ping`, `negotiate`, or the path of one that does not exist. */
  readonly route: string
  readonly userName: string | null
  readonly sessionId: string | null
  readonly accountId: number | null
  readonly body: unknown
  /** Verbs of the faults that hit it. */
  readonly faults: readonly string[]
  /** HTTP status, or null while there is no reply, or when there never was one. */
  readonly status: number | null
  /** Code of the envelope, where there was one. */
  readonly errorCode: number | null
  /** Whether it reached the exchange. */
  readonly isExecuted: boolean
}

/** One hub event as it left. */
export interface LoggedEvent {
  readonly sequence: number
  readonly at: number
  readonly sentAtMs: number
  readonly hub: string
  readonly target: string
  readonly accountId: number | null
  readonly contractId: string | null
  /** How many connections it went to. */
  readonly receivers: number
}

/** The newest entries of a log, numbered from 1. */
export class BoundedLog<Entry extends { readonly sequence: number }> {
  readonly #capacity: number
  readonly #entries: Entry[] = []
  #lastSequence = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(entryOf: (sequence: number) => Entry): Entry {
    this.#lastSequence += 1
    const entry = entryOf(this.#lastSequence)
    this.#entries.push(entry)
    // Cutting in one go keeps adding cheap: the log holds between one and two capacities.
    if (this.#entries.length >= 2 * this.#capacity) this.#entries.splice(0, this.#capacity)
    return entry
  }

  /** Entries with a higher number. */
  after(sequence: number): readonly Entry[] {
    const first = this.#entries.findIndex((entry) => entry.sequence > sequence)
    return first < 0 ? [] : this.#entries.slice(first)
  }
}
