import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { readOnly } from './read-only.ts'

/** A link that is missing on the way from a breach to its outcome. */
interface TrailGap {
  /** Id of the breach, lockout, goal or command. */
  readonly subject: string
  readonly what: string
}

/** How far the trail was looked at, and what of it is missing. */
export interface TrailLinks {
  readonly breaches: number
  readonly lockouts: number
  readonly goals: number
  readonly commands: number
  readonly gaps: readonly TrailGap[]
}

/**
 * Follows every breach to its goal or lockout, every goal to its end, and every request to its intent and its outcome, in the tables and in the audit
 * trail of a database that no daemon uses. Whether the trail itself is as it was written is the matter of `verifyAuditFile`.
 *
 * Throws `RmError`: STORE_UNSAFE, STORE_LOCKED, STORE_CORRUPT.
 */
export function readTrailLinks(file: string): TrailLinks {
  return readOnly(file, (database) => {
    const count = (table: string): number => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
    return {
      breaches: count('breach'),
      lockouts: count('lockout'),
      goals: count('goal'),
      commands: count('command'),
      gaps: GAPS.flatMap(([what, select]) => subjectsOf(database, select).map((subject) => ({ subject, what }))),
    }
  })
}

const Subject = z.string()

function subjectsOf(database: Database, select: string): readonly string[] {
  return database
    .prepare(`${LOST_SPANS} ${select} ORDER BY 1`)
    .pluck()
    .all()
    .map((row) => Subject.parse(row))
}

/**
 * Between the newest record of a database and the repair of it at a later start the trail is lost, and the lock snapshots, which have no records, speak for
 * that time (docs/decisions/0024).
 */
const LOST_SPANS = `WITH lost (since, until) AS (
  SELECT (SELECT coalesce(max(at), 0) FROM audit AS before WHERE before.epoch < repaired.epoch), repaired.at
  FROM audit AS repaired WHERE action = 'store-recovered')`

const wasLost = (at: string): string => `EXISTS (SELECT 1 FROM lost WHERE ${at} BETWEEN lost.since AND lost.until)`
const recorded = (action: string): string => `(SELECT subject FROM audit WHERE action = '${action}')`

/** A request whose outcome nobody knows by then is forgotten: the enforcer looks within seconds. */
const OUTCOME_MS = 600_000
const NEWEST_RECORD = '(SELECT coalesce(max(at), 0) FROM audit)'

const GAPS: readonly (readonly [what: string, select: string])[] = [
  [
    'a breach without its audit record',
    `SELECT id FROM breach WHERE id NOT IN ${recorded('breach-begun')} AND NOT ${wasLost('first_seen_at')}`,
  ],
  [
    'a lockout without its audit record',
    `SELECT id FROM lockout WHERE id NOT IN ${recorded('lockout-set')} AND NOT ${wasLost('from_at')}`,
  ],
  [
    'a goal without its audit record',
    `SELECT id FROM goal WHERE id NOT IN ${recorded('goal-begun')} AND NOT ${wasLost('begun_at')}`,
  ],
  [
    'a request without its intent in the audit trail',
    `SELECT id FROM command WHERE id NOT IN ${recorded('command-sent')} AND NOT ${wasLost('sent_at')}`,
  ],
  ['an audit record of a breach that the store does not have', missing('breach-begun', 'breach')],
  ['an audit record of a lockout that the store does not have', missing('lockout-set', 'lockout')],
  ['an audit record of a goal that the store does not have', missing('goal-begun', 'goal')],
  ['an audit record of a request that the store does not have', missing('command-sent', 'command')],
  [
    'a breach that demanded something, and nothing was pursued',
    `SELECT id FROM breach WHERE EXISTS (SELECT 1 FROM json_each(breach.goals) WHERE json_extract(value, '$.kind') <> 'reduce-only')
      AND id NOT IN (SELECT origin_id FROM goal)
      AND NOT EXISTS (SELECT 1 FROM goal WHERE goal.account_id = breach.account_id AND ${inForce('begun_at', 'ended_at')})
      AND NOT EXISTS (SELECT 1 FROM lockout WHERE lockout.account_id = breach.account_id AND ${inForce('from_at', 'ended_at')})`,
  ],
  [
    'a goal of a breach or lockout that the store does not have',
    `SELECT id FROM goal WHERE (origin_kind = 'breach' AND origin_id NOT IN (SELECT id FROM breach))
      OR (origin_kind = 'lockout' AND origin_id NOT IN (SELECT id FROM lockout))`,
  ],
  [
    'a goal that ended without an audit record of its end',
    `SELECT id FROM goal WHERE state IN ('reached', 'moot') AND NOT ${wasLost('ended_at')}
      AND id NOT IN (SELECT subject FROM audit WHERE action IN ('goal-reached', 'goal-moot'))`,
  ],
  [
    'a request that was settled without an audit record of its outcome',
    `SELECT id FROM command WHERE settled_at IS NOT NULL AND id NOT IN ${recorded('command-settled')} AND NOT ${wasLost('settled_at')}`,
  ],
  [
    'a request without an outcome',
    `SELECT id FROM command WHERE settled_at IS NULL AND sent_at < ${NEWEST_RECORD} - ${OUTCOME_MS}`,
  ],
]

function missing(action: string, table: string): string {
  return `SELECT subject FROM audit WHERE action = '${action}' AND subject NOT IN (SELECT id FROM ${table})`
}

function inForce(from: string, end: string): string {
  return `${from} <= breach.first_seen_at AND (${end} IS NULL OR ${end} >= breach.first_seen_at)`
}
