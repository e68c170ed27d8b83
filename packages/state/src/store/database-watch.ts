import { statSync } from 'node:fs'
import { WAL_BYTES_MAX } from './durable-database.ts'

/**
 * Notices that a file of the open database was taken away, replaced or cut (reliability D-09). The connection goes on in what it has open, and
 * what it writes there would be gone with the process. Files are looked at by name and never opened: closing one would give up the lock.
 */
export class DatabaseWatch {
  readonly #file: string
  #seen: readonly Seen[]

  /** @param file - the database, open */
  constructor(file: string) {
    this.#file = file
    this.#seen = this.#look()
  }

  /** What happened to which file, for a human; `null`: all is as it was left. Throws what the file system says. */
  harm(): string | null {
    const now = this.#look()
    for (const [index, before] of this.#seen.entries()) {
      const harm = harmOf(before, now[index])
      if (harm !== null) return `${before.file} was ${harm}`
    }
    this.#seen = now
    return null
  }

  /** Length of the write-ahead log. */
  get logBytes(): number {
    return statSync(logOf(this.#file), { throwIfNoEntry: false })?.size ?? 0
  }

  /** The database was made anew. */
  renew(): void {
    this.#seen = this.#look()
  }

  #look(): readonly Seen[] {
    return [this.#file, logOf(this.#file)].map((file) => {
      const found = statSync(file, { throwIfNoEntry: false, bigint: true })
      return { file, inode: found === undefined ? null : `${found.dev}:${found.ino}`, bytes: Number(found?.size ?? 0n) }
    })
  }
}

interface Seen {
  readonly file: string
  /** `null`: there is no such file. */
  readonly inode: string | null
  readonly bytes: number
}

function harmOf(before: Seen, now: Seen | undefined): string | null {
  if (before.inode === null) return null
  if (now === undefined || now.inode === null) return 'removed'
  if (now.inode !== before.inode) return 'replaced'
  // SQLite itself cuts the log back, to no less than this.
  if (now.bytes < Math.min(before.bytes, WAL_BYTES_MAX)) return 'cut'
  return null
}

function logOf(file: string): string {
  return `${file}-wal`
}
