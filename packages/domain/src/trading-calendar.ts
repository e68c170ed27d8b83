import type { Instant } from './instant.ts'
import { invariant } from './invariant.ts'
import { instantOfLocal, localDateOf } from './local-time.ts'
import { type Holidays, NO_HOLIDAYS, SessionSchedule, type SessionSpec } from './session-schedule.ts'
import { type Weekday, weekdayOf } from './weekday.ts'

/** When the trading day changes (risk rules, 1.2). */
export interface ResetSpec {
  /** Local time, `HH:MM`. */
  readonly time: string
  /** IANA zone. */
  readonly timeZone: string
  /** Local days on which a reset happens; not empty. */
  readonly days: readonly Weekday[]
}

/** When the trading week changes. No rule counts by it; the week's P&L is shown to people. */
export interface WeeklyReset {
  /** Local day of the week. */
  readonly day: Weekday
  /** Local time, `HH:MM`. */
  readonly time: string
  /** IANA zone. */
  readonly timeZone: string
}

/** The half-open span between two resets. An event stamped exactly at the reset belongs to the new day. */
export interface TradingDay {
  /** The business day that the reset opened, `2026-03-09`. */
  readonly label: string
  readonly start: Instant
  /** The reset that ends the day. */
  readonly end: Instant
}

/** A reset lies at most this many days away, with one reset day a week. */
const RESET_SEARCH_DAYS = 8
const DAYS_OF_WEEK = 7

/** Wall-clock questions of the business: trading days, resets and sessions. Immutable; answers are remembered, so that the event path compares numbers only. */
export class TradingCalendar {
  readonly reset: ResetSpec
  readonly holidays: Holidays
  /** `null`: weeks are not counted. */
  readonly weeklyReset: WeeklyReset | null
  readonly #time: Temporal.PlainTime
  readonly #sessions = new Map<string, SessionSchedule>()
  #lastDay: TradingDay | null = null

  constructor(reset: ResetSpec, holidays: Holidays = NO_HOLIDAYS, weeklyReset: WeeklyReset | null = null) {
    invariant(reset.days.length > 0, 'a reset needs at least one day')
    this.reset = reset
    this.holidays = holidays
    this.weeklyReset = weeklyReset
    this.#time = Temporal.PlainTime.from(reset.time)
  }

  /** The trading day that contains the instant. */
  dayOf(at: Instant): TradingDay {
    const last = this.#lastDay
    if (last !== null && at >= last.start && at < last.end) return last
    const day = this.#findDay(at)
    this.#lastDay = day
    return day
  }

  /** The first reset after the instant. */
  nextReset(at: Instant): Instant {
    return this.dayOf(at).end
  }

  /** The last reset at or before the instant. */
  previousReset(at: Instant): Instant {
    return this.dayOf(at).start
  }

  /** The last weekly reset at or before the instant, or `null` when weeks are not counted. */
  previousWeeklyReset(at: Instant): Instant | null {
    if (this.weeklyReset === null) return null
    const { day, time, timeZone } = this.weeklyReset
    const today = localDateOf(at, timeZone)
    for (let age = 0; age <= DAYS_OF_WEEK; age += 1) {
      const date = today.subtract({ days: age })
      if (weekdayOf(date) !== day) continue
      const resetAt = instantOfLocal(date, Temporal.PlainTime.from(time), timeZone, 'later')
      if (resetAt <= at) return resetAt
    }
    throw new RangeError(`no weekly reset within ${DAYS_OF_WEEK} days before ${at}`)
  }

  /**
   * The schedule of a session.
   *
   * @param product - exchange root or product code whose early closes apply beside those for everybody; `null` for the whole account
   */
  session(spec: SessionSpec, product: string | null): SessionSchedule {
    const key = JSON.stringify([spec, product])
    let schedule = this.#sessions.get(key)
    if (schedule === undefined) {
      schedule = new SessionSchedule(spec, this.holidays, product)
      this.#sessions.set(key, schedule)
    }
    return schedule
  }

  #findDay(at: Instant): TradingDay {
    const today = localDateOf(at, this.reset.timeZone)
    let opening: { readonly date: Temporal.PlainDate; readonly at: Instant } | null = null
    for (let offset = -RESET_SEARCH_DAYS; offset <= RESET_SEARCH_DAYS; offset += 1) {
      const date = today.add({ days: offset })
      if (!this.reset.days.includes(weekdayOf(date))) continue
      const resetAt = instantOfLocal(date, this.#time, this.reset.timeZone, 'later')
      if (resetAt <= at) opening = { date, at: resetAt }
      else {
        invariant(opening !== null, `no reset before ${at}`)
        return { label: this.#label(opening.date), start: opening.at, end: resetAt }
      }
    }
    throw new RangeError(`no reset within ${RESET_SEARCH_DAYS} days of ${at}`)
  }

  #label(resetDate: Temporal.PlainDate): string {
    return (this.#time.hour >= 12 ? resetDate.add({ days: 1 }) : resetDate).toString()
  }
}
