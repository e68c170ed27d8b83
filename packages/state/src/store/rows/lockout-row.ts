import { AccountId, endInstant, type Lockout } from '@rm/domain'
import { z } from 'zod'
import { json, moment, readRow, ruleCode, upsertSql } from '../columns.ts'
import type { LockoutTable } from '../schema.ts'
import { baselineJson, baselinePairs } from './baseline.ts'

/** Never deleted and never shortened (triggers). A lockout that is written stands again, whatever was marked before: the safe side. */
export const lockoutUpsert: string = upsertSql(
  'lockout',
  ['account_id', 'id'],
  [
    'rule',
    'scope',
    'effect',
    'baseline',
    'from_at',
    'end_kind',
    'end_at',
    'reason',
    'ended_at',
    'end_cause',
    'measured',
    'limit',
    'config_version',
  ],
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
    measured: lockout.evidence?.measured ?? null,
    limit: lockout.evidence?.limit ?? null,
    config_version: lockout.evidence?.configuration ?? null,
  }
}

const End = z.discriminatedUnion('end_kind', [
  z.object({ end_kind: z.enum(['at', 'next-reset', 'session-start']), end_at: moment }),
  z.object({ end_kind: z.enum(['can-trade', 'config']), end_at: z.null() }),
])

const Evidence = z.union([
  z.object({ measured: z.string(), limit: z.string(), config_version: z.string() }),
  z.object({ measured: z.null(), limit: z.null(), config_version: z.null() }),
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
  const row = readRow('lockout', Row.and(End).and(Evidence), stored)
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
    evidence:
      row.measured === null ? null : { measured: row.measured, limit: row.limit, configuration: row.config_version },
  }
}
