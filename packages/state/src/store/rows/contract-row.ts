import { ContractId, type ContractSpec, type Instant } from '@rm/domain'
import { z } from 'zod'
import { decimal, flag, flagOf, money, readRow, upsertSql } from '../columns.ts'
import type { ContractTable } from '../schema.ts'

export const contractUpsert: string = upsertSql(
  'contract',
  ['id'],
  ['name', 'product', 'root', 'tick_size', 'tick_value', 'active', 'fetched_at'],
)

export function contractRow(contract: ContractSpec, fetchedAt: Instant): ContractTable {
  return {
    id: contract.id,
    name: contract.name,
    product: contract.product,
    root: contract.root,
    tick_size: String(contract.tickSize),
    tick_value: contract.tickValue,
    active: flagOf(contract.active),
    fetched_at: fetchedAt,
  }
}

const Row = z.object({
  id: ContractId,
  name: z.string(),
  product: z.string(),
  root: z.string(),
  tick_size: decimal,
  tick_value: money,
  active: flag,
})

export function contractOf(stored: unknown): ContractSpec {
  const row = readRow('contract', Row, stored)
  return {
    id: row.id,
    name: row.name,
    product: row.product,
    root: row.root,
    tickSize: row.tick_size,
    tickValue: row.tick_value,
    active: row.active,
  }
}
