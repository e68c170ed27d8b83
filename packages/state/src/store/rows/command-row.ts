import {
  AccountId,
  type Command,
  type CommandOutcome,
  type CommandRecord,
  ContractId,
  OrderId,
  type OrderReason,
} from '@rm/domain'
import { z } from 'zod'
import { json, moment, readRow, tickCount, upsertSql } from '../columns.ts'
import type { CommandTable } from '../schema.ts'

export const commandUpsert: string = upsertSql(
  'command',
  ['account_id', 'id'],
  [
    'goal_id',
    'kind',
    'command',
    'attempt',
    'state',
    'sent_at',
    'outcome',
    'latency_ms',
    'settled_at',
    'settled_by',
    'reason',
  ],
)

const CommandJson = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('close-position'), accountId: AccountId, contractId: ContractId }),
  z.object({
    kind: z.literal('reduce-position'),
    accountId: AccountId,
    contractId: ContractId,
    contracts: z.int(),
  }),
  z.object({ kind: z.literal('cancel-order'), accountId: AccountId, contractId: ContractId, orderId: OrderId }),
  z.object({
    kind: z.literal('place-order'),
    accountId: AccountId,
    contractId: ContractId,
    protection: z.enum(['stop', 'target']),
    side: z.enum(['buy', 'sell']),
    contracts: z.int(),
    price: tickCount,
    tickSize: z.number(),
    tag: z.string(),
  }),
  z.object({
    kind: z.literal('modify-order'),
    accountId: AccountId,
    contractId: ContractId,
    orderId: OrderId,
    protection: z.enum(['stop', 'target']),
    contracts: z.int(),
    price: tickCount,
    tickSize: z.number(),
  }),
]) satisfies z.ZodType<Command>

const OutcomeJson = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accepted') }),
  z.object({
    kind: z.literal('refused'),
    refusal: z.enum(['not-found', 'market-closed', 'account-rejected', 'invalid-size', 'other']),
    code: z.number(),
    message: z.string().nullable(),
  }),
  z.object({ kind: z.literal('unknown'), cause: z.string() }),
  z.object({ kind: z.literal('not-sent'), cause: z.string() }),
]) satisfies z.ZodType<CommandOutcome>

const ReasonJson = z.object({
  message: z.string(),
  measured: z.string(),
  limit: z.string(),
  cause: z.string(),
  configuration: z.string(),
}) satisfies z.ZodType<OrderReason>

export function commandRow(record: CommandRecord): CommandTable {
  const command: z.input<typeof CommandJson> = record.command
  const reason: z.input<typeof ReasonJson> | null = record.reason
  const outcome: z.input<typeof OutcomeJson> | null = record.outcome
  return {
    account_id: record.command.accountId,
    id: record.id,
    goal_id: record.goalId,
    kind: command.kind,
    command: JSON.stringify(command),
    attempt: record.attempt,
    state: record.state,
    sent_at: record.sentAt,
    outcome: outcome === null ? null : JSON.stringify(outcome),
    latency_ms: record.latencyMs,
    settled_at: record.settledAt,
    settled_by: record.settledBy,
    reason: reason === null ? null : JSON.stringify(reason),
  }
}

const Row = z.object({
  id: z.string(),
  goal_id: z.string().nullable(),
  command: json(CommandJson),
  attempt: z.int(),
  state: z.enum(['sending', 'acked', 'refused', 'in-doubt', 'not-sent', 'effective', 'superseded']),
  sent_at: moment,
  outcome: json(OutcomeJson).nullable(),
  latency_ms: z.number().nullable(),
  settled_at: moment.nullable(),
  settled_by: z.string().nullable(),
  reason: json(ReasonJson).nullable(),
})

export function commandRecordOf(stored: unknown): CommandRecord {
  const row = readRow('command', Row, stored)
  return {
    id: row.id,
    goalId: row.goal_id,
    reason: row.reason,
    command: row.command,
    attempt: row.attempt,
    state: row.state,
    sentAt: row.sent_at,
    outcome: row.outcome,
    latencyMs: row.latency_ms,
    settledAt: row.settled_at,
    settledBy: row.settled_by,
  }
}
