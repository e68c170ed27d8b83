import { instant, type Instant } from '@rm/domain'

/** The date on the wall of this machine: holidays have to be known for it. */
export function localToday(): Temporal.PlainDate {
  return Temporal.Now.plainDateISO()
}

/** The instant on the wall of this machine: for names of folders and to compare clocks, never for a decision. */
export function wallNow(): Instant {
  return instant(Date.now())
}

/** Milliseconds since the process started, monotonic. */
export function monotonicMs(): number {
  return performance.now()
}

/** The zone of this machine's clock. */
export function localTimeZone(): string {
  return Temporal.Now.timeZoneId()
}
