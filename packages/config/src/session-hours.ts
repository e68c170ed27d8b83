import { type SessionSpec, type Weekday, WEEKDAYS } from '@rm/domain'
import { TimeZone, Weekdays } from '@rm/rules'
import { z } from 'zod'
import { flag, type Objection, objectTo, timeOfDay } from './setting-types.ts'

const DAY_MINUTES = 24 * 60

const isAdded = flag('the hours are added to the session or not')
  .default(false)
  .describe('Whether the hours are added.')

const Hours = z.strictObject({
  enabled: flag('the session is in force or not').default(true).describe('Whether the session is in force.'),
  start: timeOfDay('the session opens at it').optional().describe('When the session opens; 08:30 when absent.'),
  end: timeOfDay('the session closes at it')
    .optional()
    .describe('When it closes, 15:00 when absent; before the start means overnight.'),
  timezone: TimeZone.default('America/Chicago').describe('Zone of start and end.'),
  allowed_days: Weekdays.default(['mon', 'tue', 'wed', 'thu', 'fri']).describe('Days on which a session opens.'),
  all_day: flag('the session lasts from midnight to midnight or not')
    .default(false)
    .describe('From midnight to midnight, without start and end.'),
  pre_market: z
    .strictObject({
      enabled: isAdded,
      start: timeOfDay('the added hours begin at it').optional().describe('When the added hours begin.'),
    })
    .prefault({})
    .describe('Hours before the session that adjoin it.'),
  after_hours: z
    .strictObject({
      enabled: isAdded,
      end: timeOfDay('the added hours end at it').optional().describe('When the added hours end.'),
    })
    .prefault({})
    .describe('Hours after the session that adjoin it.'),
})

/**
 * `session_hours` of `timers_config.yaml` (risk rules, 4.5), as one span: pre-market and after-hours adjoin the session.
 * `null` when the session is turned off.
 */
export const SessionHoursSchema = Hours.transform((hours, context): SessionSpec | null => {
  const problem = hours.all_day ? problemOfAllDay(hours) : problemOfSpan(hours)
  if (problem !== null) {
    objectTo(context, problem.path, hours, problem.objection)
    return z.NEVER
  }
  if (!hours.enabled) return null
  const { session, start, end } = edgesOf(hours)
  return {
    start,
    end,
    timeZone: hours.timezone,
    // A session is named by the day it opens; with hours added before midnight that is the day before.
    days: minutesOf(start) > minutesOf(session.start) ? hours.allowed_days.map(dayBefore) : hours.allowed_days,
    allDay: hours.all_day,
    respectHolidays: true,
  }
})

type HoursSettings = z.infer<typeof Hours>

interface Problem {
  readonly path: readonly string[]
  readonly objection: Objection
}

function edgesOf(hours: HoursSettings): {
  readonly session: { readonly start: string; readonly end: string }
  readonly start: string
  readonly end: string
} {
  const session = { start: hours.start ?? '08:30', end: hours.end ?? '15:00' }
  const start = hours.pre_market.enabled ? (hours.pre_market.start ?? session.start) : session.start
  const end = hours.after_hours.enabled ? (hours.after_hours.end ?? session.end) : session.end
  return { session, start, end }
}

function problemOfAllDay(hours: HoursSettings): Problem | null {
  const { start, end, pre_market, after_hours } = hours
  if (start === undefined && end === undefined && !pre_market.enabled && !after_hours.enabled) return null
  const objection = {
    expected: 'no start, no end and no added hours beside all_day',
    why: 'a session that lasts all day has none',
    fix: 'remove `all_day`, or the hours',
  }
  return { path: ['all_day'], objection }
}

function problemOfSpan(hours: HoursSettings): Problem | null {
  const { pre_market: before, after_hours: after } = hours
  const { session, start, end } = edgesOf(hours)
  if (session.start === session.end) {
    const why = 'equal times could mean all day or never'
    const fix = 'write `all_day: true` if all day is meant'
    return { path: ['end'], objection: { expected: 'an end that differs from the start', why, fix } }
  }
  if (before.enabled && before.start === undefined) return { path: ['pre_market', 'start'], objection: EDGE_MISSING }
  if (after.enabled && after.end === undefined) return { path: ['after_hours', 'end'], objection: EDGE_MISSING }
  const minutesBefore = minutesBetween(start, session.start)
  const minutesAfter = minutesBetween(session.end, end)
  const minutes = minutesBefore + minutesBetween(session.start, session.end) + minutesAfter
  if (before.enabled && (minutesBefore === 0 || minutes >= DAY_MINUTES))
    return { path: ['pre_market', 'start'], objection: OVERLAP }
  const endsTheDayAfter = minutesOf(end) < minutesOf(session.end)
  if (after.enabled && (minutesAfter === 0 || minutes >= DAY_MINUTES || endsTheDayAfter))
    return { path: ['after_hours', 'end'], objection: OVERLAP }
  return null
}

const EDGE_MISSING: Objection = {
  expected: 'a time of day HH:MM',
  why: 'hours that are turned on need their outer edge',
  fix: 'add it, or turn the added hours off',
}

const OVERLAP: Objection = {
  expected: 'hours that adjoin the session and end on the day of its end, all together less than 24 hours',
  why: 'hours that overlap the session or the next one would never close',
  fix: 'let pre_market start before the session and after_hours end after it, on the same day',
}

function minutesBetween(from: string, to: string): number {
  return (minutesOf(to) - minutesOf(from) + DAY_MINUTES) % DAY_MINUTES
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

function dayBefore(day: Weekday): Weekday {
  return WEEKDAYS.at(WEEKDAYS.indexOf(day) - 1) ?? day
}
