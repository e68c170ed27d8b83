import { AccountId, endInstant, type Lockout } from '@rm/domain'
import { z } from 'zod'
import { json, moment, readRow, ruleCode, upsertSql } from '../columns.ts'
import type { LockoutTable } from '../schema.ts'
import { baselineJson, baselinePairs } from './baseline.ts'

/** Never deleted and never shortened (triggers). A lockout that is written stands again, whatever was marked before: the safe side. */
export const lockoutUpsert: string = upsertSql(
  'lockout',
  ['account_id', 'id'],
  ['rule', 'scope', 'effect', 'baseline', 'from_at', 'end_kind', 'end_at', 'reason', 'ended_at', 'end_cause'],
)

export function lockoutRow(lockout: Lockout): LockoutTable {
  return {
    account_id: lockout.accountId,
    id: lockout.id,
    rule: lockout.rule,
    scope: lockout.scope,
    effect: lockout.effect,
    baseline: JSON.stringify(baselinePairs(lockout.baseline)),
    from_at: lockout.from,
    end_kind: lockout.end.kind,
    end_at: endInstant(lockout.end),
    reason: lockout.reason,
    ended_at: null,
    end_cause: null,
  }
}

const End = z.discriminatedUnion('end_kind', [
  z.object({ end_kind: z.enum(['at', 'next-reset', 'session-start']), end_at: moment }),
  z.object({ end_kind: z.enum(['can-trade', 'config']), end_at: z.null() }),
])

const Row = z.object({
  account_id: AccountId,
  id: z.string(),
  rule: ruleCode,
  scope: z.union([z.literal('account'), z.templateLiteral(['product:', z.string()])]),
  effect: z.enum(['flat', 'reduce-only']),
  baseline: json(baselineJson),
  from_at: moment,
  reason: z.string(),
})

export function lockoutOf(stored: unknown): Lockout {
  const row = readRow('lockout', Row.and(End), stored)
  return {
    id: row.id,
    accountId: row.account_id,
    rule: row.rule,
    scope: row.scope,
    effect: row.effect,
    baseline: row.baseline,
    from: row.from_at,
    end: row.end_at === null ? { kind: row.end_kind } : { kind: row.end_kind, at: row.end_at },
    reason: row.reason,
  }
}
