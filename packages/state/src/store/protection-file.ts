import { existsSync } from 'node:fs'
import { RmError } from '@rm/domain'
import { Queries } from './queries.ts'
import { readOnly } from './read-only.ts'
import { hasUnfinishedProtection } from './stored-account.ts'

/**
 * Whether a start has something to go on with: the database has a lockout or an unfinished goal. One that cannot be read may have, so it counts;
 * one that another process holds is looked after by that.
 */
export function holdsProtection(file: string): boolean {
  if (!existsSync(file)) return false
  try {
    return readOnly(file, (database) => hasUnfinishedProtection(new Queries(database)))
  } catch (error) {
    if (!(error instanceof RmError)) throw error
    return error.code !== 'STORE_LOCKED'
  }
}
