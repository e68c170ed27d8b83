import {
  type Breach,
  type ContractSpec,
  type DayPnl,
  type DayTrade,
  describeEnd,
  endInstant,
  type Instant,
  type Lockout,
  subtractUsd,
  type TradingDay,
} from '@rm/domain'
import type { AccountDayReport, TradedContract, TradeReport } from './account-day.ts'
import type { BreachReport, LockoutReport } from './account-report.ts'

/*
 * How things of the domain are told. The daemon tells them of its memory, a command that reads the store of a stopped daemon tells the same.
 */

/** @param endedAt - `null` while it is in force */
export function lockoutReport(lockout: Lockout, endedAt: Instant | null): LockoutReport {
  const { id, rule, scope, effect, from, end, reason } = lockout
  return { id, rule, scope, effect, from, until: endInstant(end), endsWith: describeEnd(end), reason, endedAt }
}

/** @param endedAt - `null` while its condition holds */
export function breachReport(breach: Breach, endedAt: Instant | null): BreachReport {
  const { id, rule, scope, measured, limit, message, cause, firstSeenAt } = breach
  return { id, rule, scope, measured, limit, message, cause, firstSeenAt, endedAt }
}

interface Ended<What> {
  readonly what: What
  readonly endedAt: Instant | null
}

/** A trading day as a store remembers it. */
interface RememberedDay {
  readonly day: TradingDay
  readonly realized: DayPnl
  readonly trades: readonly DayTrade[]
  readonly breaches: readonly Ended<Breach>[]
  readonly lockouts: readonly Ended<Lockout>[]
}

export function accountDayReport({ day, realized, trades, breaches, lockouts }: RememberedDay): AccountDayReport {
  const { net, gross } = realized
  return {
    day: day.label,
    start: day.start,
    end: day.end,
    net,
    gross,
    costs: subtractUsd(gross, net),
    trades: trades.map(tradeReport),
    breaches: breaches.map(({ what, endedAt }) => breachReport(what, endedAt)),
    lockouts: lockouts.map(({ what, endedAt }) => lockoutReport(what, endedAt)),
  }
}

export function tradedContract({ id, name, tickSize, tickValue }: ContractSpec): TradedContract {
  return { id, name, tickSize, tickValue }
}

function tradeReport({ trade, origin }: DayTrade): TradeReport {
  const { id, orderId, contractId, side, size, price, realizedPnl, fees, commissions, at } = trade
  return { id, orderId, contractId, side, size, price, realizedPnl, fees, commissions, at, origin }
}
