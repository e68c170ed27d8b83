import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import { makeBackup } from './backup.ts'
import { type Backup, backupFolder } from './backup-files.ts'
import { safeDataFile } from './data-file.ts'
import { openDurably } from './durable-database.ts'
import { holdCopy } from './held-copy.ts'
import { refuseNewerSchema } from './migrate.ts'
import { lockedError } from './owner-file.ts'
import { newestEpoch } from './recover-database.ts'

/**
 * Makes a backup of a store that no daemon has open, beside those that the daemon makes.
 *
 * Throws `RmError`: STORE_LOCKED names the daemon that holds it, which makes backups itself; STORE_UNSAFE when there is no database, or the copy
 * cannot be written; STORE_CORRUPT, STORE_NEWER_SCHEMA. Then no backup was made.
 */
export async function backUpStopped(databaseFile: string, at: Instant): Promise<Backup> {
  const file = safeDataFile(databaseFile)
  if (!existsSync(file)) throw new RmError('STORE_UNSAFE', `there is no database ${file}`, { path: file })
  const folder = backupFolder(dirname(file))
  const database = openOrNameDaemon(file)
  try {
    refuseNewerSchema(database)
    return await makeBackup(database, { epoch: newestEpoch(database), at, folder, hold: holdCopy })
  } catch (error) {
    if (error instanceof RmError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new RmError('STORE_UNSAFE', `the backup could not be written to ${folder}: ${reason}`, { folder }, error)
  } finally {
    database.close()
  }
}

function openOrNameDaemon(file: string): ReturnType<typeof openDurably> {
  try {
    return openDurably(file)
  } catch (error) {
    if (error instanceof RmError && error.code === 'STORE_LOCKED') throw lockedError(file, file)
    throw error
  }
}
