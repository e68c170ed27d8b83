import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import { checkHead, readHead } from './audit-chain.ts'
import {
  type Backup,
  backupFolder,
  type BackupManifest,
  backupName,
  manifestFile,
  manifestText,
  sha256Of,
} from './backup-files.ts'
import { besideOf, moveDurably, writeDurably } from './durable-file.ts'
import { asStoreError, checkIntegrity } from './durable-database.ts'
import { refuseNewerSchema } from './migrate.ts'

/** Pages that are copied before other work gets its turn: below a millisecond on a slow disk's cache. */
const PAGES_A_STEP = 64

/**
 * Copies the open database page by page while the daemon goes on, and gives the copy its name only when it is whole, checked and synced
 * (reliability 3.7, D-19). Errors come as the driver and the disk throw them; then there is no backup.
 *
 * @param check - reads all of the copy, {@link checkCopy} on a thread where that may not take the caller's time
 */
export async function makeBackup(
  database: Database,
  epoch: number,
  at: Instant,
  check: (file: string) => Promise<void>,
): Promise<Backup> {
  const file = join(backupFolder(dirname(database.name)), backupName(at))
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const beside = besideOf(file)
  await rm(beside, { force: true })
  try {
    await database.backup(beside, { progress: () => PAGES_A_STEP })
    const { schema, head } = closeLog(beside)
    await check(beside)
    const { size } = await stat(beside)
    const manifest: BackupManifest = { format: 1, at, epoch, schema, bytes: size, sha256: await sha256Of(beside), head }
    await moveDurably(beside, file)
    await writeDurably(manifestFile(file), manifestText(manifest))
    return { file, manifest }
  } finally {
    await rm(beside, { force: true })
  }
}

/** Whether a backup is what was written, and a database that this program can start on. Throws `RmError`: STORE_CORRUPT, STORE_NEWER_SCHEMA. */
export async function verifyBackup({ file, manifest }: Backup): Promise<void> {
  const sha256 = await sha256Of(file).catch(() => null)
  if (sha256 !== manifest.sha256) {
    throw new RmError('STORE_CORRUPT', `${file} is not as it was written: its hash differs`, { path: file })
  }
  checkCopy(file)
}

/** Reads all of a copy that nobody else has open. Throws `RmError`: STORE_CORRUPT, STORE_NEWER_SCHEMA. */
export function checkCopy(file: string): void {
  const database = new Sqlite(file, { readonly: true })
  try {
    refuseNewerSchema(database)
    checkIntegrity(database)
    checkHead(database)
  } catch (error) {
    throw asStoreError(error, file)
  } finally {
    database.close()
  }
}

/** One file without a log beside it, so that to read it leaves nothing behind. */
function closeLog(file: string): Pick<BackupManifest, 'schema' | 'head'> {
  const database = new Sqlite(file)
  try {
    database.pragma('journal_mode = DELETE')
    const { seq, hash } = readHead(database)
    return { schema: Number(database.pragma('user_version', { simple: true })), head: { seq, hash } }
  } finally {
    database.close()
  }
}
