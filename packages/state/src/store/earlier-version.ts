import type { Instant } from '@rm/domain'
import Sqlite from 'better-sqlite3'
import { migrate, MIGRATIONS } from './migrate.ts'

/** Number of the schema that this program writes: versions before it, from 1, are brought up to it by {@link openStore}. */
export const SCHEMA_VERSION: number = MIGRATIONS.length

/**
 * Makes an empty database as a program of that schema version left it: the first steps and no more.
 *
 * @param file - is not there yet
 */
export async function makeEarlierVersion(file: string, version: number, at: Instant): Promise<void> {
  const database = new Sqlite(file)
  try {
    database.pragma('foreign_keys = ON')
    // It is made to be looked at, and has not to survive anything.
    database.pragma('synchronous = OFF')
    await migrate(database, at, MIGRATIONS.slice(0, version))
  } finally {
    database.close()
  }
}
