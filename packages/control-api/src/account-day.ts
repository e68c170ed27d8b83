import { AccountId, ContractId, OrderId, TradeId } from '@rm/domain'
import { z } from 'zod'
import { BreachReport, LockoutReport } from './account-report.ts'
import { Dollars, Moment } from './wire-values.ts'

/** One execution. The gateway reports half-turns: only the closing one carries P&L. */
export const TradeReport = z.object({
  id: TradeId,
  orderId: OrderId,
  contractId: ContractId,
  side: z.enum(['buy', 'sell']),
  size: z.int(),
  price: z.number(),
  /** Gross; `null` when the trade opened or added. */
  realizedPnl: Dollars.nullable(),
  fees: Dollars,
  commissions: Dollars,
  at: Moment,
  /** Who caused it: the trader (or the venue on his behalf), or this program. */
  origin: z.enum(['trader', 'enforcer']),
})
export type TradeReport = z.output<typeof TradeReport>

/** What happened to one account in one trading day. */
export const AccountDayReport = z.object({
  day: z.string(),
  start: Moment,
  end: Moment,
  net: Dollars,
  gross: Dollars,
  costs: Dollars,
  /** What counts, in order of time. Their sum is the P&L above. */
  trades: z.array(TradeReport),
  /** Those that began in it. */
  breaches: z.array(BreachReport),
  /** Those that began in it. */
  lockouts: z.array(LockoutReport),
})
export type AccountDayReport = z.output<typeof AccountDayReport>

/** A contract that was traded: enough to say what a price difference is worth. */
export const TradedContract = z.object({
  id: ContractId,
  name: z.string(),
  tickSize: z.number(),
  tickValue: Dollars,
})
export type TradedContract = z.output<typeof TradedContract>

/** Trading days of one account, oldest first; days on which nothing happened are left out. */
export const AccountDaysReport = z.object({
  accountId: AccountId,
  name: z.string(),
  timeZone: z.string(),
  days: z.array(AccountDayReport),
  contracts: z.array(TradedContract),
})
export type AccountDaysReport = z.output<typeof AccountDaysReport>
