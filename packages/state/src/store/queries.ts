import type { Database } from 'better-sqlite3'
import { type Compilable, Kysely, SqliteDialect } from 'kysely'
import type { StoreSchema } from './schema.ts'

/**
 * The statements off the event path: written with Kysely, which checks tables and columns, and run on the driver at once. Kysely's own
 * execution is asynchronous only, and nothing may come between the statements of a transaction.
 */
export class Queries {
  readonly build: Kysely<StoreSchema>
  readonly #database: Database

  constructor(database: Database) {
    this.build = new Kysely<StoreSchema>({ dialect: new SqliteDialect({ database }) })
    this.#database = database
  }

  /** The rows as the driver gives them: readers validate them. */
  rows(query: Compilable): readonly unknown[] {
    const { sql, parameters } = query.compile()
    return this.#database.prepare(sql).all(...parameters)
  }

  run(query: Compilable): void {
    const { sql, parameters } = query.compile()
    this.#database.prepare(sql).run(...parameters)
  }
}
