import type { AccountDayReport, AccountDaysReport, TradedContract } from '@rm/control-api'
import { type ContractId, formatInstant, type Instant, unreachable, usdToDecimalText } from '@rm/domain'
import { type RoundTrip, roundTripsOf } from './round-trips.ts'

/** What can be exported. */
export const EXPORTS = ['trades', 'breaches', 'lockouts', 'pnl'] as const
export type ExportKind = (typeof EXPORTS)[number]

/** A row by its columns, in their order. Amounts are decimal text; what nobody knows, or what is not yet, is `null`. */
export type ExportRow = Readonly<Record<string, string | number | null>>

type Columns<Row> = Readonly<Record<string, (row: Row, of: RowOf) => string | number | null>>

interface RowOf {
  readonly report: AccountDaysReport
  readonly contracts: ReadonlyMap<ContractId, TradedContract>
  readonly day: AccountDayReport
}

/** The first thirteen are those of the firm's own export, in its order and form (`Trades → Export` of TopstepX). */
const TRADES: Columns<RoundTrip> = {
  Id: ({ id }) => String(id),
  ContractName: ({ contractId }, { contracts }) => contracts.get(contractId)?.name ?? contractId,
  EnteredAt: ({ enteredAt }, { report }) => firmTime(enteredAt, report.timeZone),
  ExitedAt: ({ exitedAt }, { report }) => firmTime(exitedAt, report.timeZone),
  EntryPrice: ({ entryPrice }) => entryPrice,
  ExitPrice: ({ exitPrice }) => exitPrice,
  Fees: ({ fees }) => usdToDecimalText(fees),
  PnL: ({ pnl }) => usdToDecimalText(pnl),
  Size: ({ size }) => size,
  Type: ({ side }) => (side === 'long' ? 'Long' : 'Short'),
  TradeDay: (_row, { day, report }) => firmDay(day.day, report.timeZone),
  TradeDuration: ({ enteredAt, exitedAt }) =>
    enteredAt === null || exitedAt === null ? null : firmSpan(exitedAt - enteredAt),
  Commissions: ({ commissions }) => usdToDecimalText(commissions),
  Account: (_row, { report }) => report.name,
  By: ({ origin }) => origin,
}

const BREACHES: Columns<AccountDayReport['breaches'][number]> = {
  Account: (_row, { report }) => report.name,
  TradeDay: (_row, { day }) => day.day,
  Id: ({ id }) => id,
  Rule: ({ rule }) => rule,
  Scope: ({ scope }) => scope,
  BegunAt: ({ firstSeenAt }) => formatInstant(firstSeenAt),
  EndedAt: ({ endedAt }) => moment(endedAt),
  Measured: ({ measured }) => measured,
  Limit: ({ limit }) => limit,
  Message: ({ message }) => message,
}

const LOCKOUTS: Columns<AccountDayReport['lockouts'][number]> = {
  Account: (_row, { report }) => report.name,
  TradeDay: (_row, { day }) => day.day,
  Id: ({ id }) => id,
  Rule: ({ rule }) => rule,
  Scope: ({ scope }) => scope,
  Effect: ({ effect }) => effect,
  From: ({ from }) => formatInstant(from),
  Until: ({ until }) => moment(until),
  EndsWith: ({ endsWith }) => endsWith,
  EndedAt: ({ endedAt }) => moment(endedAt),
  Reason: ({ reason }) => reason,
}

const PNL: Columns<AccountDayReport> = {
  Account: (_row, { report }) => report.name,
  TradeDay: ({ day }) => day,
  Executions: ({ trades }) => trades.length,
  Gross: ({ gross }) => usdToDecimalText(gross),
  Costs: ({ costs }) => usdToDecimalText(costs),
  Net: ({ net }) => usdToDecimalText(net),
}

/** The columns of an export, in their order. */
export const COLUMNS: Readonly<Record<ExportKind, readonly string[]>> = {
  trades: Object.keys(TRADES),
  breaches: Object.keys(BREACHES),
  lockouts: Object.keys(LOCKOUTS),
  pnl: Object.keys(PNL),
}

/** Rows of one account, oldest day first. */
export function exportRows(report: AccountDaysReport, kind: ExportKind): readonly ExportRow[] {
  const contracts = new Map(report.contracts.map((contract) => [contract.id, contract]))
  return report.days.flatMap((day) => {
    const of = { report, contracts, day }
    switch (kind) {
      case 'trades':
        return roundTripsOf(day.trades, contracts).map((row) => rowOf(row, TRADES, of))
      case 'breaches':
        return day.breaches.map((row) => rowOf(row, BREACHES, of))
      case 'lockouts':
        return day.lockouts.map((row) => rowOf(row, LOCKOUTS, of))
      case 'pnl':
        return [rowOf(day, PNL, of)]
      default:
        return unreachable(kind)
    }
  })
}

function rowOf<Row>(row: Row, columns: Columns<Row>, of: RowOf): ExportRow {
  return Object.fromEntries(Object.entries(columns).map(([column, value]) => [column, value(row, of)]))
}

function moment(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at)
}

/** `11/18/2026 09:45:00 -06:00` */
function firmTime(at: Instant | null, timeZone: string): string | null {
  return at === null ? null : firmForm(Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone))
}

/** A label, no instant: midnight in the zone. */
function firmDay(day: string, timeZone: string): string {
  return firmForm(Temporal.PlainDate.from(day).toZonedDateTime(timeZone))
}

function firmForm(zoned: Temporal.ZonedDateTime): string {
  const [year, month, day] = zoned.toPlainDate().toString().split('-')
  return `${month}/${day}/${year} ${zoned.toPlainTime().toString({ smallestUnit: 'second' })} ${zoned.offset}`
}

/** `[d.]hh:mm:ss.fffffff` */
function firmSpan(ms: number): string {
  const { days, hours, minutes, seconds, milliseconds } = Temporal.Duration.from({ milliseconds: ms }).round({
    largestUnit: 'day',
  })
  const [hh, mm, ss] = [hours, minutes, seconds].map((part) => String(part).padStart(2, '0'))
  return `${days === 0 ? '' : `${days}.`}${hh}:${mm}:${ss}.${String(milliseconds).padStart(3, '0')}0000`
}
