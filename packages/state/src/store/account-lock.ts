import { join } from 'node:path'
import { type AccountId, type Instant, RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import { safeDataFile } from './data-file.ts'
import { asStoreError } from './durable-database.ts'
import { lockedError, removeOwner, writeOwner } from './owner-file.ts'

export interface AccountLockOptions {
  /** One folder for all daemons of this machine, owned by the user they run as. */
  readonly directory: string
  readonly accountId: AccountId
  /** Of the daemon that takes the lock, for the one that is refused. */
  readonly dataFolder: string
  readonly now: Instant
}

/**
 * Keeps a second daemon on this machine from driving the same account out of another data folder (reliability P-14).
 * Throws `RmError` STORE_LOCKED naming the holder.
 */
export function lockAccount(options: AccountLockOptions): AccountLock {
  const file = safeDataFile(join(options.directory, `account-${options.accountId}.lock`))
  let database: Database | null = null
  try {
    database = new Sqlite(file, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    const failure = asStoreError(error, file)
    const isLocked = failure instanceof RmError && failure.code === 'STORE_LOCKED'
    throw isLocked ? lockedError(file, `account ${options.accountId}`) : failure
  }
  writeOwner(file, { pid: process.pid, startedAt: options.now, dataFolder: options.dataFolder })
  return new AccountLock(file, database)
}

/** An account that is held. The kernel frees it when the process dies, however it dies. */
export class AccountLock implements Disposable {
  readonly #file: string
  readonly #database: Database

  constructor(file: string, database: Database) {
    this.#file = file
    this.#database = database
  }

  release(): void {
    if (!this.#database.open) return
    removeOwner(this.#file)
    this.#database.close()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
