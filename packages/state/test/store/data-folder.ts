import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { NOON } from './turn-records.ts'

/** A data folder of a test's own, gone with it. */
export class DataFolder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'rm-store-'))

  get database(): string {
    return join(this.path, 'risk_manager.db')
  }

  file(name: string): string {
    return join(this.path, name)
  }

  open(): Promise<Store> {
    return openStore({ path: this.database, secondFolder: null, now: () => NOON, program: { version: '0.1.0' } })
  }

  /** The database that a start has set aside. */
  setAside(): string {
    const [moment] = readdirSync(this.file('set-aside'))
    return join(this.file('set-aside'), moment ?? '', 'risk_manager.db')
  }

  /** The closed database without the store around it, as somebody with a shell sees it. */
  tamper(work: (database: Database) => void): void {
    const database = new Sqlite(this.database)
    try {
      work(database)
    } finally {
      database.close()
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
