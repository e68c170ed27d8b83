import { existsSync, statSync } from 'node:fs'
import { RmError } from '@rm/domain'
import { readEmergencyJournal } from './emergency-journal.ts'
import { Queries } from './queries.ts'
import { readOnly } from './read-only.ts'
import { readLockSnapshots } from './recover-database.ts'
import { hasUnfinishedProtection } from './stored-account.ts'

/**
 * Whether a start has something to go on with: the database has a lockout or an unfinished goal. One that cannot be read may have, so it counts;
 * one that another process holds is looked after by that.
 *
 * @param snapshotFolders - where lock snapshots lie: they speak for a database that is gone
 * @param emergencyJournal - what waits there may be a lockout
 */
export function holdsProtection(file: string, snapshotFolders: readonly string[], emergencyJournal: string): boolean {
  if (readEmergencyJournal(emergencyJournal).entries.length > 0) return true
  if (!existsSync(file) || statSync(file).size === 0) {
    const { snapshots } = readLockSnapshots(snapshotFolders)
    return snapshots.some(({ tables }) => tables.lockout.length > 0 || tables.goal.length > 0)
  }
  try {
    return readOnly(file, (database) => hasUnfinishedProtection(new Queries(database)))
  } catch (error) {
    if (!(error instanceof RmError)) throw error
    return error.code !== 'STORE_LOCKED'
  }
}
