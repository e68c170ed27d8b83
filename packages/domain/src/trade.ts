import type { AccountId, ContractId, OrderId, TradeId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { OrderSide } from './order.ts'
import { NO_USD, type Usd, usd } from './usd.ts'

/** Who caused an execution: the trader (or the venue on his behalf), or this program. */
export type TradeOrigin = 'trader' | 'enforcer'

/** One execution. The gateway reports half-turns: only the closing one carries P&L. */
export interface Trade {
  readonly id: TradeId
  readonly accountId: AccountId
  readonly contractId: ContractId
  readonly orderId: OrderId
  readonly side: OrderSide
  readonly size: number
  readonly price: number
  /** Gross P&L of a closing half-turn; `null` when the trade opened or added. `0` is a real break-even close. */
  readonly realizedPnl: Usd | null
  readonly fees: Usd
  readonly commissions: Usd
  readonly at: Instant
  /** Microseconds beyond {@link at}, 0 to 999: the guard against a re-sent opening half-turn compares the full stamp. */
  readonly microseconds: number
  readonly voided: boolean
}

/** The full stamp, in microseconds since the epoch. */
export function stampUs({ at, microseconds }: Trade): number {
  return at * 1_000 + microseconds
}

/** P&L after costs; an opening half-turn only costs. */
export function netPnl(trade: Trade): Usd {
  return usd((trade.realizedPnl ?? NO_USD) - trade.fees - trade.commissions)
}

/** Contracts by which the trade moved the position: buys positive. */
export function signedTradeSize(trade: Trade): number {
  return trade.side === 'buy' ? trade.size : -trade.size
}
