import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { readHead } from './audit-chain.ts'
import { verifyBackup } from './backup.ts'
import type { Backup } from './backup-files.ts'
import { safeDataFile } from './data-file.ts'
import { openDurably } from './durable-database.ts'
import { writeDurably } from './durable-file.ts'
import { isBehind, type LockSnapshot, mendedBy, snapshotText, takeLockSnapshot } from './lock-snapshot.ts'
import { lockedError } from './owner-file.ts'
import { lockSnapshotFile, mergeLockSnapshots, newestEpoch, readLockSnapshots, setAside } from './recover-database.ts'

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
  const locks = locksToKeep(file, at)
  if (locks !== null) await writeDurably(lockSnapshotFile(dirname(file)), snapshotText(locks))
  const folder = setAside(file, at)
  await copyFile(backup.file, file)
  return folder
}

/**
 * What the database knows of lockouts, together with what the lock snapshot beside it knows and the database does not: it may be an older one
 * that somebody put there. The union carries the head of the newer of the two, so that the next start takes it over. `null` for a database that
 * cannot be read: then the snapshot stays as it is. Throws `RmError` STORE_LOCKED.
 */
function locksToKeep(file: string, at: Instant): LockSnapshot | null {
  let database: Database | null = null
  try {
    database = openDurably(file)
    const { snapshots } = readLockSnapshots([dirname(file)])
    const own = readHead(database)
    const newer = snapshots.find((snapshot) => database !== null && isBehind(database, own, snapshot))
    const epoch = Math.max(newestEpoch(database), newer?.epoch ?? 0)
    // Merged for the reading alone: what is set aside stays as it was found.
    database.exec('BEGIN IMMEDIATE')
    mergeLockSnapshots(database, snapshots)
    return mendedBy(takeLockSnapshot(database, epoch, newer?.head ?? own, at), snapshots)
  } catch (error) {
    if (error instanceof RmError && error.code === 'STORE_LOCKED') throw lockedError(file, file)
    return null
  } finally {
    if (database?.inTransaction === true) database.exec('ROLLBACK')
    database?.close()
  }
}
