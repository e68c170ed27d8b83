import { type Instant, RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { checksumOf, type MigrationStep } from './migration-step.ts'
import { firstTables } from './migrations/0001-first-tables.ts'
import { settingsInForce } from './migrations/0002-settings-in-force.ts'
import { lockoutsByCondition } from './migrations/0003-lockouts-by-condition.ts'
import { tradeManagement } from './migrations/0004-trade-management.ts'
import { evidenceOfLockouts } from './migrations/0005-evidence-of-lockouts.ts'
import { reasonsOfOrders } from './migrations/0006-reasons-of-orders.ts'
import { alerts } from './migrations/0007-alerts.ts'
import { indexes } from './migrations/0008-indexes.ts'

/** All steps in order. The number of applied ones is the schema's version (`PRAGMA user_version`). */
export const MIGRATIONS: readonly MigrationStep[] = [
  firstTables,
  settingsInForce,
  lockoutsByCondition,
  tradeManagement,
  evidenceOfLockouts,
  reasonsOfOrders,
  alerts,
  indexes,
]

/**
 * Throws `RmError` STORE_NEWER_SCHEMA when a newer program has migrated the file. Reads the version alone, so that it can be asked
 * before anything else of an unknown file.
 */
export function refuseNewerSchema(database: Database, steps: readonly MigrationStep[] = MIGRATIONS): void {
  const version = schemaVersion(database)
  if (version <= steps.length) return
  throw new RmError(
    'STORE_NEWER_SCHEMA',
    `${database.name} has schema version ${version}; this program knows versions up to ${steps.length}`,
    { path: database.name, found: version, known: steps.length, lockouts: standingLockouts(database) },
  )
}

/** What nobody enforces until the newer program runs, for the human who has to start it; `null`: it cannot be told. */
function standingLockouts(database: Database): readonly string[] | null {
  try {
    return database
      .prepare<[], string>(`SELECT account_id || ' ' || rule FROM lockout WHERE ended_at IS NULL ORDER BY 1`)
      .pluck()
      .all()
  } catch {
    return null
  }
}

/**
 * Brings the schema to the newest version, each step in one transaction together with its mark: a process killed at any statement
 * leaves the step undone. The database before the first pending step is kept aside (reliability D-16). Throws `RmError`: STORE_NEWER_SCHEMA when an
 * applied step is not the one that this program knows, STORE_UNSAFE when the copy cannot be made.
 */
export async function migrate(
  database: Database,
  at: Instant,
  steps: readonly MigrationStep[] = MIGRATIONS,
): Promise<void> {
  const applied = schemaVersion(database)
  if (applied > 0) compareChecksums(database, steps.slice(0, applied))
  const pending = steps.slice(applied)
  if (pending.length === 0) return
  // An empty file has nothing to go back to, and one in memory has no folder.
  if (applied > 0 && !database.memory) {
    const { copyBeforeMigration } = await import('./copy-before-migration.ts')
    await copyBeforeMigration(database, at)
  }
  const { applyStep } = await import('./apply-migration.ts')
  for (const step of pending) await applyStep(database, steps, step, at)
}

function schemaVersion(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}

function compareChecksums(database: Database, known: readonly MigrationStep[]): void {
  const rows = database.prepare<[], string>('SELECT name || char(9) || checksum FROM schema_migration ORDER BY name')
  const found = rows.pluck().all()
  const expected = known.map((step) => `${step.name}\t${checksumOf(step)}`)
  if (found.length === expected.length && found.every((mark, index) => mark === expected[index])) return
  throw new RmError('STORE_NEWER_SCHEMA', `${database.name} was migrated by steps that this program does not know`, {
    path: database.name,
    found,
    expected,
  })
}
