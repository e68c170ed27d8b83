import type { AccountState } from '@rm/engine'
import { describeEnd, endInstant, formatInZone, type Lockout, longestFirst } from '@rm/domain'
import { QuoteLags } from './quote-lags.ts'

/** Latencies kept for the percentiles; of a longer run the newest. */
const LATENCIES_KEPT = 10_000

/** What a run has done so far, as its summary tells it. */
export class RunFigures {
  events = 0
  breaches = 0
  enforcements = 0
  readonly quoteLags = new QuoteLags()
  /** Told how long each commit of decisions took, in milliseconds. */
  onCommit: (ms: number) => void = () => {}
  /** Monotonic: when the newest commit of decisions began, which is when they were made. */
  decidedMs = Number.NEGATIVE_INFINITY
  readonly #latencies: number[] = []

  /** @param eventToRequestMs - from the arrival of the event to its request on the wire */
  countEnforcement(eventToRequestMs: number): void {
    this.enforcements += 1
    if (this.#latencies.length === LATENCIES_KEPT) this.#latencies.shift()
    this.#latencies.push(eventToRequestMs)
  }

  /** @param timeZone - in which the ends of lockouts are written */
  summary(states: readonly AccountState[], timeZone: string): RunSummary {
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    return {
      events: this.events,
      breaches: this.breaches,
      enforcements: this.enforcements,
      eventToRequestMs: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
      quotes: {
        handled: this.quoteLags.handled,
        lagMs: { p50: this.quoteLags.percentile(0.5), p99: this.quoteLags.percentile(0.99) },
      },
      accounts: states.map((state) => ({
        accountId: state.accountId,
        word: state.word,
        lockouts: state.lockouts.toSorted(longestFirst).map((one) => describeLockout(one, timeZone)),
      })),
    }
  }
}

export interface RunSummary {
  readonly events: number
  readonly breaches: number
  readonly enforcements: number
  /** `null` before the first quote. */
  readonly quotes: {
    readonly handled: number
    readonly lagMs: { readonly p50: number | null; readonly p99: number | null }
  }
  /** `null` before the first enforcement. */
  readonly eventToRequestMs: { readonly p50: number | null; readonly p99: number | null }
  readonly accounts: readonly {
    readonly accountId: number
    readonly word: string
    readonly lockouts: readonly string[]
  }[]
}

function describeLockout({ rule, effect, end }: Lockout, timeZone: string): string {
  const at = endInstant(end)
  return `${rule} ${effect} until ${at === null ? describeEnd(end) : formatInZone(at, timeZone)}`
}

/** Nearest rank. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}
