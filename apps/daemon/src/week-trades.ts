import type { WeekReport } from '@rm/control-api'
import {
  type AccountId,
  addUsd,
  type Clock,
  type DayPnl,
  type DayTrade,
  type Instant,
  later,
  subtractUsd,
  type TradingCalendar,
  type TradingDay,
  type TurnRecord,
} from '@rm/domain'
import type { Gateway } from '@rm/sdk-bridge'
import type { Store } from '@rm/state'
import { tradesPnl } from '@rm/state/book'
import type { LineQueue } from './line-queue.ts'

/** So far back the engine reads trades by itself after each start and each gap, beside the trading day. */
const READ_BY_ENGINE_MS = 24 * 3_600_000
/** A list so old is read again: a late correction of an earlier day is in no other reading. */
const LIST_AGE_MS = 3_600_000
const PAUSE_AFTER_FAILURE_MS = 60_000

export interface WeekTradesOptions {
  readonly gateway: Pick<Gateway, 'trades'> & { readonly clock: Clock }
  readonly store: Pick<Store, 'history' | 'recordTrades'>
  readonly lines: Pick<LineQueue, 'add'>
}

/** What is known of an account's trades. */
interface Known {
  /** All trades since then are in the store, or in the book. */
  readonly from: Instant
  readonly readAt: Instant
}

/** What the engine knows of an account's trading day. */
export interface TodayOfAccount {
  readonly accountId: AccountId
  /** Before the account was read nobody knows what it has traded while the daemon was not there. */
  readonly isRead: boolean
  readonly day: Pick<TradingDay, 'start'>
  readonly trades: readonly DayTrade[]
}

/** P&L of the days of the week that are over. */
interface OverDays {
  readonly since: Instant
  readonly until: Instant
  readonly pnl: DayPnl
}

/**
 * The P&L of the running week, for people. The book holds the trading day and the one before; the days before those are asked of the gateway, since
 * nobody may have listened, and summed in the store, where each trade counts once by the gateway's id.
 */
export class WeekTrades {
  readonly #options: WeekTradesOptions
  #calendar: TradingCalendar
  readonly #known = new Map<AccountId, Known>()
  readonly #overDays = new Map<AccountId, OverDays>()
  #isReading = false
  #pauseEndsMs = Number.NEGATIVE_INFINITY

  constructor(options: WeekTradesOptions, calendar: TradingCalendar) {
    this.#options = options
    this.#calendar = calendar
  }

  /** Another calendar from now on. */
  follow(calendar: TradingCalendar): void {
    this.#calendar = calendar
  }

  /** Reads what is not known, an account at a time. To be called often. */
  async look(accounts: readonly AccountId[]): Promise<void> {
    const { clock } = this.#options.gateway
    if (this.#isReading || clock.elapsedMs() < this.#pauseEndsMs) return
    this.#isReading = true
    try {
      for (const accountId of accounts) await this.#readIfDue(accountId)
    } catch (error) {
      this.#pauseEndsMs = clock.elapsedMs() + PAUSE_AFTER_FAILURE_MS
      const reason = error instanceof Error ? error.message : String(error)
      const message = `The trades of the week could not be read: ${reason}`
      this.#options.lines.add({ level: 'info', message, topic: null, facts: { event: 'week-unread' } })
    } finally {
      this.#isReading = false
    }
  }

  /** Turns were made durable: one of them may have changed a day that is over. */
  committed(records: readonly Pick<TurnRecord, 'accountId' | 'trades'>[]): void {
    for (const { accountId, trades } of records) {
      const over = this.#overDays.get(accountId)
      if (over !== undefined && trades.some(({ trade }) => trade.at < over.until)) this.#overDays.delete(accountId)
    }
  }

  /** The week of an account, or `null` when weeks are not counted. */
  reportOf({ accountId, isRead, day, trades }: TodayOfAccount): WeekReport | null {
    const now = this.#options.gateway.clock.now()
    const since = this.#calendar.previousWeeklyReset(now)
    if (since === null) return null
    const known = this.#known.get(accountId)
    const knownFrom = isRead && known !== undefined && now - known.readAt < READ_BY_ENGINE_MS ? known.from : null
    if (knownFrom === null || knownFrom > since) return { since, knownFrom, net: null, gross: null, costs: null }
    const over = this.#pnlOfOverDays(accountId, since, day.start)
    const today = tradesPnl(trades.filter(({ trade }) => trade.at >= since))
    const { net, gross } = { net: addUsd(over.net, today.net), gross: addUsd(over.gross, today.gross) }
    return { since, knownFrom, net, gross, costs: subtractUsd(gross, net) }
  }

  #pnlOfOverDays(accountId: AccountId, since: Instant, until: Instant): DayPnl {
    const held = this.#overDays.get(accountId)
    if (held?.since === since && held.until === until) return held.pnl
    const trades: readonly DayTrade[] =
      since < until ? this.#options.store.history.tradesOf({ accountId, since, until }) : []
    const pnl = tradesPnl(trades)
    this.#overDays.set(accountId, { since, until, pnl })
    return pnl
  }

  async #readIfDue(accountId: AccountId): Promise<void> {
    const { gateway, store } = this.#options
    const readAt = gateway.clock.now()
    const from = this.#calendar.previousWeeklyReset(readAt)
    const known = this.#known.get(accountId)
    if (from === null || (known !== undefined && known.from <= from && readAt - known.readAt < LIST_AGE_MS)) return
    const today = this.#calendar.previousReset(readAt)
    if (from < later(today, -READ_BY_ENGINE_MS)) {
      const listed = await gateway.trades(accountId, from)
      // Those of today come by the turns, which also know who caused them.
      store.recordTrades(
        listed.filter(({ at }) => at < today),
        gateway.clock.now(),
      )
      this.#overDays.delete(accountId)
    }
    this.#known.set(accountId, { from, readAt })
  }
}
