import { AccountId, type Instant, type Severity } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { json, moment, readRow, upsertSql } from './columns.ts'
import type { AlertTableRow } from './schema.ts'

/** Something that people are called for, from its beginning to its end: an incident. */
export interface AlertRecord {
  /** Unique over all runs on this store; receivers know a repetition by it. */
  readonly id: string
  /** What it is about, in words of this program: a condition of an account, a breach, its lockout. One incident may go by several. */
  readonly keys: readonly string[]
  /** The condition, or the rule. */
  readonly code: string
  readonly severity: Severity
  readonly accountId: AccountId | null
  /** One sentence for people. */
  readonly text: string
  readonly details: readonly string[]
  readonly begunAt: Instant
  readonly lastSeenAt: Instant
  /** How often it was noticed. */
  readonly seenCount: number
  /** Raised whenever people should hear of it again. */
  readonly revision: number
  readonly overAt: Instant | null
  readonly acknowledgedAt: Instant | null
  /** By channel: who is owed this alert, and what was told there. */
  readonly told: Readonly<Record<string, Told>>
}

interface Told {
  /** The newest revision that was delivered; 0: none yet. */
  readonly revision: number
  readonly at: Instant | null
}

/** The alerts of this store. They are few: one for each condition that stands, and those of the last days. */
export class AlertTable {
  readonly #database: () => Database

  /** @param database - another one after it had to be made anew */
  constructor(database: () => Database) {
    this.#database = database
  }

  /** All of them, oldest first. Throws `RmError` STORE_CORRUPT for a row that cannot be read. */
  load(): readonly AlertRecord[] {
    const rows = this.#database().prepare('SELECT * FROM alert ORDER BY begun_at, id').all()
    return rows.map(recordOf)
  }

  /** Writes these and removes those, in one transaction. */
  save(changed: readonly AlertRecord[], removed: readonly string[]): void {
    const database = this.#database()
    const upsert = database.prepare(UPSERT)
    const remove = database.prepare('DELETE FROM alert WHERE id = ?')
    const write = database.transaction(() => {
      for (const record of changed) upsert.run(rowOf(record))
      for (const id of removed) remove.run(id)
    })
    write.immediate()
  }
}

const UPSERT = upsertSql(
  'alert',
  ['id'],
  [
    'keys',
    'code',
    'severity',
    'account_id',
    'text',
    'details',
    'begun_at',
    'last_seen_at',
    'seen_count',
    'revision',
    'over_at',
    'acknowledged_at',
    'told',
  ],
)

function rowOf(record: AlertRecord): AlertTableRow {
  return {
    id: record.id,
    keys: JSON.stringify(record.keys),
    code: record.code,
    severity: record.severity,
    account_id: record.accountId,
    text: record.text,
    details: JSON.stringify(record.details),
    begun_at: record.begunAt,
    last_seen_at: record.lastSeenAt,
    seen_count: record.seenCount,
    revision: record.revision,
    over_at: record.overAt,
    acknowledged_at: record.acknowledgedAt,
    told: JSON.stringify(record.told),
  }
}

const Row = z.object({
  id: z.string(),
  keys: json(z.array(z.string())),
  code: z.string(),
  severity: z.enum(['warning', 'error', 'critical']),
  account_id: AccountId.nullable(),
  text: z.string(),
  details: json(z.array(z.string())),
  begun_at: moment,
  last_seen_at: moment,
  seen_count: z.int(),
  revision: z.int(),
  over_at: moment.nullable(),
  acknowledged_at: moment.nullable(),
  told: json(z.record(z.string(), z.object({ revision: z.int(), at: moment.nullable() }))),
})

function recordOf(stored: unknown): AlertRecord {
  const row = readRow('alert', Row, stored)
  return {
    id: row.id,
    keys: row.keys,
    code: row.code,
    severity: row.severity,
    accountId: row.account_id,
    text: row.text,
    details: row.details,
    begunAt: row.begun_at,
    lastSeenAt: row.last_seen_at,
    seenCount: row.seen_count,
    revision: row.revision,
    overAt: row.over_at,
    acknowledgedAt: row.acknowledged_at,
    told: row.told,
  }
}
