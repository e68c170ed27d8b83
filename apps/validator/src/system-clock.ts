/** Milliseconds since some instant in the past; never goes back. */
export function monotonicMs(): number {
  return performance.now()
}

/** What the clock of this machine shows, in epoch milliseconds: for the dates of reports and certificates. */
export function wallClockMs(): number {
  return Date.now()
}

/** The date on the wall of this machine: holidays have to be known for it. */
export function localToday(): Temporal.PlainDate {
  return Temporal.Now.plainDateISO()
}
