import type { AccountId, Instant, StoredAccount, WarningMark } from '@rm/domain'
import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import { z } from 'zod'
import { decimal, moment, readRow } from './columns.ts'
import type { Queries } from './queries.ts'
import { breachOf } from './rows/breach-row.ts'
import { commandRecordOf } from './rows/command-row.ts'
import { pursuedGoalOf } from './rows/goal-row.ts'
import { lockoutOf } from './rows/lockout-row.ts'
import { positionCycleOf } from './rows/position-cycle-row.ts'
import { dayTradeOf } from './rows/trade-row.ts'

/**
 * What the store remembers of an account, oldest first; trades and warnings since the instant given, all else whatever its age.
 * Throws `RmError` STORE_CORRUPT for a row that cannot be read: better no start than one without a lockout.
 */
export function readStoredAccount(queries: Queries, accountId: AccountId, tradesSince: Instant): StoredAccount {
  const { build } = queries
  const trades = build
    .selectFrom('trade')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('at', '>=', tradesSince)
    .orderBy('at')
    .orderBy('microseconds')
    .orderBy('id')
  const cycles = build
    .selectFrom('position_cycle')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('closed_at', 'is', null)
    .orderBy('opened_at')
    .orderBy('id')
  const lockouts = build
    .selectFrom('lockout')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .orderBy('from_at')
    .orderBy('id')
  const breaches = build
    .selectFrom('breach')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .orderBy('first_seen_at')
    .orderBy('id')
  const goals = build
    .selectFrom('goal')
    .selectAll()
    .where('account_id', '=', accountId)
    .where(UNFINISHED)
    .orderBy('begun_at')
    .orderBy('id')
  const commands = build
    .selectFrom('command')
    .selectAll()
    .where('account_id', '=', accountId)
    .where(UNSETTLED)
    .orderBy('sent_at')
    .orderBy('id')
  return {
    trades: queries.rows(trades).map(dayTradeOf),
    cycles: queries.rows(cycles).map(positionCycleOf),
    lockouts: queries.rows(lockouts).map(lockoutOf),
    breaches: queries.rows(breaches).map(breachOf),
    goals: queries.rows(goals).map(pursuedGoalOf),
    commands: queries.rows(commands).map(commandRecordOf),
    lastReset: lastReset(queries, accountId),
    warnings: warnings(queries, accountId, tradesSince),
    lastTurnAt: lastTurnAt(queries, accountId),
  }
}

/** Whether anything of any account still has to hold. */
export function hasUnfinishedProtection(queries: Queries): boolean {
  const { build } = queries
  const lockout = build.selectFrom('lockout').select('id').where('ended_at', 'is', null).limit(1)
  const goal = build.selectFrom('goal').select('id').where(UNFINISHED).limit(1)
  return queries.rows(lockout).length > 0 || queries.rows(goal).length > 0
}

/**
 * Reads all that still has to hold, of every account. A page of SQLite has no checksum, so a flipped bit in a row passes its integrity check and
 * would end every start when the account is read. Throws `RmError` STORE_CORRUPT.
 */
export function checkStanding(database: Database): void {
  const standing = [
    ['SELECT * FROM lockout WHERE ended_at IS NULL', lockoutOf],
    ['SELECT * FROM breach WHERE ended_at IS NULL', breachOf],
    ["SELECT * FROM goal WHERE state IN ('pursued', 'escalated')", pursuedGoalOf],
    ["SELECT * FROM command WHERE state IN ('sending', 'acked', 'in-doubt')", commandRecordOf],
    ['SELECT * FROM position_cycle WHERE closed_at IS NULL', positionCycleOf],
  ] as const
  for (const [select, read] of standing) for (const row of database.prepare(select).iterate()) read(row)
}

// In literals: a partial index serves a statement whose condition SQLite sees when it is prepared, and parameters come later.
const UNFINISHED = sql<boolean>`state IN ('pursued', 'escalated')`
const UNSETTLED = sql<boolean>`state IN ('sending', 'acked', 'in-doubt')`

const WarningRow = z.object({ rule: z.string(), level: decimal, day: z.string() })
const LastReset = z.object({ instant: moment.nullable() })
const LastTurn = z.object({ at: moment })

function warnings(queries: Queries, accountId: AccountId, since: Instant): readonly WarningMark[] {
  const given = queries.build
    .selectFrom('warning_mark')
    .select(['rule', 'level', 'day'])
    .where('account_id', '=', accountId)
    .where('given_at', '>=', since)
    .orderBy('given_at')
    .orderBy('rule')
    .orderBy('level')
  return queries.rows(given).map((row) => readRow('warning_mark', WarningRow, row))
}

function lastReset(queries: Queries, accountId: AccountId): Instant | null {
  const newest = queries.build
    .selectFrom('reset_mark')
    .select(({ fn }) => fn.max('instant').as('instant'))
    .where('account_id', '=', accountId)
    .where('kind', '=', 'daily')
  return readRow('reset_mark', LastReset, queries.rows(newest)[0]).instant
}

function lastTurnAt(queries: Queries, accountId: AccountId): Instant | null {
  const row = queries.rows(queries.build.selectFrom('last_turn').select('at').where('account_id', '=', accountId))[0]
  return row === undefined ? null : readRow('last_turn', LastTurn, row).at
}
