/** C: enforcement lost, early unlock, wrong-way trade, secret leaked. H: a bound missed until it heals. M: degraded, visible. L: cosmetic. */
type Severity = 'C' | 'H' | 'M' | 'L'

/** How long something may take after the fault, or after the gateway answers again. */
export interface Bound {
  readonly ms: number
  /** From which moment it counts, or which bound of the reliability reference it is. */
  readonly label: string
}

/** One fault of the catalogue: what goes wrong, how a test makes it go wrong, and what the program must do. */
export interface FaultRow {
  readonly fault: string
  readonly injection: string
  readonly expected: string
  readonly bound: Bound | null
  readonly severity: Severity
  /** Why no test here can show it. A row without it has at least one test that names its id. */
  readonly notHere?: string
}

const SECOND_MS = 1_000

/** B-2: from the event to the first request on the wire. */
export const FIRST_REQUEST: Bound = { ms: 500, label: 'B-2' }
/** B-3: from a position opened while locked to verified flat. */
export const FLAT: Bound = { ms: 5 * SECOND_MS, label: 'B-3' }
/** B-4: the same, from the end of the outage. */
export const FLAT_AFTER_OUTAGE: Bound = { ms: 5 * SECOND_MS, label: 'B-4, after the outage' }
/** B-6: the comparison with the gateway. */
export const COMPARED: Bound = { ms: 35 * SECOND_MS, label: 'B-6 and a reading' }
/** L-03: an unknown outcome is settled. */
export const SETTLED: Bound = { ms: 5 * SECOND_MS, label: 'L-03' }
/** L-06: trusted again. */
export const TRUSTED: Bound = { ms: 5 * SECOND_MS, label: 'L-06' }
/** B-10: an alarm is told. */
export const TOLD: Bound = { ms: 10 * SECOND_MS, label: 'B-10' }
/** B-7: from a kill to armed. */
export const BOOTED: Bound = { ms: 8 * SECOND_MS, label: 'B-7' }
/** RTO. */
export const RECOVERED: Bound = { ms: 300 * SECOND_MS, label: 'RTO' }

export function within(seconds: number, label = 'after the fault'): Bound {
  return { ms: seconds * SECOND_MS, label }
}
