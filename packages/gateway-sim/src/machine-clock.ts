/**
 * Milliseconds of the machine since the process began; they never step back. For what belongs to the transport and not to the simulated day:
 * pings, timeouts, and the stamps by which events out and requests in are compared.
 */
export function machineMs(): number {
  return performance.now()
}
