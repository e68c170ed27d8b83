import { execFile } from 'node:child_process'

/** systemd wants two pings within its patience; a third one may be late. */
const PINGS_PER_PATIENCE = 3
const MICROSECONDS_PER_MS = 1_000
const PING = '/usr/bin/systemd-notify'

/**
 * Tells systemd again and again that the event loop of this process turns, if its unit has a `WatchdogSec=` (reliability P-05): a supervisor that
 * stands still is killed and started anew. By systemd's own program, as Node has no datagrams on Unix sockets.
 *
 * @param onFailed - told the reason each time a ping does not arrive
 * @returns ends the pings
 */
export function pingServiceManager(
  environment: Readonly<Record<string, string | undefined>>,
  onFailed: (reason: string) => void,
): () => void {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: patience } = environment
  if (socket === undefined || patience === undefined) return () => {}
  const patienceMs = Number(patience) / MICROSECONDS_PER_MS
  const ping = (): void => {
    execFile(PING, ['WATCHDOG=1'], { env: { NOTIFY_SOCKET: socket }, timeout: patienceMs }, (error) => {
      if (error !== null) onFailed(error.message)
    })
  }
  ping()
  const pings = setInterval(ping, patienceMs / PINGS_PER_PATIENCE)
  pings.unref()
  return () => clearInterval(pings)
}
