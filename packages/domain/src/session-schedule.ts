import { type Instant, latest } from './instant.ts'
import { instantOfLocal, localDateOf } from './local-time.ts'
import { type Weekday, weekdayOf } from './weekday.ts'

/** The hours in which trading is allowed, local and half-open. `start` after `end` crosses midnight and belongs to the opening day. */
export interface SessionSpec {
  /** `HH:MM`; ignored when {@link allDay}. */
  readonly start: string
  /** `HH:MM`, exclusive; ignored when {@link allDay}. */
  readonly end: string
  readonly timeZone: string
  /** Days on which a session opens. */
  readonly days: readonly Weekday[]
  /** From midnight to midnight of each allowed day. */
  readonly allDay: boolean
  readonly respectHolidays: boolean
}

export interface EarlyClose {
  /** Local date of the regular end of the session, `YYYY-MM-DD`. */
  readonly date: string
  /** `HH:MM` */
  readonly closeTime: string
  /** Zone of the close time; the session's own when absent. */
  readonly timeZone?: string
  /** Products that close early; everybody when absent. */
  readonly products?: readonly string[]
}

export interface Holidays {
  /** Local dates, `YYYY-MM-DD`, on which no session ends. */
  readonly fullDays: ReadonlySet<string>
  readonly earlyCloses: readonly EarlyClose[]
}

export const NO_HOLIDAYS: Holidays = { fullDays: new Set(), earlyCloses: [] }

/** One session, half-open. */
export interface SessionWindow {
  readonly start: Instant
  readonly end: Instant
}

/** Longest run of closed days that is searched for the next session. */
const SEARCH_DAYS = 400
/** How far ahead adjoining sessions are joined. */
const CHUNK_DAYS = 14
/** How long an answer is remembered, so that the far end of joined sessions never comes near. */
const REMEMBERED_MS = 24 * 3_600_000

/**
 * The sessions of one {@link SessionSpec}, through weekends, holidays, early closes and clock changes (RULE-009).
 *
 * Sessions that adjoin, as all-day ones do, are one: between them nothing closes. One that never ends within {@link CHUNK_DAYS} days
 * reports an end that moves on with the days.
 */
export class SessionSchedule {
  readonly spec: SessionSpec
  readonly #holidays: Holidays
  readonly #product: string | null
  readonly #start: Temporal.PlainTime
  readonly #end: Temporal.PlainTime
  #current: SessionWindow | null = null
  #currentKnownUntil = 0
  /** A span without a session, remembered so that the event path only compares numbers. */
  #closed: SessionWindow | null = null

  constructor(spec: SessionSpec, holidays: Holidays, product: string | null) {
    this.spec = spec
    this.#holidays = spec.respectHolidays ? holidays : { fullDays: new Set(), earlyCloses: [] }
    this.#product = product
    this.#start = Temporal.PlainTime.from(spec.allDay ? '00:00' : spec.start)
    this.#end = Temporal.PlainTime.from(spec.allDay ? '00:00' : spec.end)
  }

  /** The session that contains the instant, or `null` outside. */
  windowAt(at: Instant): SessionWindow | null {
    if (contains(this.#current, at) && at < this.#currentKnownUntil) return this.#current
    if (contains(this.#closed, at)) return null
    const found = this.#windowsFrom(at, 0).next().value
    if (found === undefined) return null
    if (at >= found.start) {
      this.#current = found
      this.#currentKnownUntil = at + REMEMBERED_MS
      return found
    }
    this.#closed = { start: at, end: found.start }
    return null
  }

  isOpen(at: Instant): boolean {
    return this.windowAt(at) !== null
  }

  /** The start of the first session after the instant, or `null` when none opens within {@link SEARCH_DAYS} days. */
  nextStart(at: Instant): Instant | null {
    for (const window of this.#windowsFrom(at, SEARCH_DAYS)) if (window.start > at) return window.start
    return null
  }

  /** Sessions that end after the instant, in order and joined where they adjoin; the first one may contain it. */
  *#windowsFrom(at: Instant, searchDays: number): Generator<SessionWindow, undefined> {
    const today = localDateOf(at, this.spec.timeZone)
    let joined: SessionWindow | null = null
    for (let offset = -2; offset <= Math.max(searchDays, CHUNK_DAYS); offset += 1) {
      const window = this.#windowOpening(today.add({ days: offset }))
      if (window === null || window.end <= at) continue
      if (joined === null) joined = window
      else if (window.start <= joined.end) joined = { start: joined.start, end: latest(joined.end, window.end) }
      else {
        yield joined
        joined = window
      }
    }
    if (joined !== null) yield joined
    return undefined
  }

  #windowOpening(date: Temporal.PlainDate): SessionWindow | null {
    if (!this.spec.days.includes(weekdayOf(date))) return null
    const crossesMidnight = Temporal.PlainTime.compare(this.#start, this.#end) >= 0
    const endDate = crossesMidnight ? date.add({ days: 1 }) : date
    // An all-day session ends at the midnight that follows, but its business day is the day itself.
    const namedDate = (this.spec.allDay ? date : endDate).toString()
    if (this.#holidays.fullDays.has(namedDate)) return null
    const start = instantOfLocal(date, this.#start, this.spec.timeZone, 'later')
    let end = instantOfLocal(endDate, this.#end, this.spec.timeZone, 'earlier')
    for (const early of this.#holidays.earlyCloses) {
      if (early.date !== namedDate || !this.#concerns(early)) continue
      const close = instantOfLocal(
        Temporal.PlainDate.from(early.date),
        Temporal.PlainTime.from(early.closeTime),
        early.timeZone ?? this.spec.timeZone,
        'earlier',
      )
      if (close < end) end = close
    }
    return end > start ? { start, end } : null
  }

  #concerns(early: EarlyClose): boolean {
    return early.products === undefined || (this.#product !== null && early.products.includes(this.#product))
  }
}

function contains(window: SessionWindow | null, at: Instant): boolean {
  return window !== null && at >= window.start && at < window.end
}
