import path from 'node:path'
import process from 'node:process'
import { LogFile } from './log-file.ts'
import { wallClockMs } from './system-clock.ts'

type Level = 'info' | 'warn' | 'error' | 'fatal'

/** Nobody has read the configuration yet, so the supervisor's log has a place and a size of its own. */
const MAX_BYTES = 10 * 1024 * 1024
const RETENTION_DAYS = 30

/** What the supervisor tells: `logs/supervisor.log` below the data folder, and standard error. A folder that cannot be written costs the file alone. */
export class SupervisorLog {
  readonly #file: LogFile | null

  constructor(dataDirectory: string) {
    process.stderr.on('error', () => {})
    this.#file = openFile(path.resolve(dataDirectory, 'logs'))
  }

  tell(level: Level, message: string, facts: Readonly<Record<string, unknown>>): void {
    const time = Temporal.Instant.fromEpochMilliseconds(wallClockMs()).toString({ smallestUnit: 'millisecond' })
    const line = `${JSON.stringify({ level, time, ...facts, msg: message })}\n`
    process.stderr.write(line)
    this.#file?.write(line)
    this.#file?.flush()
  }
}

function openFile(directory: string): LogFile | null {
  try {
    return new LogFile({
      directory,
      name: 'supervisor.log',
      maxBytes: MAX_BYTES,
      retentionDays: RETENTION_DAYS,
      wallClock: wallClockMs,
    })
  } catch {
    return null
  }
}
