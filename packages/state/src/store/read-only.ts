import { existsSync } from 'node:fs'
import { RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import { asStoreError } from './durable-database.ts'
import { lockedError } from './owner-file.ts'

/**
 * Looks into a database that no daemon uses: no migration, no new run, nothing written.
 *
 * Throws `RmError`: STORE_UNSAFE (no such file, or it cannot be read), STORE_LOCKED with the process that holds it, STORE_CORRUPT.
 */
export function readOnly<Found>(file: string, look: (database: Database) => Found): Found {
  if (!existsSync(file)) throw new RmError('STORE_UNSAFE', `there is no database ${file}`, { file })
  let database: Database | null = null
  try {
    database = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: LOCK_WAIT_MS })
    return look(database)
  } catch (error) {
    const told = asStoreError(error, file)
    throw told instanceof RmError && told.code === 'STORE_LOCKED' ? lockedError(file, file) : told
  } finally {
    database?.close()
  }
}

/** A daemon that is just ending is waited for so long. */
const LOCK_WAIT_MS = 250
