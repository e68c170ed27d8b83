import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { type ErrorCode, RmError } from '@rm/domain'
import Sqlite, { type Database } from 'better-sqlite3'
import { isDiskFull } from './disk-fault.ts'

/**
 * Opens a database that this process alone may touch until it closes or dies, with the durability that the write path relies on
 * (reliability 3.6).
 *
 * Throws `RmError` STORE_LOCKED, STORE_CORRUPT or STORE_UNSAFE.
 */
export function openDurably(file: string): Database {
  let database: Database | null = null
  try {
    database = new Sqlite(file, { timeout: LOCK_WAIT_MS })
    applySettings(database)
    takeLock(database)
    return database
  } catch (error) {
    database?.close()
    throw asStoreError(error, file)
  }
}

/**
 * Writes the log's file to a size before it is needed: to sync bytes inside a file costs the disk half of what it costs to make the file
 * longer. The zeros are no frames, so reading the log ends before them.
 */
export function reserveLog(file: string): void {
  const log = openSync(`${file}-wal`, 'r+')
  try {
    const { size } = fstatSync(log)
    if (size < WAL_BYTES_RESERVED) writeSync(log, Buffer.alloc(WAL_BYTES_RESERVED - size), 0, null, size)
    fsyncSync(log)
  } catch (error) {
    // It is faster with the room reserved; on a disk that is nearly full it has to go without.
    if (!isDiskFull(error)) throw error
  } finally {
    closeSync(log)
  }
}

/** Sets what durability rests on and reads it back. Throws `RmError` STORE_UNSAFE when the database does not comply. */
export function applySettings(database: Database): void {
  for (const [pragma, value, expected] of SETTINGS) {
    database.pragma(`${pragma} = ${value}`)
    const found: unknown = database.pragma(pragma, { simple: true })
    if (found !== expected) {
      throw new RmError('STORE_UNSAFE', `${database.name}: ${pragma} is ${String(found)} after setting ${value}`, {
        pragma,
        found,
        expected,
      })
    }
  }
}

/** Throws `RmError` STORE_CORRUPT for a file with a damaged page or a row without the row that it refers to. */
export function checkIntegrity(database: Database): void {
  const damage: unknown = database.pragma('quick_check(1)', { simple: true })
  if (damage !== 'ok') {
    throw new RmError('STORE_CORRUPT', `${database.name} is damaged: ${String(damage)}`, { path: database.name })
  }
  const orphan: unknown = database.pragma('foreign_key_check', { simple: true })
  if (orphan !== undefined) {
    throw new RmError(
      'STORE_CORRUPT',
      `${database.name}: a row of table ${JSON.stringify(orphan)} refers to one that is missing`,
      {
        path: database.name,
      },
    )
  }
}

/** An error of the driver while the file was opened, in our terms; anything else as it is. */
export function asStoreError(error: unknown, file: string): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error
  const code = OPEN_ERRORS.find(([prefix]) => error.code.startsWith(prefix))?.[1]
  return code === undefined ? error : new RmError(code, `${file}: ${error.message}`, { sqlite: error.code }, error)
}

/** How long a predecessor that is just ending is waited for. */
const LOCK_WAIT_MS = 250

/** About twenty-five breaches; a passive checkpoint lets the log begin at its start again. */
const WAL_BYTES_RESERVED = 2 * 1024 * 1024

/** A burst may grow the log further; the next restart of the log cuts it back to this (reliability D-14). */
export const WAL_BYTES_MAX = 64 * 1024 * 1024

/** A database up to this size is in memory whole, and can be made anew from there (reliability D-09). */
const CACHE_KIBIBYTES = 64 * 1024

/** `wal_autocheckpoint` off: the owner of the store has a timer for that, off the event path. */
const SETTINGS: readonly (readonly [pragma: string, value: string, expected: string | number])[] = [
  ['locking_mode', 'EXCLUSIVE', 'exclusive'],
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['mmap_size', '0', 0],
  ['cache_size', String(-CACHE_KIBIBYTES), -CACHE_KIBIBYTES],
  ['wal_autocheckpoint', '0', 0],
  ['journal_size_limit', String(WAL_BYTES_MAX), WAL_BYTES_MAX],
  ['trusted_schema', 'OFF', 0],
  ...(process.platform === 'darwin' ? ([['fullfsync', 'ON', 1]] as const) : []),
]

const OPEN_ERRORS: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['SQLITE_BUSY', 'STORE_LOCKED'],
  ['SQLITE_CORRUPT', 'STORE_CORRUPT'],
  ['SQLITE_NOTADB', 'STORE_CORRUPT'],
  ['SQLITE_CANTOPEN', 'STORE_UNSAFE'],
  ['SQLITE_READONLY', 'STORE_UNSAFE'],
  ['SQLITE_PERM', 'STORE_UNSAFE'],
  ['SQLITE_IOERR', 'STORE_UNSAFE'],
]

/** In exclusive locking mode the lock of the first transaction is kept. */
function takeLock(database: Database): void {
  database.exec('BEGIN EXCLUSIVE; COMMIT')
}
