import { dirname, join } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { makeBackup } from './backup.ts'
import { holdCopy } from './held-copy.ts'
import { newestEpoch } from './recover-database.ts'

/** Where copies lie that no rule of keeping removes: the way back to the program before. */
function beforeMigrationFolder(dataFolder: string): string {
  return join(dataFolder, 'before-migration')
}

/**
 * Keeps the database as the older program knows it, with a manifest, before a step changes it. No migration without it: throws `RmError`
 * STORE_UNSAFE when the copy cannot be made, and nothing was changed then.
 */
export async function copyBeforeMigration(database: Database, at: Instant): Promise<void> {
  const folder = beforeMigrationFolder(dirname(database.name))
  try {
    await makeBackup(database, { epoch: newestEpoch(database), at, folder, hold: holdCopy })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RmError(
      'STORE_UNSAFE',
      `the copy before the migration could not be made in ${folder}: ${reason}`,
      { folder },
      error,
    )
  }
}
