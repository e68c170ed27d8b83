import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { formatInstant, instant, type Instant, RmError } from '@rm/domain'
import { z } from 'zod'

/** Who holds a database: written beside it, because what is inside cannot be read while it is held. */
export interface Owner {
  readonly pid: number
  readonly startedAt: Instant
  readonly dataFolder: string
}

/** To be called with the lock held. The file only names; the lock is SQLite's, and the kernel frees it when the process dies. */
export function writeOwner(databaseFile: string, owner: Owner): void {
  const file = ownerFile(databaseFile)
  writeFileSync(`${file}.new`, JSON.stringify(owner))
  renameSync(`${file}.new`, file)
}

/** To be called with the lock still held, or the successor's name would go. A name that cannot be removed is no harm: its process is gone. */
export function removeOwner(databaseFile: string): void {
  try {
    rmSync(ownerFile(databaseFile), { force: true })
  } catch {
    // On a disk that has become read-only.
  }
}

/**
 * The refusal for somebody who did not get the lock. A name that was left by a process which is gone is not repeated: between taking
 * the lock and writing its name the holder is known only as "another process".
 */
export function lockedError(databaseFile: string, held: string): RmError {
  const owner = readOwner(databaseFile)
  if (owner === null || !isAlive(owner.pid)) {
    return new RmError('STORE_LOCKED', `${held} is in use by another process, which has not left its name`, {})
  }
  return new RmError(
    'STORE_LOCKED',
    `${held} is in use by process ${owner.pid}, started ${formatInstant(owner.startedAt)}, data folder ${owner.dataFolder}`,
    { ...owner },
  )
}

const Owner = z.object({ pid: z.int().positive(), startedAt: z.int().transform(instant), dataFolder: z.string() })

function readOwner(databaseFile: string): Owner | null {
  try {
    return Owner.parse(JSON.parse(readFileSync(ownerFile(databaseFile), 'utf8')))
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function ownerFile(databaseFile: string): string {
  return `${databaseFile}.owner`
}
