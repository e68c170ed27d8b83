import {
  type AccountId,
  type Breach,
  type DayTrade,
  formatInstant,
  type Lockout,
  netPnl,
  NO_USD,
  sumUsd,
  type TradingDay,
  type Usd,
  usdToDecimalText,
} from '@rm/domain'
import { recount } from '../book/trades.ts'
import type { History } from './history.ts'

/** What happened on an account from one reset to the next, as the store knows it. Made from the same rows it is the same, whenever and wherever it is made. */
export interface DayReport {
  readonly accountId: AccountId
  readonly day: TradingDay
  /** Oldest first, with those that the firm took back. */
  readonly trades: readonly DayTrade[]
  /** Over the trades that count. */
  readonly totals: DayTotals
  /** Begun on that day, oldest first. */
  readonly breaches: readonly Breach[]
  readonly lockouts: readonly Lockout[]
}

interface DayTotals {
  readonly trades: number
  readonly contracts: number
  readonly gross: Usd
  readonly fees: Usd
  readonly commissions: Usd
  /** By so much the day's trades moved the balance of the account. */
  readonly net: Usd
}

/** What a day left in the store. */
export function readDayReport(history: History, accountId: AccountId, day: TradingDay): DayReport {
  const span = { accountId, since: day.start, until: day.end }
  const trades = history.tradesOf(span)
  return {
    accountId,
    day,
    trades,
    totals: totalsOf(day, trades),
    breaches: history.breachesOf(span).map(({ what }) => what),
    lockouts: history.lockoutsOf(span).map(({ what }) => what),
  }
}

function totalsOf(day: TradingDay, all: readonly DayTrade[]): DayTotals {
  const byId = all.toSorted((a, b) => a.trade.id - b.trade.id)
  // What the book counts: a half-turn that the gateway published again under another id is one trade.
  const counted = recount(day, byId).counted.map(({ trade }) => trade)
  return {
    trades: counted.length,
    contracts: counted.reduce((sum, { size }) => sum + size, 0),
    gross: sumUsd(counted.map(({ realizedPnl }) => realizedPnl ?? NO_USD)),
    fees: sumUsd(counted.map(({ fees }) => fees)),
    commissions: sumUsd(counted.map(({ commissions }) => commissions)),
    net: sumUsd(counted.map(netPnl)),
  }
}

/** The report as JSON text: amounts are decimal text in dollars, times ISO 8601 in UTC. */
export function dayReportJson({ accountId, day, totals, trades, breaches, lockouts }: DayReport): string {
  const content = {
    format: 1,
    account: accountId,
    day: day.label,
    from: formatInstant(day.start),
    until: formatInstant(day.end),
    totals: {
      trades: totals.trades,
      contracts: totals.contracts,
      gross: usdToDecimalText(totals.gross),
      fees: usdToDecimalText(totals.fees),
      commissions: usdToDecimalText(totals.commissions),
      net: usdToDecimalText(totals.net),
    },
    trades: trades.map(tradeFields),
    breaches: breaches.map(({ id, rule, scope, measured, limit, message, cause, firstSeenAt }) => ({
      id,
      at: formatInstant(firstSeenAt),
      rule,
      scope,
      measured,
      limit,
      message,
      cause,
    })),
    lockouts: lockouts.map(({ id, rule, scope, effect, from, end, reason }) => ({
      id,
      from: formatInstant(from),
      until: endText(end),
      rule,
      scope,
      effect,
      reason,
    })),
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** The trades of the report as CSV (RFC 4180), with a last row of sums: for a spreadsheet, and for the tax office. */
export function dayReportCsv({ totals, trades }: DayReport): string {
  const rows = trades.map((one) => Object.values(tradeFields(one)))
  const { contracts, gross, fees, commissions, net } = totals
  const sums = [
    'total',
    '',
    '',
    '',
    '',
    contracts,
    '',
    ...[gross, fees, commissions, net].map(usdToDecimalText),
    '',
    '',
  ]
  return [CSV_HEAD, ...rows, sums].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

const CSV_HEAD = [
  'id',
  'at',
  'order',
  'contract',
  'side',
  'size',
  'price',
  'gross',
  'fees',
  'commissions',
  'net',
  'origin',
  'voided',
] as const

/** In the order of {@link CSV_HEAD}. What was taken back moved nothing. */
function tradeFields({ trade, origin }: DayTrade): Record<(typeof CSV_HEAD)[number], string | number | boolean> {
  const { id, at, orderId, contractId, side, size, price, realizedPnl, fees, commissions, voided } = trade
  return {
    id,
    at: formatInstant(at),
    order: orderId,
    contract: contractId,
    side,
    size,
    price: String(price),
    gross: realizedPnl === null ? '' : usdToDecimalText(realizedPnl),
    fees: usdToDecimalText(fees),
    commissions: usdToDecimalText(commissions),
    net: usdToDecimalText(voided ? NO_USD : netPnl(trade)),
    origin,
    voided,
  }
}

function endText(end: Lockout['end']): string {
  return 'at' in end ? formatInstant(end.at) : end.kind
}

function csvCell(value: string | number | boolean): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
