import type { Database, Statement } from 'better-sqlite3'
import { AuditChain } from './audit-chain.ts'
import { isDiskFault } from './disk-fault.ts'
import { Queries } from './queries.ts'
import type { StoreWrite, WrittenRow } from './store-write.ts'
import { WRITING_STATEMENTS, type WritingStatement } from './writing-statements.ts'

/** An open database with its statements prepared. It is replaced as a whole when the database has to be made anew. */
export class StoreConnection {
  readonly database: Database
  readonly queries: Queries
  readonly audit: AuditChain
  readonly #statements: ReadonlyMap<WritingStatement, Statement<[WrittenRow[1]]>>
  readonly #transaction: (work: () => void) => void

  constructor(database: Database, epoch: number) {
    this.database = database
    this.queries = new Queries(database)
    this.audit = new AuditChain(database, epoch)
    this.#statements = prepareAll(database)
    const transaction = database.transaction((work: () => void) => work())
    this.#transaction = (work) => transaction.immediate(work)
  }

  /** All of them in one transaction. Throws as the driver does, with nothing written. */
  write(writes: readonly StoreWrite[]): void {
    this.#whole(() => {
      for (const write of writes) this.#apply(write)
    })
  }

  /**
   * All of them in one transaction. One that does not fit the database says why, and all of it but its requests is tried again: what became of those
   * the gateway knows, what was locked it does not. Throws as the driver does when the disk is at fault, with nothing written.
   *
   * @param last - closes the transaction: that these were written is itself written
   */
  writeWhatFits(writes: readonly StoreWrite[], last: StoreWrite): readonly string[] {
    const misfits: string[] = []
    this.#whole(() => {
      for (const write of writes) {
        const misfit = this.#misfitOf(write)
        if (misfit === null) continue
        misfits.push(misfit)
        this.#misfitOf({ ...write, rows: write.rows.filter(([name]) => name !== 'command') })
      }
      this.#apply(last)
    })
    return misfits
  }

  /** Applies the write inside the transaction that is open, or nothing of it. */
  #misfitOf(write: StoreWrite): string | null {
    const { head } = this.audit
    try {
      this.database.transaction(() => this.#apply(write))()
      return null
    } catch (error) {
      if (isDiskFault(error)) throw error
      this.audit.rewind(head)
      return error instanceof Error ? error.message : String(error)
    }
  }

  #whole(work: () => void): void {
    const { head } = this.audit
    try {
      this.#transaction(work)
    } catch (error) {
      this.audit.rewind(head)
      throw error
    }
  }

  #apply({ rows, audit, at, origin }: StoreWrite): void {
    for (const [name, row] of rows) this.#statements.get(name)?.run(row)
    this.audit.append(audit, at, origin)
  }
}

function prepareAll(database: Database): ReadonlyMap<WritingStatement, Statement<[WrittenRow[1]]>> {
  const names = Object.keys(WRITING_STATEMENTS).filter((name): name is WritingStatement => name in WRITING_STATEMENTS)
  return new Map(names.map((name) => [name, database.prepare(WRITING_STATEMENTS[name])]))
}
