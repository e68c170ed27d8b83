import { RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import type { AuditHead } from './audit-chain.ts'
import { contradictedLockout } from './lockouts-of-trail.ts'
import { readOnly } from './read-only.ts'
import { type AuditVerdict, verifyChain } from './verify-chain.ts'

/**
 * Walks the audit trail of a database that no daemon uses, compares its lockouts with those of the store, and writes nothing.
 *
 * Throws `RmError`: STORE_UNSAFE (no such file, or it cannot be read), STORE_LOCKED with the process that holds it, STORE_CORRUPT (a damaged
 * page, or no database with an audit trail).
 *
 * @param anchors - heads that were kept elsewhere
 */
export function verifyAuditFile(file: string, anchors: readonly AuditHead[]): AuditVerdict {
  return readOnly(file, (database) => {
    refuseOtherDatabase(database)
    const verdict = verifyChain(database, anchors)
    return verdict.ok ? (contradictedLockout(database) ?? verdict) : verdict
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
