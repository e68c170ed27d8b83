/** Milliseconds since some instant in the past; never goes back. */
export function monotonicMs(): number {
  return performance.now()
}

/** What the clock of this machine shows, in epoch milliseconds: to be compared with others, never to decide by. */
export function wallClockMs(): number {
  return Date.now()
}
