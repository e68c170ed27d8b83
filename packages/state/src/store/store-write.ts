import { AccountId, type AuditEntry, type Instant, type TurnRecord } from '@rm/domain'
import { z } from 'zod'
import type { AuditOrigin } from './audit-chain.ts'
import { moment } from './columns.ts'
import { breachRow } from './rows/breach-row.ts'
import { commandRow } from './rows/command-row.ts'
import { goalRow } from './rows/goal-row.ts'
import { lockoutRow } from './rows/lockout-row.ts'
import { positionCycleRow } from './rows/position-cycle-row.ts'
import { tradeRow } from './rows/trade-row.ts'
import { WRITING_STATEMENTS, type WritingStatement } from './writing-statements.ts'

/**
 * What is written together, as plain data: rows for named statements, in order, then records of the audit trail. The database and the emergency
 * journal take the same, so there is one way for a datum to travel.
 */
export interface StoreWrite {
  readonly at: Instant
  readonly rows: readonly WrittenRow[]
  readonly audit: readonly AuditEntry[]
  /** The turn that decided it; `null`: it happened outside of turns. */
  readonly origin: AuditOrigin | null
}

/** A statement and what its placeholders stand for. */
export type WrittenRow = readonly [WritingStatement, Readonly<Record<string, string | number | null>>]

const NAMES = Object.keys(WRITING_STATEMENTS).filter((name): name is WritingStatement => name in WRITING_STATEMENTS)

/** Reads a write back from its JSON. */
export const StoreWriteJson: z.ZodType<StoreWrite> = z.object({
  at: moment,
  rows: z.array(z.tuple([z.enum(NAMES), z.record(z.string(), z.union([z.string(), z.number(), z.null()]))])),
  audit: z.array(
    z.object({
      actor: z.enum(['daemon', 'gateway', 'admin']),
      action: z.string(),
      subject: z.string(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ),
  origin: z.object({ accountId: AccountId, cause: z.string() }).nullable(),
})

/** Rows that belong to no turn. */
export function writeOf(rows: readonly WrittenRow[], at: Instant): StoreWrite {
  return { at, rows, audit: [], origin: null }
}

/** What a turn decided. Goals stand before the commands that refer to them. */
export function turnWrite(record: TurnRecord): StoreWrite {
  const { accountId, at } = record
  const account_id = accountId
  const rows: WrittenRow[] = []
  // Spread, because a table's interface is no record of cells to the compiler.
  for (const trade of record.trades) rows.push(['trade', { ...tradeRow(trade, at) }])
  for (const cycle of record.cycles) rows.push(['cycle', { ...positionCycleRow(cycle) }])
  for (const breach of record.breaches) rows.push(['breach', { ...breachRow(breach) }])
  for (const ended of record.endedBreaches) rows.push(['endBreach', { account_id, ...ended }])
  for (const lockout of record.lockouts) rows.push(['lockout', { ...lockoutRow(lockout) }])
  for (const ended of record.endedLockouts) rows.push(['endLockout', { account_id, ...ended }])
  for (const goal of record.goals) rows.push(['goal', { ...goalRow(goal) }])
  for (const command of record.commands) rows.push(['command', { ...commandRow(command) }])
  for (const instant of record.resets) rows.push(['reset', { account_id, instant, at }])
  for (const { rule, level, day } of record.warnings)
    rows.push(['warning', { account_id, day, rule, level: String(level), at }])
  rows.push(['lastTurn', { account_id, at }])
  return { at, rows, audit: record.audit, origin: { accountId, cause: record.cause } }
}

/** Whether the turn decided anything that has to outlive the process. */
export function isDurable(record: TurnRecord): boolean {
  return (
    record.audit.length > 0 ||
    record.trades.length > 0 ||
    record.cycles.length > 0 ||
    record.breaches.length > 0 ||
    record.endedBreaches.length > 0 ||
    record.lockouts.length > 0 ||
    record.endedLockouts.length > 0 ||
    record.goals.length > 0 ||
    record.commands.length > 0 ||
    record.resets.length > 0 ||
    record.warnings.length > 0
  )
}
