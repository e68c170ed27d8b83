import {
  addUsd,
  type DayPnl,
  type DayTrade,
  type FilledOrder,
  type Instant,
  invariant,
  netPnl,
  NO_USD,
  type OrderId,
  subtractUsd,
  sumUsd,
  type Trade,
  type TradingCalendar,
  type TradingDay,
  type Usd,
} from '@rm/domain'
import { compareStamps, insertedByStamp } from './by-stamp.ts'
import { filledOrdersOf, withFill } from './filled-orders.ts'
import { entryOf, type KeyedList, withEntry } from './keyed-list.ts'

/** The set of a trading day's trades, by id, and what follows from it. */
export interface TradingDayLedger {
  readonly day: TradingDay
  /** Every id that was reported with its newest version, voided and re-sent ones included. */
  readonly all: KeyedList<DayTrade>
  /** What counts, in order of the stamps: not voided, a re-sent opening half-turn once. */
  readonly counted: readonly DayTrade[]
  /** What counts, by orders. */
  readonly orders: KeyedList<FilledOrder>
  readonly realized: DayPnl
}

/** Trading days in order of time. */
export type TradeLedger = readonly TradingDayLedger[]

export interface TradeStep {
  readonly ledger: TradeLedger
  /** The version to store, or `null` when nothing changed. */
  readonly changed: DayTrade | null
  /** Whether a trade counts that nobody had reported before, under this or another id. */
  readonly isNew: boolean
  /** By how much net P&L of the trade's day moved. */
  readonly netChange: Usd
}

export const NO_PNL: DayPnl = { net: NO_USD, gross: NO_USD }

/**
 * The ledger with a trade that the gateway reported. Depends on the set of ids with their last version only: a duplicate changes
 * nothing, a void reverses once and stays, a late trade changes the day of its own stamp.
 *
 * @param now - decides which days are forgotten: those before the previous trading day
 */
export function recordTrade(
  ledger: TradeLedger,
  reported: DayTrade,
  calendar: TradingCalendar,
  now: Instant,
): TradeStep {
  const known = knownVersion(ledger, reported)
  const version = known === undefined ? reported : newerVersion(known, reported)
  if (version === known) return { ledger, changed: null, isNew: false, netChange: NO_USD }
  const held = ledgerOfStamp(ledger, version.trade.at)
  const before = held ?? emptyDay(calendar.dayOf(version.trade.at))
  const after =
    known === undefined ? withNewTrade(before, version) : recount(before.day, withTrade(before.all, version))
  return {
    ledger:
      held === undefined ? withDay(ledger, after, calendar.dayOf(now)) : ledger.map((d) => (d === held ? after : d)),
    changed: version,
    isNew: known === undefined && after.counted.length > before.counted.length,
    netChange: subtractUsd(after.realized.net, before.realized.net),
  }
}

/** The ledger of trades that a store kept. */
export function restoreLedger(stored: readonly DayTrade[], calendar: TradingCalendar): TradeLedger {
  const byStamp = stored.toSorted(compareStamps)
  const ledger: { readonly day: TradingDay; readonly trades: DayTrade[] }[] = []
  for (const entry of byStamp) {
    const last = ledger.at(-1)
    if (last !== undefined && entry.trade.at < last.day.end) last.trades.push(entry)
    else ledger.push({ day: calendar.dayOf(entry.trade.at), trades: [entry] })
  }
  return ledger.map(({ day, trades }) =>
    recount(
      day,
      trades.toSorted((a, b) => a.trade.id - b.trade.id),
    ),
  )
}

/** The same trades in the days of another calendar. */
export function recutLedger(ledger: TradeLedger, calendar: TradingCalendar): TradeLedger {
  return restoreLedger(
    ledger.flatMap(({ all }) => all),
    calendar,
  )
}

/** What a day's trades amount to, from nothing: the definition that every faster way has to agree with. */
export function recount(day: TradingDay, all: KeyedList<DayTrade>): TradingDayLedger {
  const counted = countedOf(all)
  return { day, all, counted, orders: filledOrdersOf(counted), realized: sumOf(counted) }
}

/** P&L of trades of whatever days: a voided one counts nothing, a re-sent opening half-turn once. */
export function tradesPnl(all: readonly DayTrade[]): DayPnl {
  return sumOf(countedOf(all))
}

function countedOf(all: readonly DayTrade[]): readonly DayTrade[] {
  const counted: DayTrade[] = []
  for (const entry of all.toSorted(compareStamps)) {
    if (!entry.trade.voided && twinAmong(counted, entry) === undefined) counted.push(entry)
  }
  return counted
}

function sumOf(counted: readonly DayTrade[]): DayPnl {
  return {
    net: sumUsd(counted.map((entry) => netPnl(entry.trade))),
    gross: sumUsd(counted.map((entry) => entry.trade.realizedPnl ?? NO_USD)),
  }
}

/** The ledger of a trading day, or `undefined` when it has no trades. Throws `InvariantError` when the days were cut by another calendar. */
export function ledgerOfDay(ledger: TradeLedger, day: TradingDay): TradingDayLedger | undefined {
  const held = ledger.find((candidate) => overlap(candidate.day, day))
  invariant(
    held === undefined || held.day.start === day.start,
    `the trading calendar changed under a book: ${day.label}`,
  )
  return held
}

/** P&L of a trading day; nothing when it has no trades. */
export function dayPnl(book: { readonly trades: TradeLedger }, day: TradingDay): DayPnl {
  return ledgerOfDay(book.trades, day)?.realized ?? NO_PNL
}

/** Whether the order is known to have been filled, at least in part, by a trade that stands. */
export function hasTraded(ledger: TradeLedger, orderId: OrderId): boolean {
  return ledger.some(({ counted }) => counted.some(({ trade }) => trade.orderId === orderId))
}

/** Contracts that the trades of an order are made of. A void takes back the money and not the fill; a re-sent half-turn is no further one. */
export function tradedContracts(ledger: TradeLedger, orderId: OrderId): number {
  const executions: Trade[] = []
  for (const { all } of ledger) {
    for (const { trade } of all) {
      if (trade.orderId !== orderId) continue
      if (trade.realizedPnl === null && executions.some((other) => isTwin(other, trade))) continue
      executions.push(trade)
    }
  }
  return executions.reduce((contracts, { size }) => contracts + size, 0)
}

function knownVersion(ledger: TradeLedger, reported: DayTrade): DayTrade | undefined {
  for (const { all } of ledger) {
    const known = entryOf(all, reported.trade.id, idOf)
    if (known !== undefined) return known
  }
  return undefined
}

/**
 * A void absorbs whatever is said later. Otherwise the gateway's last word counts, apart from the stamp: an execution has one, and the
 * gateway's surfaces round it differently (gateway contract 6.5).
 */
function newerVersion(known: DayTrade, reported: DayTrade): DayTrade {
  const origin = known.origin === 'enforcer' ? 'enforcer' : reported.origin
  const trade = known.trade.voided
    ? known.trade
    : { ...reported.trade, at: known.trade.at, microseconds: known.trade.microseconds }
  if (sameTrade(known.trade, trade)) return origin === known.origin ? known : { trade: known.trade, origin }
  return { trade, origin }
}

function sameTrade(a: Trade, b: Trade): boolean {
  return (
    a.voided === b.voided &&
    a.realizedPnl === b.realizedPnl &&
    a.fees === b.fees &&
    a.commissions === b.commissions &&
    a.size === b.size &&
    a.price === b.price &&
    a.side === b.side &&
    a.orderId === b.orderId &&
    a.contractId === b.contractId
  )
}

function withNewTrade(before: TradingDayLedger, entry: DayTrade): TradingDayLedger {
  const all = withTrade(before.all, entry)
  if (entry.trade.voided) return { ...before, all }
  const twin = twinAmong(before.counted, entry)
  if (twin !== undefined) {
    // Of a half-turn and its copy the one with the lower id counts, whichever came first.
    return twin.trade.id < entry.trade.id ? { ...before, all } : recount(before.day, all)
  }
  return {
    day: before.day,
    all,
    counted: insertedByStamp(before.counted, entry),
    orders: withFill(before.orders, entry),
    realized: {
      net: addUsd(before.realized.net, netPnl(entry.trade)),
      gross: addUsd(before.realized.gross, entry.trade.realizedPnl ?? NO_USD),
    },
  }
}

/**
 * The trade of which this one is a copy: when a position closes the gateway publishes the opening half-turn again, maybe under a new
 * id (gateway contract 6.1). Only half-turns without P&L: a close is never dropped by likeness.
 */
function twinAmong(counted: readonly DayTrade[], { trade }: DayTrade): DayTrade | undefined {
  if (trade.realizedPnl !== null) return undefined
  for (let index = counted.length - 1; index >= 0; index -= 1) {
    const other = counted[index]
    if (other === undefined || other.trade.at < trade.at) return undefined
    if (isTwin(other.trade, trade)) return other
  }
  return undefined
}

function isTwin(a: Trade, b: Trade): boolean {
  return (
    a.realizedPnl === null &&
    a.orderId === b.orderId &&
    a.price === b.price &&
    a.size === b.size &&
    a.at === b.at &&
    a.microseconds === b.microseconds
  )
}

function withTrade(all: KeyedList<DayTrade>, entry: DayTrade): KeyedList<DayTrade> {
  return withEntry(all, entry, idOf)
}

function idOf(entry: DayTrade): number {
  return entry.trade.id
}

function ledgerOfStamp(ledger: TradeLedger, at: Instant): TradingDayLedger | undefined {
  return ledger.find(({ day }) => at >= day.start && at < day.end)
}

function emptyDay(day: TradingDay): TradingDayLedger {
  return { day, all: [], counted: [], orders: [], realized: NO_PNL }
}

/** Adds a day and forgets those that ended before the previous one began. */
function withDay(ledger: TradeLedger, added: TradingDayLedger, today: TradingDay): TradeLedger {
  invariant(
    !ledger.some(({ day }) => overlap(day, added.day)),
    `the trading calendar changed under a book: ${added.day.label}`,
  )
  return [...ledger.filter(({ day }) => day.end >= today.start), added].toSorted((a, b) => a.day.start - b.day.start)
}

function overlap(a: TradingDay, b: TradingDay): boolean {
  return a.start < b.end && b.start < a.end
}
