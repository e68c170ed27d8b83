import { type Instant, invariant } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { Kysely, sql, SqliteDialect } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { checksumOf, type MigrationStep } from './migration-step.ts'

/**
 * Applies one pending step. Kysely's SQLite adapter opens no transaction around a migration, so this does: the step, Kysely's mark, our
 * checksum and the new version are one commit.
 */
export async function applyStep(
  database: Database,
  steps: readonly MigrationStep[],
  step: MigrationStep,
  at: Instant,
): Promise<void> {
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  const migrator = new Migrator({
    db: kysely,
    migrationTableName: 'schema_migration',
    migrationLockTableName: 'schema_migration_lock',
    provider: { getMigrations: () => Promise.resolve(toKysely(steps)) },
  })
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(
      'CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY, timestamp TEXT NOT NULL, applied_at INTEGER, checksum TEXT) STRICT',
    )
    const { error, results } = await migrator.migrateUp()
    if (error !== undefined) throw error
    const appliedName = results?.[0]?.migrationName
    invariant(appliedName === step.name, `${step.name} was due and ${appliedName ?? 'nothing'} was applied`)
    database
      .prepare('UPDATE schema_migration SET applied_at = ?, checksum = ? WHERE name = ?')
      .run(at, checksumOf(step), step.name)
    database.pragma(`user_version = ${steps.indexOf(step) + 1}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function toKysely(steps: readonly MigrationStep[]): Record<string, Migration> {
  return Object.fromEntries(
    steps.map((step) => [
      step.name,
      {
        async up(db: Kysely<unknown>): Promise<void> {
          for (const statement of step.statements) await sql.raw(statement).execute(db)
        },
      },
    ]),
  )
}
