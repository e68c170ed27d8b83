import type { AccountId, Instant } from '@rm/domain'
import Sqlite from 'better-sqlite3'
import type { Compilable } from 'kysely'
import { z } from 'zod'
import { type AuditWish, History } from './history.ts'
import { takeLockSnapshot } from './lock-snapshot.ts'
import { Queries } from './queries.ts'
import { checkStanding, hasUnfinishedProtection, readStoredAccount } from './stored-account.ts'

/** One statement of the product, and how SQLite would go about it. */
export interface QueryPlan {
  /** What is asked for, in words. */
  readonly reading: string
  readonly sql: string
  /** Lines of `EXPLAIN QUERY PLAN`: `SEARCH trade USING INDEX …`, `SCAN trade`. */
  readonly steps: readonly string[]
}

/** Whom and when the readings are made for: a story is told only where there is one. */
export interface PlanSubject {
  readonly accountId: AccountId
  readonly day: { readonly label: string; readonly start: Instant; readonly end: Instant }
  readonly originId: string
}

const NEWEST_AUDIT: AuditWish = {
  after: 0,
  before: Number.MAX_SAFE_INTEGER,
  order: 'newest',
  limit: 100,
  action: null,
  actor: null,
  accountId: null,
}

/** Makes every reading of the product on a database that no daemon uses, and asks SQLite for the plan of each of its statements. */
export function queryPlans(file: string, { accountId, day, originId }: PlanSubject): readonly QueryPlan[] {
  const seen = new SeenStatements()
  const database = new Sqlite(file, { readonly: true, verbose: (sql) => seen.ran(String(sql)) })
  try {
    const queries = new SeenQueries(database, seen)
    const history = new History(queries)
    const span = { accountId, since: day.start, until: day.end }
    const readings: Readonly<Record<string, () => unknown>> = {
      'an account at its start': () => readStoredAccount(queries, accountId, day.start),
      'what stands, at the start': () => checkStanding(database),
      'unfinished protection': () => hasUnfinishedProtection(queries),
      'the lock snapshot': () => takeLockSnapshot(database, 1, { seq: 0, hash: '' }, day.start),
      'the newest lockouts': () => history.lockouts(PAGE),
      'the newest breaches': () => history.breaches(PAGE),
      'the newest explanations': () => history.newestStories(1),
      'one explanation': () => history.storiesOf(originId),
      'a page of the audit trail': () => history.audit(NEWEST_AUDIT),
      'the trades of a span': () => history.tradesOf(span),
      'the breaches of a span': () => history.breachesOf(span),
      'the lockouts of a span': () => history.lockoutsOf(span),
    }
    const statements = Object.entries(readings).flatMap(([reading, read]) => {
      read()
      return seen.take().map(([sql, parameters]) => ({ reading, sql, parameters }))
    })
    return statements.map(({ reading, sql, parameters }) => ({
      reading,
      sql,
      steps: stepsOf(database, sql, parameters),
    }))
  } finally {
    database.close()
  }
}

/** Statements as they are prepared: with values in the place of its parameters a statement may get another plan. */
class SeenStatements {
  #seen = new Map<string, readonly unknown[]>()
  #isPrepared = false

  /** The driver tells a statement with its values. */
  ran(sql: string): void {
    if (!this.#isPrepared) this.#seen.set(sql, [])
  }

  prepared<Rows>(sql: string, parameters: readonly unknown[], run: () => Rows): Rows {
    this.#seen.set(sql, parameters)
    this.#isPrepared = true
    try {
      return run()
    } finally {
      this.#isPrepared = false
    }
  }

  take(): readonly (readonly [sql: string, parameters: readonly unknown[]])[] {
    const taken = [...this.#seen]
    this.#seen = new Map()
    return taken
  }
}

class SeenQueries extends Queries {
  readonly #seen: SeenStatements

  constructor(database: Sqlite.Database, seen: SeenStatements) {
    super(database)
    this.#seen = seen
  }

  override rows(query: Compilable): readonly unknown[] {
    const { sql, parameters } = query.compile()
    return this.#seen.prepared(sql, parameters, () => super.rows(query))
  }
}

/** The default of the local API. */
const PAGE = 50

const Step = z.object({ detail: z.string() })

function stepsOf(database: Sqlite.Database, sql: string, parameters: readonly unknown[]): readonly string[] {
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...parameters)
    .map((row) => Step.parse(row).detail)
}
