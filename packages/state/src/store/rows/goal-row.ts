import { AccountId, type PursuedGoal } from '@rm/domain'
import { z } from 'zod'
import { json, moment, readRow, upsertSql } from '../columns.ts'
import type { GoalTable } from '../schema.ts'
import { goalJson, plainGoal } from './goal-json.ts'

export const goalUpsert: string = upsertSql(
  'goal',
  ['account_id', 'id'],
  ['origin_kind', 'origin_id', 'kind', 'goal', 'begun_at', 'deadline', 'state', 'ended_at'],
)

export function goalRow(pursued: PursuedGoal): GoalTable {
  return {
    account_id: pursued.accountId,
    id: pursued.id,
    origin_kind: pursued.origin.kind,
    origin_id: pursued.origin.id,
    kind: pursued.goal.kind,
    goal: JSON.stringify(plainGoal(pursued.goal)),
    begun_at: pursued.begunAt,
    deadline: pursued.deadline,
    state: pursued.state,
    ended_at: pursued.endedAt,
  }
}

const Row = z.object({
  account_id: AccountId,
  id: z.string(),
  origin_kind: z.enum(['breach', 'lockout']),
  origin_id: z.string(),
  goal: json(goalJson),
  begun_at: moment,
  deadline: moment,
  state: z.enum(['pursued', 'escalated', 'reached', 'moot']),
  ended_at: moment.nullable(),
})

export function pursuedGoalOf(stored: unknown): PursuedGoal {
  const row = readRow('goal', Row, stored)
  return {
    id: row.id,
    accountId: row.account_id,
    origin: { kind: row.origin_kind, id: row.origin_id },
    goal: row.goal,
    begunAt: row.begun_at,
    deadline: row.deadline,
    state: row.state,
    endedAt: row.ended_at,
  }
}
