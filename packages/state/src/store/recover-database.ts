import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { formatInstant, type Instant, RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import { readHead } from './audit-chain.ts'
import { verifyBackup } from './backup.ts'
import { listBackups, takenAt } from './backup-files.ts'
import { isBehind, type LockSnapshot, mergeLockSnapshot, snapshotOf, takeLockSnapshot } from './lock-snapshot.ts'

/** The file of the newest lock snapshot below a folder. */
export function lockSnapshotFile(folder: string): string {
  return join(folder, 'locks.json')
}

/** Whether the database has to be there: something that only a run leaves behind is. An empty file is none. */
export function isMissing(file: string, folders: readonly string[]): boolean {
  const isThere = existsSync(file) && statSync(file).size > 0
  if (isThere) return false
  return listBackups(dirname(file)).length > 0 || folders.some((folder) => existsSync(lockSnapshotFile(folder)))
}

/** Moves what cannot be used out of the way: evidence is never deleted. */
export function setAside(file: string, at: Instant): string {
  const folder = join(dirname(file), 'set-aside', formatInstant(at).replaceAll(':', '-'))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of [file, `${file}-wal`, `${file}-journal`]) {
    if (existsSync(name)) renameSync(name, join(folder, basename(name)))
  }
  return folder
}

/**
 * Puts the newest backup that is good in the place of the database, which must be gone. Without any the start is on an empty one, which
 * the lock snapshots and the gateway fill.
 *
 * @returns one sentence for each step, for a human
 */
export async function restoreNewestBackup(file: string): Promise<readonly string[]> {
  const told: string[] = []
  for (const backup of listBackups(dirname(file))) {
    try {
      await verifyBackup(backup)
    } catch (error) {
      if (!(error instanceof RmError)) throw error
      told.push(`the backup ${basename(backup.file)} cannot be used: ${error.message}`)
      continue
    }
    await copyFile(backup.file, file)
    told.push(`the backup of ${formatInstant(takenAt(backup))} was restored`)
    return told
  }
  told.push('there was no backup to restore; the start is on an empty database')
  return told
}

/** What can still be read of the locks in a database that is damaged; `null` when nothing can. */
export function salvageLocks(file: string, at: Instant): LockSnapshot | null {
  let database: Database | null = null
  try {
    database = new Sqlite(file, { readonly: true })
    return takeLockSnapshot(database, 0, readHead(database), at)
  } catch {
    return null
  } finally {
    database?.close()
  }
}

/** Every lock snapshot that can be read, those of newer runs last. */
export function readLockSnapshots(folders: readonly string[]): readonly LockSnapshot[] {
  const snapshots: LockSnapshot[] = []
  for (const folder of folders) {
    const file = lockSnapshotFile(folder)
    const snapshot = existsSync(file) ? snapshotOf(readFileSync(file, 'utf8')) : null
    if (snapshot !== null) snapshots.push(snapshot)
  }
  return snapshots.toSorted((a, b) => a.at - b.at)
}

/**
 * Merges every lock snapshot that the database is behind of, or does not know: an older file, however it came there, unlocks nobody
 * (reliability D-10, D-11).
 *
 * @returns one sentence for each, for a human
 */
export function mergeLockSnapshots(database: Database, snapshots: readonly LockSnapshot[]): readonly string[] {
  const told: string[] = []
  for (const snapshot of snapshots) {
    const head = readHead(database)
    if (!isBehind(database, head, snapshot)) continue
    const changed = database.transaction(() => mergeLockSnapshot(database, snapshot)).immediate()
    const { at } = snapshot
    told.push(
      `the database stands at audit record ${head.seq} and the lock snapshot of ${new Date(at).toISOString()} at ${snapshot.head.seq}: ` +
        `it was taken over, ${changed} lockout${changed === 1 ? '' : 's'} set or extended`,
    )
  }
  return told
}
