import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { DestinationStream } from 'pino'
import pino from 'pino'

export interface LogFileOptions {
  readonly directory: string
  /** The active file keeps this name, so that `tail -F` and `grep` always know where to look. */
  readonly name: string
  readonly maxBytes: number
  readonly retentionDays: number
  readonly wallClock: () => number
}

const DAY_MS = 24 * 60 * 60_000
/** Lines gather up to this size, or until {@link LogFile.flush}: one write for all lines of a moment. */
const BUFFER_BYTES = 65_536

/**
 * The log on disk. Written synchronously, so that the last line before a SIGKILL is there; pino's rotating transports live in worker
 * threads and lose it, and none keeps a fixed name for the active file (docs/decisions/0006).
 *
 * A full disk loses lines, counts them and never stops the daemon.
 */
export class LogFile implements DestinationStream {
  readonly #options: LogFileOptions
  readonly #path: string
  readonly #destination: ReturnType<typeof pino.destination>
  #bytes: number
  #lost = 0

  /** Throws when the folder cannot be made or the file cannot be opened. */
  constructor(options: LogFileOptions) {
    this.#options = options
    mkdirSync(options.directory, { recursive: true })
    this.#path = path.join(options.directory, options.name)
    this.#bytes = existsSync(this.#path) ? statSync(this.#path).size : 0
    this.#destination = pino.destination({
      dest: this.#path,
      sync: true,
      minLength: BUFFER_BYTES,
      maxWrite: 2 * BUFFER_BYTES, // has to be larger than what gathers
      mkdir: true,
    })
    this.#destination.on('error', () => {
      this.#lost += 1
    })
    this.#dropOld()
  }

  /** Lines that could not be written. */
  get lost(): number {
    return this.#lost
  }

  write(line: string): void {
    try {
      if (this.#bytes >= this.#options.maxBytes) this.#rotate()
      this.#destination.write(line)
      this.#bytes += Buffer.byteLength(line)
    } catch {
      this.#lost += 1
    }
  }

  /** Writes what has gathered, and returns when the system has it. */
  flush(): void {
    try {
      this.#destination.flushSync()
    } catch {
      this.#lost += 1
    }
  }

  #rotate(): void {
    this.flush()
    const stamp = Temporal.Instant.fromEpochMilliseconds(this.#options.wallClock()).toString().replaceAll(':', '-')
    renameSync(this.#path, `${this.#path}.${stamp}`)
    this.#destination.reopen()
    this.#bytes = 0
    this.#dropOld()
  }

  #dropOld(): void {
    const oldest = this.#options.wallClock() - this.#options.retentionDays * DAY_MS
    for (const entry of readdirSync(this.#options.directory)) {
      const file = path.join(this.#options.directory, entry)
      if (entry.startsWith(`${this.#options.name}.`) && statSync(file).mtimeMs < oldest) rmSync(file)
    }
  }
}
