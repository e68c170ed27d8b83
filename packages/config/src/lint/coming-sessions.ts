import {
  type Instant,
  instant,
  later,
  NO_HOLIDAYS,
  type ResetSpec,
  type SessionSpec,
  type SessionWindow,
  TradingCalendar,
} from '@rm/domain'
import type { Place } from '../diagnostic.ts'

const DAY_MS = 24 * 3_600_000
/** Two weeks show every weekday twice, whatever day it is today. */
const DAYS = 14

/** The sessions and clock changes that are to come, as accounts ask for the same ones again and again. Holidays are left out. */
export class ComingSessions {
  readonly today: Temporal.PlainDate
  readonly calendar: TradingCalendar
  readonly #windows = new Map<string, readonly SessionWindow[]>()
  readonly #changes = new Map<string, readonly Temporal.ZonedDateTime[]>()
  readonly #told = new Set<string>()

  constructor(today: Temporal.PlainDate, reset: ResetSpec) {
    this.today = today
    this.calendar = new TradingCalendar(reset, NO_HOLIDAYS)
  }

  /** Whether nothing was said yet of these facts at this place: accounts share sessions. */
  isNews(at: Place, facts: unknown): boolean {
    const key = JSON.stringify([at, facts])
    const isNews = !this.#told.has(key)
    this.#told.add(key)
    return isNews
  }

  /** The sessions of the next two weeks. */
  windowsOf(spec: SessionSpec): readonly SessionWindow[] {
    const key = JSON.stringify(spec)
    const windows = this.#windows.get(key) ?? this.#findWindows(spec)
    this.#windows.set(key, windows)
    return windows
  }

  /** The clock changes of a zone within the next twelve months, in order. */
  changesOf(timeZone: string): readonly Temporal.ZonedDateTime[] {
    const changes = this.#changes.get(timeZone) ?? this.#findChanges(timeZone)
    this.#changes.set(timeZone, changes)
    return changes
  }

  #findWindows(spec: SessionSpec): readonly SessionWindow[] {
    const schedule = this.calendar.session({ ...spec, respectHolidays: false }, null)
    const from = instant(this.today.toZonedDateTime(spec.timeZone).epochMilliseconds)
    const until = later(from, DAYS * DAY_MS)
    const windows: SessionWindow[] = []
    let at: Instant | null = from
    while (at !== null && at < until) {
      const window = schedule.windowAt(at)
      if (window !== null) windows.push(window)
      at = schedule.nextStart(window === null ? at : later(window.end, -1))
    }
    return windows
  }

  #findChanges(timeZone: string): readonly Temporal.ZonedDateTime[] {
    const until = this.today.add({ years: 1 }).toZonedDateTime(timeZone)
    const changes: Temporal.ZonedDateTime[] = []
    let change = this.today.toZonedDateTime(timeZone).getTimeZoneTransition('next')
    while (change !== null && Temporal.ZonedDateTime.compare(change, until) < 0) {
      changes.push(change)
      change = change.getTimeZoneTransition('next')
    }
    return changes
  }
}
