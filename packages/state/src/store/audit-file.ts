import { existsSync } from 'node:fs'
import { RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import type { AuditHead } from './audit-chain.ts'
import { asStoreError } from './durable-database.ts'
import { lockedError } from './owner-file.ts'
import { type AuditVerdict, verifyChain } from './verify-chain.ts'

/**
 * Walks the audit trail of a database that no daemon uses, and writes nothing into it.
 *
 * Throws `RmError`: STORE_UNSAFE (no such file, or it cannot be read), STORE_LOCKED with the process that holds it, STORE_CORRUPT (a damaged
 * page, or no database with an audit trail).
 *
 * @param anchors - heads that were kept elsewhere
 */
export function verifyAuditFile(file: string, anchors: readonly AuditHead[]): AuditVerdict {
  if (!existsSync(file)) throw new RmError('STORE_UNSAFE', `there is no database ${file}`, { file })
  let database: Database | null = null
  try {
    database = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: LOCK_WAIT_MS })
    refuseOtherDatabase(database)
    return verifyChain(database, anchors)
  } catch (error) {
    const told = asStoreError(error, file)
    throw told instanceof RmError && told.code === 'STORE_LOCKED' ? lockedError(file, file) : told
  } finally {
    database?.close()
  }
}

/** A daemon that is just ending is waited for so long. */
const LOCK_WAIT_MS = 250

function refuseOtherDatabase(database: Database): void {
  const tables: unknown = database
    .prepare(`SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('audit', 'audit_head')`)
    .pluck()
    .get()
  if (tables === 2) return
  throw new RmError('STORE_CORRUPT', `${database.name} holds no audit trail`, { path: database.name })
}
