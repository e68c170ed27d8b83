import { accessSync, constants, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { DiskCare, Store, StoreAlarm } from '@rm/state'
import type { LineQueue } from './line-queue.ts'
import { monotonicMs } from './system-clock.ts'

/** How soon a disk that is well again is noticed. */
const TEND_MS = 1_000

/** What the daemon does about a disk at fault: it keeps decisions aside and tells a human (reliability D-05 to D-07, D-09, D-14, D-15). */
export function diskCare(emergencyJournal: string, lines: LineQueue): DiskCare {
  warnOfPlace(emergencyJournal, lines)
  return { emergencyJournal, elapsedMs: monotonicMs, onAlarm: (alarm) => tell(alarm, lines) }
}

/** Looks after the store from now on; the result ends it. */
export function tendStore(store: Pick<Store, 'tend'>): () => void {
  const timer = setInterval(() => void store.tend(), TEND_MS)
  return () => clearInterval(timer)
}

/** Better known now than when it is needed. The file itself is made then. */
function warnOfPlace(file: string, lines: LineQueue): void {
  const folder = path.dirname(file)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const message = `The emergency journal could not be written to ${folder}: ${error instanceof Error ? error.message : String(error)}`
    lines.add({ level: 'warn', message, topic: null, facts: { event: 'emergency-journal-unusable', file } })
  }
}

function tell({ code, severity, isOver, text }: StoreAlarm, lines: LineQueue): void {
  const facts = { event: isOver ? 'alert-over' : 'alert', alert: code, severity }
  const message = isOver ? `Alert over: ${code}: ${text}` : `Alert: ${text}`
  const loud = severity === 'critical' ? 'fatal' : 'error'
  lines.add({ level: isOver ? 'info' : loud, message, topic: 'enforcement', facts })
}
