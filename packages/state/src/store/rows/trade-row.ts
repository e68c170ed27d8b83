import { AccountId, ContractId, type DayTrade, type Instant, OrderId, TradeId } from '@rm/domain'
import { z } from 'zod'
import { decimal, flag, flagOf, moment, money, readRow, upsertSql } from '../columns.ts'
import type { TradeTable } from '../schema.ts'

/** Trades by account and the gateway's id: sent again, a trade replaces itself and is never added. */
export const tradeUpsert: string = upsertSql(
  'trade',
  ['account_id', 'id'],
  [
    'contract_id',
    'order_id',
    'side',
    'size',
    'price',
    'realized_pnl',
    'fees',
    'commissions',
    'at',
    'microseconds',
    'voided',
    'origin',
  ],
  ['received_at'],
)

/**
 * A trade that was read for the record: the costs and P&L that the gateway names now, and no more, for who caused it and when it came is known from
 * the turn that took it in. A void absorbs whatever is said later.
 */
export const tradeRecord: string = `INSERT INTO trade (account_id, id, contract_id, order_id, side, size, price, realized_pnl, fees,
    commissions, at, microseconds, voided, origin, received_at)
  VALUES (@account_id, @id, @contract_id, @order_id, @side, @size, @price, @realized_pnl, @fees,
    @commissions, @at, @microseconds, @voided, @origin, @received_at)
  ON CONFLICT (account_id, id) DO UPDATE SET realized_pnl = excluded.realized_pnl, fees = excluded.fees,
    commissions = excluded.commissions, voided = excluded.voided
    WHERE trade.voided = 0 AND (trade.realized_pnl IS NOT excluded.realized_pnl OR trade.fees <> excluded.fees
      OR trade.commissions <> excluded.commissions OR trade.voided <> excluded.voided)`

export function tradeRow({ trade, origin }: DayTrade, receivedAt: Instant): TradeTable {
  return {
    account_id: trade.accountId,
    id: trade.id,
    contract_id: trade.contractId,
    order_id: trade.orderId,
    side: trade.side,
    size: trade.size,
    price: String(trade.price),
    realized_pnl: trade.realizedPnl,
    fees: trade.fees,
    commissions: trade.commissions,
    at: trade.at,
    microseconds: trade.microseconds,
    voided: flagOf(trade.voided),
    origin,
    received_at: receivedAt,
  }
}

const Row = z.object({
  account_id: AccountId,
  id: TradeId,
  contract_id: ContractId,
  order_id: OrderId,
  side: z.enum(['buy', 'sell']),
  size: z.int(),
  price: decimal,
  realized_pnl: money.nullable(),
  fees: money,
  commissions: money,
  at: moment,
  microseconds: z.int(),
  voided: flag,
  origin: z.enum(['trader', 'enforcer']),
})

export function dayTradeOf(stored: unknown): DayTrade {
  const row = readRow('trade', Row, stored)
  return {
    trade: {
      id: row.id,
      accountId: row.account_id,
      contractId: row.contract_id,
      orderId: row.order_id,
      side: row.side,
      size: row.size,
      price: row.price,
      realizedPnl: row.realized_pnl,
      fees: row.fees,
      commissions: row.commissions,
      at: row.at,
      microseconds: row.microseconds,
      voided: row.voided,
    },
    origin: row.origin,
  }
}
