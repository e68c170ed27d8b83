import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { SlowWork } from './slow-work.ts'

/** Longer, and no event was handled in time (reliability B-9). */
const ALARM_MS = 250
/** How often the loop is to pass by; what is later is a delay. */
const RESOLUTION_MS = 20
const LOOK_MS = 1_000
const NS_PER_MS = 1_000_000

/** Tells when the event loop was held up, whatever held it up; the watchdog ends a process whose loop stands. The result ends it. */
export function watchLoopDelay(slowWork: SlowWork): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  const timer = setInterval(() => {
    const longestMs = delays.max / NS_PER_MS - RESOLUTION_MS
    delays.reset()
    if (longestMs >= ALARM_MS) slowWork.tell('one pass of the event loop', longestMs, { alarmMs: ALARM_MS })
  }, LOOK_MS)
  return () => {
    clearInterval(timer)
    delays.disable()
  }
}
