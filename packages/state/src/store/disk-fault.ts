import Sqlite from 'better-sqlite3'

/** Whether the disk or the file is at fault, and not what was to be written (reliability D-05, D-07, D-09). */
export function isDiskFault(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && DISK_FAULT.test(error.code)
}

/** Whether there is no room left, by the driver's word or the file system's. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'SQLITE_FULL' || error.code === 'ENOSPC' || error.code === 'EDQUOT'
}

const DISK_FAULT = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY)/
