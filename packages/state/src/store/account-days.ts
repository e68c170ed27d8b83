import {
  type AccountId,
  type Breach,
  type ContractId,
  type ContractSpec,
  type DayPnl,
  type DayTrade,
  type Instant,
  instantOf,
  type Lockout,
  type TradingCalendar,
  type TradingDay,
} from '@rm/domain'
import { NO_PNL, restoreLedger } from '../book/trades.ts'
import type { Ended, History } from './history.ts'

/** What happened to one account in one trading day. */
export interface AccountDay {
  readonly day: TradingDay
  readonly realized: DayPnl
  /** What counts, in order of the stamps: not voided, a re-sent opening half-turn once. Their sum is {@link realized}. */
  readonly trades: readonly DayTrade[]
  /** Those that began in it. */
  readonly breaches: readonly Ended<Breach>[]
  /** Those that began in it. */
  readonly lockouts: readonly Ended<Lockout>[]
}

export interface AccountDays {
  /** Oldest first; days on which nothing happened are left out. */
  readonly days: readonly AccountDay[]
  /** Of the contracts that were traded; one that the gateway never described is missing. */
  readonly contracts: ReadonlyMap<ContractId, ContractSpec>
}

/**
 * Trading days of an account as the store remembers them, cut and summed as the rules do.
 *
 * @param from - label of the first trading day, `2026-11-18`
 * @param to - label of the last one
 */
export function accountDays(
  history: History,
  accountId: AccountId,
  calendar: TradingCalendar,
  [from, to]: readonly [from: string, to: string],
): AccountDays {
  const days = daysBetween(calendar, from, to)
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return { days: [], contracts: new Map() }
  const span = { accountId, since: first.start, until: last.end }
  const ledger = new Map(restoreLedger(history.tradesOf(span), calendar).map((one) => [one.day.label, one]))
  const breaches = Map.groupBy(history.breachesOf(span), ({ what }) => calendar.dayOf(what.firstSeenAt).label)
  const lockouts = Map.groupBy(history.lockoutsOf(span), ({ what }) => calendar.dayOf(what.from).label)
  const all = days.map((day) => ({
    day,
    realized: ledger.get(day.label)?.realized ?? NO_PNL,
    trades: ledger.get(day.label)?.counted ?? [],
    breaches: breaches.get(day.label) ?? [],
    lockouts: lockouts.get(day.label) ?? [],
  }))
  const traded = new Set(all.flatMap(({ trades }) => trades.map(({ trade }) => trade.contractId)))
  return {
    days: all.filter((one) => one.trades.length + one.breaches.length + one.lockouts.length > 0),
    contracts: new Map(history.contracts().flatMap((one) => (traded.has(one.id) ? [[one.id, one]] : []))),
  }
}

/** A trading day begins at most so long before the date by which it is called. */
const DAYS_BEFORE = 9

function daysBetween(calendar: TradingCalendar, from: string, to: string): readonly TradingDay[] {
  const days: TradingDay[] = []
  const before = Temporal.PlainDate.from(from).subtract({ days: DAYS_BEFORE })
  let at: Instant = instantOf(`${before.toString()}T12:00:00Z`)
  for (let day = calendar.dayOf(at); day.label <= to; day = calendar.dayOf(at)) {
    if (day.label >= from) days.push(day)
    at = day.end
  }
  return days
}
