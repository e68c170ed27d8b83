import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileExposure } from '@rm/runtime-pack'
import type { LineQueue } from './line-queue.ts'

/** Two looks lie within the bound of an alarm (reliability B-10). */
const LOOK_MS = 4_000

export interface GuardedPlaces {
  /** Looked at with all that is below it. */
  readonly configDirectory: string
  /** Looked at by themselves: whatever lies in them was made by the daemon, for its user alone. */
  readonly single: readonly string[]
}

/**
 * Tells when others than the daemon's user and root may write the configuration or what is named beside it (reliability X-01): the ownership
 * of files is what keeps a trader on the same machine out. What was so at the start is a warning, what becomes so is an alert.
 *
 * @returns ends it
 */
export function guardFiles(places: GuardedPlaces, lines: LineQueue): () => void {
  const ended = new AbortController()
  // Windows tells no owner and no rights here.
  if (process.getuid !== undefined) void guard(places, process.getuid(), lines, ended.signal)
  return () => ended.abort()
}

/** What others may write, a sentence each. What is not there, or cannot be looked at, is missed by those who need it. */
async function exposedFiles({ configDirectory, single }: GuardedPlaces, own: number): Promise<readonly string[]> {
  const below = await readdir(configDirectory, { recursive: true }).catch((): string[] => [])
  const files = [configDirectory, ...below.toSorted().map((name) => path.join(configDirectory, name)), ...single]
  const exposures = await Promise.all(files.map((file) => fileExposure(file, own)))
  return exposures.filter((exposure) => exposure !== null).map(({ sentence }) => sentence)
}

async function guard(places: GuardedPlaces, own: number, lines: LineQueue, ended: AbortSignal): Promise<void> {
  let known = await exposedFiles(places, own)
  if (known.length > 0) {
    const message = `Others may change what the daemon relies on: ${known.join('; ')}`
    lines.add({ level: 'warn', message, topic: null, facts: { event: 'files-exposed' } })
  }
  let isTold = false
  while (!ended.aborted) {
    await pause(LOOK_MS, null, { ref: false, signal: ended }).catch(() => null)
    const found = await exposedFiles(places, own)
    if (ended.aborted) return
    const fresh = found.filter((sentence) => !known.includes(sentence))
    if (fresh.length > 0) {
      isTold = true
      const message = `Alert: others may change what the daemon relies on: ${fresh.join('; ')}`
      lines.add({ level: 'fatal', message, topic: 'enforcement', facts: { ...ALERT, event: 'alert' } })
    } else if (isTold && found.length === 0) {
      isTold = false
      const message = `Alert over: ${ALERT.alert}: nobody else may change what the daemon relies on`
      lines.add({ level: 'info', message, topic: 'enforcement', facts: { ...ALERT, event: 'alert-over' } })
    }
    known = found
  }
}

const ALERT = { alert: 'files-exposed', severity: 'critical' } as const
