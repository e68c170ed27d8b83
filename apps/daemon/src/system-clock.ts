import { performance } from 'node:perf_hooks'

/** The only file of the daemon that asks the machine what time it is. */

/** The machine's wall clock, epoch milliseconds. Never decides anything by itself; it is compared with the gateway's. */
export function wallClockMs(): number {
  return Date.now()
}

/** Milliseconds since the process started, monotonic. */
export function monotonicMs(): number {
  return performance.now()
}

/** Today where the machine stands; only the configuration check uses it (holidays of the running year). */
export function localToday(): Temporal.PlainDate {
  return Temporal.Now.plainDateISO()
}
