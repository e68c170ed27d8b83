import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { formatInstant, type Instant, instant, RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import { readHead } from './audit-chain.ts'
import { verifyBackup } from './backup.ts'
import { listBackups, takenAt } from './backup-files.ts'
import {
  isBehind,
  isReadableLockout,
  type LockSnapshot,
  mergeLockSnapshot,
  standAgain,
  snapshotOf,
  takeLockSnapshot,
  withReadableRows,
} from './lock-snapshot.ts'

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
    return withReadableRows(takeLockSnapshot(database, newestEpoch(database), readHead(database), at))
  } catch {
    return null
  } finally {
    database?.close()
  }
}

/** Ids of the lockouts that stand in a damaged file and cannot be read; none when nothing in it can. */
export function unreadableLockouts(file: string): readonly string[] {
  let database: Database | null = null
  try {
    database = new Sqlite(file, { readonly: true })
    const { tables } = takeLockSnapshot(database, 0, readHead(database), instant(0))
    return tables.lockout.filter((row) => !isReadableLockout(row)).map((row) => String(row['id']))
  } catch {
    return []
  } finally {
    database?.close()
  }
}

/** Whether some snapshot has each of the lockouts whole. */
export function isCovered(ids: readonly string[], snapshots: readonly LockSnapshot[]): boolean {
  const rows = snapshots.flatMap(({ tables }) => tables.lockout).filter(isReadableLockout)
  const whole = new Set(rows.map((row) => row['id']))
  return ids.every((id) => whole.has(id))
}

/** Number of the last run that the database knows. */
export function newestEpoch(database: Database): number {
  return Number(database.prepare('SELECT coalesce(max(epoch), 0) FROM run').pluck().get())
}

/** Lock snapshots as they were found. */
export interface FoundSnapshots {
  /** The older first. */
  readonly snapshots: readonly LockSnapshot[]
  /** One sentence for each that is no use, for a human: somebody may have seen to that. */
  readonly unusable: readonly string[]
}

/** Every lock snapshot that can be read. One that cannot keeps no daemon down. */
export function readLockSnapshots(folders: readonly string[]): FoundSnapshots {
  const snapshots: LockSnapshot[] = []
  const unusable: string[] = []
  for (const folder of folders) {
    const file = lockSnapshotFile(folder)
    if (!existsSync(file)) continue
    try {
      const snapshot = snapshotOf(readFileSync(file, 'utf8'))
      if (snapshot === null) unusable.push(`the lock snapshot ${file} is not as it was written`)
      else snapshots.push(snapshot)
    } catch (error) {
      unusable.push(`the lock snapshot ${file} cannot be read: ${String(error)}`)
    }
  }
  return { snapshots: snapshots.toSorted((a, b) => a.at - b.at), unusable }
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
    if (!isBehind(database, head, snapshot)) {
      const stand = database.transaction(() => standAgain(database, snapshot)).immediate()
      if (stand > 0)
        told.push(
          `${stand} lockout${stand === 1 ? '' : 's'} ended without an audit record, and ${stand === 1 ? 'stands' : 'stand'} again`,
        )
      continue
    }
    const changed = database.transaction(() => mergeLockSnapshot(database, snapshot)).immediate()
    const { at } = snapshot
    told.push(
      `the database stands at audit record ${head.seq} and the lock snapshot of ${new Date(at).toISOString()} at ${snapshot.head.seq}: ` +
        `it was taken over, ${changed} lockout${changed === 1 ? '' : 's'} set or extended`,
    )
  }
  return told
}
