import { lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type AccountId, type Instant, RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import { lockedError, removeOwner, writeOwner } from '../store/owner-file.ts'
import { leaseFolder } from './lease-folder.ts'

export interface LeaseRequest {
  /** Home of the daemon's user, `homeOfUser()`. */
  readonly home: string
  /** Address of the gateway: an account is one of a gateway. */
  readonly apiUrl: string
  readonly accounts: readonly AccountId[]
  /** What a second daemon is told of this one. */
  readonly holder: { readonly startedAt: Instant; readonly dataFolder: string }
}

/**
 * The leases of a daemon: while it lives no other of this user may enforce the same accounts, whatever its data folder (reliability P-14, 3.6). Each is
 * the lock on a file, which the kernel frees when the process dies, however it dies; so nothing stale is ever left to be removed.
 */
export class AccountLeases {
  readonly #held: readonly Lease[]

  private constructor(held: readonly Lease[]) {
    this.#held = held
  }

  /**
   * Takes the leases of all accounts, or of none.
   *
   * Throws `RmError` ACCOUNT_LEASED, which names the process that holds one, and LEASE_UNSAFE when their place cannot be relied on.
   */
  static take({ home, apiUrl, accounts, holder }: LeaseRequest): AccountLeases {
    const folder = leaseFolder(home)
    const held: Lease[] = []
    try {
      // In one order everywhere: of two daemons that start together, one gets them all.
      for (const account of accounts.toSorted((a, b) => a - b)) {
        const file = join(folder, leaseName(apiUrl, account))
        held.push({ file, database: lockAccount(file, `account ${account} of ${apiUrl}`) })
        writeOwner(file, { pid: process.pid, ...holder })
      }
      const leases = new AccountLeases(held)
      OF_THIS_PROCESS.add(leases)
      return leases
    } catch (error) {
      held.forEach(release)
      throw error
    }
  }

  /** Gives them back. The death of the process does it as well. */
  release(): void {
    this.#held.forEach(release)
    OF_THIS_PROCESS.delete(this)
  }
}

/** What nobody refers to any more is closed by the garbage collector, and its lock is gone. A lease lasts as long as the process. */
const OF_THIS_PROCESS = new Set<AccountLeases>()

/** The file name of a lease. Accounts of two gateways may have the same number; a dot at the end of a host changes nothing of where it leads. */
export function leaseName(apiUrl: string, account: AccountId): string {
  const { protocol, hostname, port } = new URL(apiUrl)
  const defaultPort = protocol === 'https:' ? '443' : '80'
  const gateway = encodeURIComponent(`${hostname.replace(/\.+$/, '')}_${port === '' ? defaultPort : port}`)
  return `${gateway}_${account}.lease`
}

interface Lease {
  readonly file: string
  readonly database: Database
}

/** How long a predecessor that is just ending is waited for. */
const LOCK_WAIT_MS = 250
/** The file was removed between looking at it and locking it, each time by a daemon that ended. */
const ATTEMPTS_MAX = 10

/** The locked file. It was there before it was opened and is there still, so nobody removed what the lock is on. */
function lockAccount(file: string, what: string): Database {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = identityOf(file)
    const database = lock(file, what)
    if (before !== null && identityOf(file) === before) return database
    database.close()
  }
  throw new RmError('ACCOUNT_LEASED', `${what} is being taken and given back by others`)
}

function lock(file: string, what: string): Database {
  let database: Database | null = null
  try {
    database = new Sqlite(file, { timeout: LOCK_WAIT_MS })
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = MEMORY')
    // In exclusive locking mode the lock of the first transaction is kept.
    database.exec('BEGIN EXCLUSIVE; COMMIT')
    return database
  } catch (error) {
    database?.close()
    if (!(error instanceof Sqlite.SqliteError)) throw error
    if (!error.code.startsWith('SQLITE_BUSY')) {
      throw new RmError('LEASE_UNSAFE', `${file}: ${error.message}`, { sqlite: error.code }, error)
    }
    const { message, details } = lockedError(file, what)
    throw new RmError('ACCOUNT_LEASED', message, details)
  }
}

/** Which file it is; `null`: none yet. Throws `RmError` LEASE_UNSAFE for one with another name: a lock on it would be one on that other, too. */
function identityOf(file: string): bigint | null {
  const found = lstatSync(file, { bigint: true, throwIfNoEntry: false })
  if (found === undefined) return null
  if (!found.isFile()) throw new RmError('LEASE_UNSAFE', `${file} is not a regular file`, { file })
  if (found.nlink > 1n) throw new RmError('LEASE_UNSAFE', `${file} has more than one name (hard link)`, { file })
  return found.ino
}

/** With the lock still held, or it would be the file of a successor that is removed. */
function release({ file, database }: Lease): void {
  removeOwner(file)
  try {
    rmSync(file)
  } catch {
    // Windows removes no file that is open. An empty one that stays harms nobody.
  }
  database.close()
}
