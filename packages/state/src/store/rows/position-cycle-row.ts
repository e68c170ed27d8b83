import { AccountId, ContractId, type PositionCycle } from '@rm/domain'
import { z } from 'zod'
import { flag, flagOf, moment, money, readRow, tickCount, upsertSql } from '../columns.ts'
import type { PositionCycleTable } from '../schema.ts'

export const positionCycleUpsert: string = upsertSql(
  'position_cycle',
  ['account_id', 'id'],
  [
    'contract_id',
    'side',
    'opened_at',
    'closed_at',
    'enlarged_at',
    'max_size',
    'realized',
    'uncovered_ms',
    'covered',
    'measured_at',
    'break_even_done',
    'trail_extreme',
    'placements',
  ],
)

export function positionCycleRow(cycle: PositionCycle): PositionCycleTable {
  return {
    account_id: cycle.accountId,
    id: cycle.id,
    contract_id: cycle.contractId,
    side: cycle.side,
    opened_at: cycle.openedAt,
    closed_at: cycle.closedAt,
    enlarged_at: cycle.enlargedAt,
    max_size: cycle.maxSize,
    realized: cycle.realized,
    uncovered_ms: cycle.protection.uncoveredMs,
    covered: flagOf(cycle.protection.covered),
    measured_at: cycle.protection.measuredAt,
    break_even_done: cycle.management.breakEvenDone,
    trail_extreme: cycle.management.trailExtreme,
    placements: cycle.management.placements,
  }
}

const Row = z.object({
  account_id: AccountId,
  id: z.string(),
  contract_id: ContractId,
  side: z.enum(['long', 'short']),
  opened_at: moment,
  closed_at: moment.nullable(),
  enlarged_at: moment,
  max_size: z.int(),
  realized: money,
  uncovered_ms: z.int(),
  covered: flag,
  measured_at: moment,
  break_even_done: tickCount.nullable(),
  trail_extreme: tickCount.nullable(),
  placements: z.int(),
})

export function positionCycleOf(stored: unknown): PositionCycle {
  const row = readRow('position_cycle', Row, stored)
  return {
    id: row.id,
    accountId: row.account_id,
    contractId: row.contract_id,
    side: row.side,
    openedAt: row.opened_at,
    closedAt: row.closed_at,
    enlargedAt: row.enlarged_at,
    maxSize: row.max_size,
    realized: row.realized,
    protection: { uncoveredMs: row.uncovered_ms, covered: row.covered, measuredAt: row.measured_at },
    management: {
      breakEvenDone: row.break_even_done,
      trailExtreme: row.trail_extreme,
      placements: row.placements,
    },
  }
}
