import { dirname } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { checkHead } from './audit-chain.ts'
import { Ballast } from './ballast.ts'
import { listBackups } from './backup-files.ts'
import { CarefulAccess, type DiskCare } from './careful-access.ts'
import { type DatabaseAccess, DirectAccess } from './database-access.ts'
import { isDiskFull } from './disk-fault.ts'
import { type FoundJournal, readEmergencyJournal } from './emergency-journal.ts'
import type { LockSnapshot } from './lock-snapshot.ts'
import { checkStanding } from './stored-account.ts'
import {
  isCovered,
  isMissing,
  mergeLockSnapshots,
  readLockSnapshots,
  restoreNewestBackup,
  salvageLocks,
  setAside,
  unreadableLockouts,
} from './recover-database.ts'
import { safeDataFile } from './data-file.ts'
import { asStoreError, checkIntegrity, openDurably, reserveLog } from './durable-database.ts'
import { migrate, refuseNewerSchema } from './migrate.ts'
import { lockedError, removeOwner, writeOwner } from './owner-file.ts'
import { Store } from './store.ts'
import { StoreConnection } from './store-connection.ts'
import { takeOverJournal } from './take-over-journal.ts'

export interface StoreOptions {
  /** The database file; its folder is the data folder and is made when it is missing. */
  readonly path: string
  /** A folder on another disk that has a copy of each lock snapshot; `null`: the data folder alone has them. */
  readonly secondFolder: string | null
  readonly now: () => Instant
  /** For a daemon: what it does about a disk at fault. Without it an error of the disk is thrown. */
  readonly care?: DiskCare
  readonly program: { readonly version: string }
}

/**
 * Opens the store, alone on its file: lock, integrity, schema, audit head, then a new run with the next epoch. A database that is gone or damaged
 * is restored from the newest good backup, and no lockout that a lock snapshot knows is lost (reliability D-08 to D-11); `Store.recovery` tells.
 *
 * Throws `RmError`: STORE_LOCKED names the process that holds it, STORE_NEWER_SCHEMA, STORE_UNSAFE (the disk or a setting cannot be
 * relied on), STORE_CORRUPT (a damaged page, a broken audit trail, a migration that this program does not know).
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const file = safeDataFile(options.path)
  try {
    return await openRestored(file, options, [])
  } catch (error) {
    if (!isDiskFull(error)) throw error
    if (!new Ballast(dirname(file)).free()) throw fullError(file, error)
  }
  try {
    return await openRestored(file, options, [`the disk of ${file} is full; the ballast was given up`])
  } catch (error) {
    throw isDiskFull(error) ? fullError(file, error) : error
  }
}

function fullError(file: string, cause: unknown): RmError {
  return new RmError(
    'STORE_UNWRITABLE',
    `the disk of ${file} is full, and there is no ballast to give up`,
    { file },
    cause,
  )
}

/** @param begun - what was done for this start already, for a human */
async function openRestored(file: string, options: StoreOptions, begun: readonly string[]): Promise<Store> {
  const folders = [dirname(file), ...(options.secondFolder === null ? [] : [options.secondFolder])]
  const recovery: string[] = [...begun]
  if (isMissing(file, folders)) {
    recovery.push(`the database ${file} was gone`)
    setAside(file, options.now())
    recovery.push(...(await restoreNewestBackup(file)))
  }
  try {
    return await openSound(file, options, folders, recovery)
  } catch (error) {
    if (!(error instanceof RmError) || error.code !== 'STORE_CORRUPT') throw error
    // Better no start than one without a lockout that nothing else knows.
    if (!isCovered(unreadableLockouts(file), readLockSnapshots(folders).snapshots)) throw error
    const salvaged = salvageLocks(file, options.now())
    recovery.push(`${error.message}; it was set aside in ${setAside(file, options.now())}`)
    recovery.push(...(await restoreNewestBackup(file)))
    return await openSound(file, options, folders, recovery, salvaged)
  }
}

async function openSound(
  file: string,
  options: StoreOptions,
  folders: readonly string[],
  recovery: readonly string[],
  salvaged: LockSnapshot | null = null,
): Promise<Store> {
  const database = openOrNameOwner(file)
  try {
    const now = options.now()
    writeOwner(file, { pid: process.pid, startedAt: now, dataFolder: dirname(file) })
    refuseNewerSchema(database)
    checkIntegrity(database)
    await migrate(database, now)
    checkHead(database)
    checkStanding(database)
    const { snapshots, unusable } = readLockSnapshots(folders)
    const known = salvaged === null ? snapshots : [...snapshots, salvaged]
    const merged = mergeLockSnapshots(database, known)
    const kept = options.care === undefined ? null : keptAside(options.care)
    const witnesses = [
      ...known,
      ...listBackups(dirname(file)).map(({ manifest }) => manifest),
      ...(kept?.found.entries ?? []),
    ]
    const earlier = witnesses.map((one) => one.epoch)
    const epoch = beginRun(database, options.program.version, now, Math.max(0, ...earlier))
    reserveLog(file)
    const connection = new StoreConnection(database, epoch)
    const told = [...recovery, ...unusable, ...merged]
    let access: DatabaseAccess = new DirectAccess(connection)
    if (kept !== null) {
      const taken = takeOverJournal(connection, epoch, kept, now)
      told.push(...taken.told)
      access = new CarefulAccess(connection, epoch, taken.journal, kept.care, options.now)
    }
    return new Store(access, epoch, { recovery: told, beforeUnlock: () => removeOwner(file) })
  } catch (error) {
    removeOwner(file)
    database.close()
    throw asStoreError(error, file)
  }
}

function keptAside(care: DiskCare): { readonly care: DiskCare; readonly file: string; readonly found: FoundJournal } {
  const file = care.emergencyJournal
  return { care, file, found: readEmergencyJournal(file) }
}

function openOrNameOwner(file: string): Database {
  try {
    return openDurably(file)
  } catch (error) {
    if (error instanceof RmError && error.code === 'STORE_LOCKED') throw lockedError(file, file)
    throw error
  }
}

/**
 * A new run with the next epoch. Ids carry it, so a run on a restored database must not be given that of one which is known from elsewhere:
 * its lockouts would take the place of those that were merged.
 *
 * @param after - the newest epoch that anything beside the database knows
 */
export function beginRun(database: Database, version: string, at: Instant, after = 0): number {
  const inserted = database
    .prepare('INSERT INTO run (epoch, version, started_at) SELECT max(coalesce(max(epoch), 0), ?) + 1, ?, ? FROM run')
    .run(after, version, at)
  return Number(inserted.lastInsertRowid)
}
