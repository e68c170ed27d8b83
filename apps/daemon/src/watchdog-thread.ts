import { appendFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { workerData } from 'node:worker_threads'
import { invariant } from '@rm/domain'
import { EXIT_CODES } from '@rm/runtime-pack'
import { LOOK_MS, LOOP_LIMITS, StallCount } from './stall-count.ts'
import { monotonicMs, wallClockMs } from './system-clock.ts'
import type { WatchdogData } from './watchdog.ts'

/*
 * The thread of the watchdog (watchdog.ts). It shares a counter with the event loop and nothing else: neither its log nor its promises.
 */

/** A loop in a program takes the order to end within microseconds; one that stands in a call of the system never does. */
const OBEDIENCE_MS = 1_000

const { beats, logFiles, json } = readData(workerData)
const counter = new Int32Array(beats)
const count = new StallCount(Atomics.load(counter, 0), monotonicMs(), LOOP_LIMITS)

setInterval(() => {
  const verdict = count.look(Atomics.load(counter, 0), monotonicMs())
  if (verdict === 'alarm') tell(`the event loop has made no progress for ${LOOP_LIMITS.alarmMs / 1_000} s`)
  if (verdict === 'end') end()
}, LOOK_MS)

function end(): void {
  tell(
    `the event loop has made no progress for ${LOOP_LIMITS.endMs / 1_000} s; the process ends with code ${EXIT_CODES.stalled}`,
  )
  // Only the main thread can give the process an exit code. The debugger reaches it inside a loop; nothing listens on any port for that.
  const session = new Session()
  session.connectToMainThread()
  session.post('Runtime.evaluate', { expression: `process.reallyExit(${EXIT_CODES.stalled})` })
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), OBEDIENCE_MS)
}

/** Straight into the files: the log of the main thread stands still too. */
function tell(what: string): void {
  const time = Temporal.Instant.fromEpochMilliseconds(wallClockMs()).toString({ smallestUnit: 'millisecond' })
  const msg = `Alert: ${what}`
  const facts = { level: 'fatal', time, event: 'alert', alert: 'event-loop-stalled', severity: 'critical', msg }
  const line = json ? JSON.stringify(facts) : `[${time}] FATAL: ${msg}`
  for (const file of logFiles) {
    try {
      appendFileSync(file, `${line}\n`)
    } catch {
      // A full disk must not keep the process from being ended.
    }
  }
}

function readData(data: unknown): WatchdogData {
  invariant(isWatchdogData(data), 'the watchdog is started by watchdog.ts')
  return data
}

function isWatchdogData(data: unknown): data is WatchdogData {
  return typeof data === 'object' && data !== null && 'beats' in data && data.beats instanceof SharedArrayBuffer
}
