import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { type Backup, type BackupManifest, backupName, manifestFile, manifestText, sha256Of } from './backup-files.ts'
import { checkCopy } from './check-copy.ts'
import { besideOf, moveDurably, writeDurably } from './durable-file.ts'
import { type HoldCopy, removeCopy } from './held-copy.ts'

/** Pages that are copied before other work gets its turn: about a millisecond, with the writes to the copy. */
const PAGES_A_STEP = 16

export interface BackupOptions {
  /** The run that makes it. */
  readonly epoch: number
  readonly at: Instant
  /** Made when it is missing. */
  readonly folder: string
  /** Holds the copy meanwhile, and makes it a file of its own. */
  readonly hold: HoldCopy
}

/**
 * Copies the open database page by page while the daemon goes on, and gives the copy its name only when it is whole, checked and synced
 * (reliability 3.7, D-19). Errors come as the driver and the disk throw them; then there is no backup.
 */
export async function makeBackup(database: Database, { epoch, at, folder, hold }: BackupOptions): Promise<Backup> {
  const file = join(folder, backupName(at))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Always the same name: what a killed process left is in the way of the next copy, and goes.
  const beside = besideOf(join(folder, 'state.db'))
  await removeCopy(beside)
  const held = await hold(beside)
  try {
    await database.backup(beside, { progress: () => PAGES_A_STEP })
    const manifest: BackupManifest = { format: 1, at, epoch, ...(await held.finish()) }
    await moveDurably(beside, file)
    await writeDurably(manifestFile(file), manifestText(manifest))
    return { file, manifest }
  } finally {
    await held.release()
    await removeCopy(beside)
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
