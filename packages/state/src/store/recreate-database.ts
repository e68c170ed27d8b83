import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Instant, RmError } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import Sqlite from 'better-sqlite3'
import { type AuditHead, readHead } from './audit-chain.ts'
import { checkCopy } from './check-copy.ts'
import { checkIntegrity, openDurably, reserveLog } from './durable-database.ts'
import { besideOf } from './durable-file.ts'
import { setAside } from './recover-database.ts'

/**
 * Makes the file of an open database anew from what the connection has: pages in its memory and files that lost their names. What stands at the
 * name now is set aside. The old connection is closed (reliability D-09).
 *
 * Throws `RmError` or what the driver says when the copy is not whole; then nothing was changed.
 *
 * @param head - the newest audit record that was committed: the copy must have it
 */
export function recreateDatabase(database: Database, file: string, head: AuditHead, at: Instant): Database {
  const beside = besideOf(file)
  rmSync(beside, { force: true })
  try {
    database.prepare('VACUUM INTO ?').run(beside)
    checkCopy(beside)
    requireHead(beside, head)
    sync(beside)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
  setAside(file, at)
  renameSync(beside, file)
  if (process.platform !== 'win32') sync(dirname(file))
  const fresh = openDurably(file)
  reserveLog(file)
  // Reads it into memory, from where it can be made anew once more.
  checkIntegrity(fresh)
  // Its file has another name now, so that SQLite leaves alone what lies at the old one.
  database.close()
  return fresh
}

function requireHead(file: string, head: AuditHead): void {
  const copy = new Sqlite(file, { readonly: true })
  try {
    const found = readHead(copy)
    if (found.seq === head.seq && found.hash === head.hash) return
    throw new RmError('STORE_CORRUPT', `${file} ends at audit record ${found.seq}, not ${head.seq}`, { found, head })
  } finally {
    copy.close()
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
