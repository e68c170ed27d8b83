import { existsSync, rmSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { CommitFault } from './fault.ts'

/** Puts a fault into every commit of the process. To be called before the store is opened. */
export function spoilCommits(fault: CommitFault): void {
  // The prototype gives each method away to the store that prepares its transaction with it.
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the database again, below
  const begin = Sqlite.prototype.transaction
  Sqlite.prototype.transaction = function transaction(work) {
    return begin.call(this, (...args: unknown[]) => {
      const result: unknown = work(...args)
      if (existsSync(fault.armedBy)) strike(fault)
      return result
    })
  }
}

function strike({ how, armedBy }: CommitFault): void {
  if (how === 'refused') throw new Sqlite.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE')
  rmSync(armedBy)
  const end = performance.now() + SLOW_MS
  while (performance.now() < end);
}

const SLOW_MS = 2_000
