import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import type { DestinationStream } from 'pino'

export interface LogFileOptions {
  readonly directory: string
  /** The active file keeps this name, so that `tail -F` and `grep` always know where to look. */
  readonly name: string
  readonly maxBytes: number
  readonly retentionDays: number
  readonly wallClock: () => number
}

const DAY_MS = 24 * 60 * 60_000
/** Lines gather up to this length, or until {@link LogFile.flush}: one write for all lines of a moment. */
const GATHERED_MAX = 65_536

/**
 * The log on disk. Handed to the system synchronously, so that the last line before a SIGKILL is there: pino's rotating transports live
 * in worker threads and lose it, none keeps a fixed name for the active file, and its own synchronous destination syncs the disk at every
 * flush, which stops the event loop (docs/decisions/0006).
 *
 * A full disk loses lines, counts them and never stops the daemon.
 */
export class LogFile implements DestinationStream {
  readonly #options: LogFileOptions
  readonly #path: string
  #file: number
  #bytes: number
  #gathered = ''
  #lost = 0

  /** Throws when the folder cannot be made or the file cannot be opened. */
  constructor(options: LogFileOptions) {
    this.#options = options
    mkdirSync(options.directory, { recursive: true })
    this.#path = path.join(options.directory, options.name)
    this.#file = openSync(this.#path, 'a')
    this.#bytes = fstatSync(this.#file).size
    this.#dropOld()
  }

  /** Writes that failed; their lines are lost. */
  get lost(): number {
    return this.#lost
  }

  write(line: string): void {
    this.#gathered += line
    if (this.#gathered.length >= GATHERED_MAX) this.flush()
  }

  /** Hands what has gathered to the system, which keeps it when this process is killed. */
  flush(): void {
    if (this.#gathered === '') return
    const lines = Buffer.from(this.#gathered)
    this.#gathered = ''
    let written = 0
    try {
      if (this.#bytes >= this.#options.maxBytes) this.#rotate()
      while (written < lines.length) written += writeSync(this.#file, lines, written)
      this.#bytes += written
    } catch {
      this.#lost += 1
      this.#dropHalfLine(lines.subarray(0, written))
    }
  }

  /** A line that found room for a part of itself would spoil the one that is written when there is room again. */
  #dropHalfLine(written: Buffer): void {
    const half = written.length - (written.lastIndexOf('\n') + 1)
    if (half > 0) ftruncateSync(this.#file, fstatSync(this.#file).size - half)
  }

  #rotate(): void {
    const stamp = Temporal.Instant.fromEpochMilliseconds(this.#options.wallClock()).toString().replaceAll(':', '-')
    renameSync(this.#path, `${this.#path}.${stamp}`)
    closeSync(this.#file)
    this.#file = openSync(this.#path, 'a')
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
