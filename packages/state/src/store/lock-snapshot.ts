import { hash } from 'node:crypto'
import type { Instant } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { type AuditHead, recordHash } from './audit-chain.ts'
import { canonicalJson } from './canonical-json.ts'
import { breachOf } from './rows/breach-row.ts'
import { commandRecordOf } from './rows/command-row.ts'
import { pursuedGoalOf } from './rows/goal-row.ts'
import { lockoutOf } from './rows/lockout-row.ts'
import { positionCycleOf } from './rows/position-cycle-row.ts'

/*
 * What the gateway cannot give back (reliability 3.7), small enough to be written on every change of a lockout: a database that is lost, spoilt
 * or older than it must not unlock anybody.
 */

const UNSETTLED = "state IN ('sending', 'acked', 'in-doubt')"
/** Warnings are given once in a trading day; older ones are asked for by nobody. */
const NEWEST_WARNINGS = 'given_at > (SELECT max(given_at) FROM warning_mark) - 172800000'

/** Which rows go in: those that still have to hold, the marks of what was done, and the meters. A request may outlive the goal that it refers to. */
const SELECTIONS = {
  lockout: 'SELECT * FROM lockout WHERE ended_at IS NULL',
  breach: 'SELECT * FROM breach WHERE ended_at IS NULL',
  goal: `SELECT * FROM goal WHERE state IN ('pursued', 'escalated')
    UNION SELECT goal.* FROM command JOIN goal ON goal.account_id = command.account_id AND goal.id = command.goal_id
    WHERE command.${UNSETTLED}`,
  command: `SELECT * FROM command WHERE ${UNSETTLED}`,
  position_cycle: 'SELECT * FROM position_cycle WHERE closed_at IS NULL',
  settings_in_force: 'SELECT * FROM settings_in_force',
  reset_mark:
    'SELECT account_id, kind, max(instant) AS instant, processed_at FROM reset_mark GROUP BY account_id, kind',
  warning_mark: `SELECT * FROM warning_mark WHERE ${NEWEST_WARNINGS}`,
  last_turn: 'SELECT * FROM last_turn',
} as const
type SnapshotTable = keyof typeof SELECTIONS

const Cell = z.union([z.string(), z.number(), z.null()])
const Rows = z.array(z.record(z.string(), Cell))
/** Snapshots of earlier versions lack the table. */
const LaterRows = Rows.default([])

const SnapshotJson = z.object({
  format: z.literal(1),
  at: z.int(),
  epoch: z.int(),
  head: z.object({ seq: z.int(), hash: z.string() }),
  tables: z.object({
    lockout: Rows,
    breach: Rows,
    goal: Rows,
    command: LaterRows,
    position_cycle: LaterRows,
    settings_in_force: Rows,
    reset_mark: Rows,
    warning_mark: LaterRows,
    last_turn: Rows,
  } satisfies Record<SnapshotTable, typeof Rows | typeof LaterRows>),
})

/** Locks, unfinished goals and requests, meters, marks and settings at one moment, with the head of the audit trail that they belong to. */
export type LockSnapshot = z.output<typeof SnapshotJson>

const Sealed = z.object({ sha256: z.string(), snapshot: z.unknown() })

export function takeLockSnapshot(database: Database, epoch: number, head: AuditHead, at: Instant): LockSnapshot {
  const rowsOf = (table: SnapshotTable): z.output<typeof Rows> => Rows.parse(database.prepare(SELECTIONS[table]).all())
  return {
    format: 1,
    at,
    epoch,
    head,
    tables: {
      lockout: rowsOf('lockout'),
      breach: rowsOf('breach'),
      goal: rowsOf('goal'),
      command: rowsOf('command'),
      position_cycle: rowsOf('position_cycle'),
      settings_in_force: rowsOf('settings_in_force'),
      reset_mark: rowsOf('reset_mark'),
      warning_mark: rowsOf('warning_mark'),
      last_turn: rowsOf('last_turn'),
    },
  }
}

/** Without the rows that damage made unreadable: another snapshot may have them whole. */
export function withReadableRows(snapshot: LockSnapshot): LockSnapshot {
  const { lockout, breach, goal, command, position_cycle: cycle } = snapshot.tables
  const tables = {
    ...snapshot.tables,
    lockout: lockout.filter(isReadableLockout),
    breach: breach.filter((row) => isReadable(() => breachOf(row))),
    goal: goal.filter((row) => isReadable(() => pursuedGoalOf(row))),
    command: command.filter((row) => isReadable(() => commandRecordOf(row))),
    position_cycle: cycle.filter((row) => isReadable(() => positionCycleOf(row))),
  }
  return { ...snapshot, tables }
}

/** Whether the row is a lockout as it was written. */
export function isReadableLockout(row: SnapshotRow): boolean {
  return isReadable(() => lockoutOf(row))
}

/** The snapshot with the rows of another in the place of lockouts that damage made unreadable; without one the damaged row stays, and stops a start. */
export function mendedBy(snapshot: LockSnapshot, others: readonly LockSnapshot[]): LockSnapshot {
  const whole = others.flatMap(({ tables }) => tables.lockout).filter(isReadableLockout)
  const lockout = snapshot.tables.lockout.map((row) =>
    isReadableLockout(row)
      ? row
      : (whole.findLast((one) => one['id'] === row['id'] && one['account_id'] === row['account_id']) ?? row),
  )
  return { ...snapshot, tables: { ...snapshot.tables, lockout } }
}

function isReadable(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}

/** The text of a snapshot's file: with a hash, because a disk that spoilt the database may have spoilt this as well. */
export function snapshotText(snapshot: LockSnapshot): string {
  return `${JSON.stringify({ sha256: hash('sha256', canonicalJson(snapshot)), snapshot })}\n`
}

/** `null` for a text that is no snapshot, or not as it was written. */
export function snapshotOf(text: string): LockSnapshot | null {
  try {
    const { sha256, snapshot } = Sealed.parse(JSON.parse(text))
    return hash('sha256', canonicalJson(snapshot)) === sha256 ? SnapshotJson.parse(snapshot) : null
  } catch {
    return null
  }
}

/** Whether the database is not the one that the snapshot was taken of, or is older than it. */
export function isBehind(database: Database, head: AuditHead, { head: anchor }: LockSnapshot): boolean {
  return anchor.seq > head.seq || (anchor.seq > 0 && recordHash(database, anchor.seq) !== anchor.hash)
}

/**
 * Adds what the database lacks, inside the transaction that is open. Lockouts are united, and of two ends the later one holds: merging can only
 * extend (reliability S-04).
 *
 * @returns lockouts that were added, extended or set again
 */
export function mergeLockSnapshot(database: Database, { tables }: LockSnapshot): number {
  let changed = 0
  for (const row of tables.lockout) changed += insert(database, 'lockout', row) || extendLockout(database, row)
  for (const table of ['breach', 'goal', 'reset_mark', 'warning_mark'] as const) {
    for (const row of tables[table]) insert(database, table, row)
  }
  // What of a request both know is unsettled in both: its effect is looked up before anything is repeated.
  for (const row of tables.command) if (hasItsGoal(database, row)) insert(database, 'command', row)
  for (const row of tables.position_cycle) measureOn(database, row)
  for (const row of tables.settings_in_force) holdTo(database, row)
  for (const row of tables.last_turn) {
    database
      .prepare(
        'INSERT INTO last_turn (account_id, at) VALUES (@account_id, @at) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)',
      )
      .run(row)
  }
  return changed
}

type SnapshotRow = z.output<typeof Rows>[number]

/** A snapshot of an earlier version lacks columns that were added since; they have defaults. */
function insert(database: Database, table: SnapshotTable, row: SnapshotRow): number {
  const known = new Set(database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table))
  const names = Object.keys(row).filter((name) => known.has(name))
  const columns = names.map((name) => `"${name}"`).join(', ')
  const places = names.map(() => '?').join(', ')
  return database
    .prepare(`INSERT INTO ${table} (${columns}) VALUES (${places}) ON CONFLICT DO NOTHING`)
    .run(...names.map((name) => row[name])).changes
}

/** The goal of a request may have been unreadable; the request alone is refused by the database. */
function hasItsGoal(database: Database, { account_id: accountId, goal_id: goalId }: SnapshotRow): boolean {
  if (goalId === null) return true
  return database.prepare('SELECT 1 FROM goal WHERE account_id = ? AND id = ?').get(accountId, goalId) !== undefined
}

/** Of a position that both know the one measured later holds, whole: its meters fit each other. */
function measureOn(database: Database, row: SnapshotRow): void {
  database
    .prepare('DELETE FROM position_cycle WHERE account_id = @account_id AND id = @id AND measured_at < @measured_at')
    .run({ account_id: row['account_id'], id: row['id'], measured_at: row['measured_at'] })
  insert(database, 'position_cycle', row)
}

/** It stood when the snapshot was taken, which is later than anything that the database can know. */
function extendLockout(database: Database, row: SnapshotRow): number {
  return database
    .prepare(
      `UPDATE lockout SET end_at = max(end_at, @end_at), ended_at = NULL, end_cause = NULL
       WHERE account_id = @account_id AND id = @id AND (ended_at IS NOT NULL OR end_at < @end_at)`,
    )
    .run({ account_id: row['account_id'], id: row['id'], end_at: row['end_at'] ?? null }).changes
}

/**
 * The database has gone on from the snapshot, and every end of a lockout since is in its audit trail. One that is not was edited into the file: the
 * lockout stands again.
 *
 * @returns lockouts that were set again or extended
 */
export function standAgain(database: Database, { head, tables }: LockSnapshot): number {
  const ended = database
    .prepare("SELECT 1 FROM audit WHERE action = 'lockout-ended' AND subject = ? AND seq > ? LIMIT 1")
    .pluck()
  let changed = 0
  for (const row of tables.lockout) {
    if (ended.get(row['id'], head.seq) === undefined) changed += extendLockout(database, row)
  }
  return changed
}

/** One more of the settings of which the strictest holds. */
function holdTo(database: Database, row: SnapshotRow): void {
  database
    .prepare(
      `INSERT INTO settings_in_force (account_id, position, source, since)
       SELECT @account_id, (SELECT coalesce(max(position), -1) + 1 FROM settings_in_force WHERE account_id = @account_id), @source, @since
       WHERE NOT EXISTS (SELECT 1 FROM settings_in_force WHERE account_id = @account_id AND source = @source)`,
    )
    .run({ account_id: row['account_id'], source: row['source'], since: row['since'] })
}
