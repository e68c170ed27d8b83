import { dirname } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { checkHead } from './audit-chain.ts'
import { safeDataFile } from './data-file.ts'
import { asStoreError, checkIntegrity, openDurably, reserveLog } from './durable-database.ts'
import { migrate, refuseNewerSchema } from './migrate.ts'
import { lockedError, removeOwner, writeOwner } from './owner-file.ts'
import { Store } from './store.ts'

export interface StoreOptions {
  /** The database file; its folder is the data folder and is made when it is missing. */
  readonly path: string
  readonly now: () => Instant
  readonly program: { readonly version: string }
}

/**
 * Opens the store, alone on its file: lock, integrity, schema, audit head, then a new run with the next epoch.
 *
 * Throws `RmError`: STORE_LOCKED names the process that holds it, STORE_NEWER_SCHEMA, STORE_UNSAFE (the disk or a setting cannot be
 * relied on), STORE_CORRUPT (a damaged page, a broken audit trail, a migration that this program does not know).
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const file = safeDataFile(options.path)
  const database = openOrNameOwner(file)
  try {
    const now = options.now()
    writeOwner(file, { pid: process.pid, startedAt: now, dataFolder: dirname(file) })
    refuseNewerSchema(database)
    checkIntegrity(database)
    await migrate(database, now)
    checkHead(database)
    const epoch = beginRun(database, options.program.version, now)
    reserveLog(file)
    return new Store(database, epoch, () => removeOwner(file))
  } catch (error) {
    removeOwner(file)
    database.close()
    throw asStoreError(error, file)
  }
}

function openOrNameOwner(file: string): Database {
  try {
    return openDurably(file)
  } catch (error) {
    if (error instanceof RmError && error.code === 'STORE_LOCKED') throw lockedError(file, file)
    throw error
  }
}

/** A new run with the next epoch. */
export function beginRun(database: Database, version: string, at: Instant): number {
  const inserted = database.prepare('INSERT INTO run (version, started_at) VALUES (?, ?)').run(version, at)
  return Number(inserted.lastInsertRowid)
}
