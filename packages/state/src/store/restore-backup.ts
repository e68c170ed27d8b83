import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import { verifyBackup } from './backup.ts'
import type { Backup } from './backup-files.ts'
import { safeDataFile } from './data-file.ts'
import { openDurably } from './durable-database.ts'
import { writeDurably } from './durable-file.ts'
import { snapshotText } from './lock-snapshot.ts'
import { lockedError } from './owner-file.ts'
import { lockSnapshotFile, salvageLocks, setAside } from './recover-database.ts'

/**
 * Puts a backup in the place of the database. What the database of now knows of lockouts goes into the lock snapshot first, which the next start
 * merges: restoring unlocks nobody (reliability 3.7).
 *
 * Throws `RmError`: STORE_LOCKED while a daemon runs on it; STORE_CORRUPT or STORE_NEWER_SCHEMA for a backup that is no good. Then nothing
 * was changed.
 *
 * @returns the folder in which the former database was set aside; `null` when there was none
 */
export async function restoreBackup(databaseFile: string, backup: Backup, at: Instant): Promise<string | null> {
  const file = safeDataFile(databaseFile)
  await verifyBackup(backup)
  if (!existsSync(file)) {
    await copyFile(backup.file, file)
    return null
  }
  refuseWhileHeld(file)
  const locks = salvageLocks(file, at)
  if (locks !== null) await writeDurably(lockSnapshotFile(dirname(file)), snapshotText(locks))
  const folder = setAside(file, at)
  await copyFile(backup.file, file)
  return folder
}

/** A database that cannot be opened for another reason is one to restore. */
function refuseWhileHeld(file: string): void {
  try {
    openDurably(file).close()
  } catch (error) {
    if (error instanceof RmError && error.code === 'STORE_LOCKED') throw lockedError(file, file)
  }
}
