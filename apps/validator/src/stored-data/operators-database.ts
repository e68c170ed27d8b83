import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { listBackups } from '@rm/state'
import Sqlite from 'better-sqlite3'
import { readCopy } from '../rehearsal/rehearsal.ts'
import type { CheckContext } from '../validator.ts'

/** A database that a check may do with as it likes. */
export interface DatabaseCopy {
  readonly file: string
  /** What it is a copy of, for the evidence. */
  readonly source: string
}

/** Where the configuration has the database of a data folder. */
export function databaseFile(dataDirectory: string, { subject }: Pick<CheckContext, 'subject'>): string {
  const { database } = readCopy(subject.configDirectory, subject.environment).general
  return path.resolve(dataDirectory, database.path)
}

/**
 * Copies the operator's database into a folder of the check. A daemon that runs holds it, so then it is the newest backup. Throws when there is neither.
 *
 * @param dataDirectory - is left as it is
 */
export function copyDatabase(dataDirectory: string, context: CheckContext): DatabaseCopy {
  const original = databaseFile(dataDirectory, context)
  if (!existsSync(original)) throw new Error(`there is no database ${original}; name the data folder of the daemon`)
  const folder = path.join(context.scratch, 'copy')
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'state.db')
  if (!isHeld(original)) {
    for (const suffix of ['', '-wal']) if (existsSync(original + suffix)) copyFileSync(original + suffix, file + suffix)
    return { file, source: original }
  }
  const [newest] = listBackups(path.dirname(original))
  if (newest === undefined) throw new Error(`${original} is held by a daemon, and there is no backup to look at`)
  copyFileSync(newest.file, file)
  return { file, source: `${newest.file}, the newest backup, since a daemon holds the database` }
}

/** Whether a daemon has it open. A file that is no database, or a damaged one, is not held. */
export function isHeld(file: string): boolean {
  let database: Sqlite.Database | null = null
  try {
    database = new Sqlite(file, { readonly: true, timeout: 0 })
    database.pragma('schema_version')
    return false
  } catch (error) {
    return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
  } finally {
    database?.close()
  }
}
