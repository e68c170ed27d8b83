import { RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import type { AuditHead } from './audit-chain.ts'
import { readOnly } from './read-only.ts'
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
  return readOnly(file, (database) => {
    refuseOtherDatabase(database)
    return verifyChain(database, anchors)
  })
}

function refuseOtherDatabase(database: Database): void {
  const tables: unknown = database
    .prepare(`SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('audit', 'audit_head')`)
    .pluck()
    .get()
  if (tables === 2) return
  throw new RmError('STORE_CORRUPT', `${database.name} holds no audit trail`, { path: database.name })
}
