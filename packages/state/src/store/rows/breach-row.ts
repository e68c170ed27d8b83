import { AccountId, type Breach, FINDING_ALERT_CODES } from '@rm/domain'
import { z } from 'zod'
import { json, moment, readRow, ruleCode, upsertSql } from '../columns.ts'
import type { BreachTable } from '../schema.ts'
import { goalJson, plainGoal } from './goal-json.ts'

export const breachUpsert: string = upsertSql(
  'breach',
  ['account_id', 'id'],
  [
    'rule',
    'scope',
    'tier',
    'measured',
    'limit',
    'message',
    'goals',
    'alert',
    'first_seen_at',
    'last_seen_at',
    'cause',
    'ended_at',
  ],
)

export function breachRow(breach: Breach): BreachTable {
  return {
    account_id: breach.accountId,
    id: breach.id,
    rule: breach.rule,
    scope: breach.scope,
    tier: breach.tier,
    measured: breach.measured,
    limit: breach.limit,
    message: breach.message,
    goals: JSON.stringify(breach.goals.map(plainGoal)),
    alert: breach.alert,
    first_seen_at: breach.firstSeenAt,
    last_seen_at: breach.lastSeenAt,
    cause: breach.cause,
    ended_at: null,
  }
}

const Row = z.object({
  account_id: AccountId,
  id: z.string(),
  rule: ruleCode,
  scope: z.union([
    z.literal('account'),
    z.templateLiteral(['product:', z.string()]),
    z.templateLiteral(['contract:', z.string()]),
    z.templateLiteral(['order:', z.string()]),
    z.templateLiteral(['trade:', z.string()]),
    z.templateLiteral(['connection:', z.string()]),
  ]),
  tier: z.int(),
  measured: z.string(),
  limit: z.string(),
  message: z.string(),
  goals: json(z.array(goalJson)),
  alert: z.enum(FINDING_ALERT_CODES).nullable(),
  first_seen_at: moment,
  last_seen_at: moment,
  cause: z.string(),
})

export function breachOf(stored: unknown): Breach {
  const row = readRow('breach', Row, stored)
  return {
    id: row.id,
    accountId: row.account_id,
    rule: row.rule,
    scope: row.scope,
    tier: row.tier,
    measured: row.measured,
    limit: row.limit,
    message: row.message,
    goals: row.goals,
    alert: row.alert,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    cause: row.cause,
  }
}
