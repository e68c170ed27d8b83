/** Milliseconds since some instant in the past; never goes back. */
export function monotonicMs(): number {
  return performance.now()
}
