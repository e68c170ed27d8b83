import type { LoggedRequest } from '@rm/gateway-sim'

const UNCOUNTED: ReadonlySet<string> = new Set(['loginKey', 'loginApp', 'ping', 'negotiate'])

/** The most counted requests of any window of that length. */
export function busiestWindow(requests: readonly LoggedRequest[], windowMs: number): number {
  const times = requests.filter(({ route }) => !UNCOUNTED.has(route)).map(({ arrivedAtMs }) => arrivedAtMs)
  let first = 0
  let most = 0
  for (const [index, time] of times.entries()) {
    while ((times[first] ?? time) <= time - windowMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}
