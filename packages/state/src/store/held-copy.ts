import { rm, stat } from 'node:fs/promises'
import Sqlite from 'better-sqlite3'
import { readHead } from './audit-chain.ts'
import { type BackupManifest, sha256Of } from './backup-files.ts'
import { checkCopy } from './check-copy.ts'

/** What is known of a copy once it is a sound file of its own. */
export type CopyFacts = Pick<BackupManifest, 'schema' | 'head' | 'bytes' | 'sha256'>

/** A copy that somebody else writes, held open meanwhile. */
export interface HeldCopy {
  /**
   * Makes it one file without a log beside it, checked and on the disk. To be called when it is written. Errors come as the driver and the disk
   * throw them, or as an `RmError`: STORE_CORRUPT, STORE_NEWER_SCHEMA.
   */
  readonly finish: () => Promise<CopyFacts>
  /** Lets go of it, whether or not it was finished. */
  readonly release: () => Promise<void>
}

/** How a copy is held: {@link holdCopy}, on a thread of its own where that may not take the caller's time. */
export type HoldCopy = (file: string) => Promise<HeldCopy>

/**
 * Makes an empty database whose pages go into a write-ahead log first, and holds it. The driver copies on the caller's thread, and its last step would
 * sync all of the copy there: half a second for 50 MB. Into a log it writes without a sync, and as it is not the last to close the
 * file, whoever holds it moves the log and waits for the disk.
 */
export function holdCopy(file: string): Promise<HeldCopy> {
  const database = new Sqlite(file)
  database.pragma('journal_mode = WAL')
  // The log is not open before the first reading.
  database.pragma('user_version')
  return Promise.resolve({
    async finish() {
      database.pragma('journal_mode = DELETE')
      const { seq, hash } = readHead(database)
      const schema = Number(database.pragma('user_version', { simple: true }))
      database.close()
      checkCopy(file)
      const { size } = await stat(file)
      return { schema, head: { seq, hash }, bytes: size, sha256: await sha256Of(file) }
    },
    release() {
      if (database.open) database.close()
      return Promise.resolve()
    },
  })
}

/** Removes a copy and what SQLite put beside it. */
export async function removeCopy(file: string): Promise<void> {
  for (const name of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) await rm(name, { force: true })
}
