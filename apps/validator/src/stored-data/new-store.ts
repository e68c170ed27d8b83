import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { instant, type Instant } from '@rm/domain'
import { openStore, type Store } from '@rm/state'
import { wallClockMs } from '../system-clock.ts'

/** Opens a database as the daemon would, or makes it. Throws what the daemon would be refused with. */
export function openAsDaemon(file: string): Promise<Store> {
  mkdirSync(path.dirname(file), { recursive: true })
  return openStore({ path: file, secondFolder: null, now: machineTime, program: { version: 'validator' } })
}

export function machineTime(): Instant {
  return instant(wallClockMs())
}
