import { type SessionSpec, type Weekday, WEEKDAYS } from '@rm/domain'
import { z } from 'zod'
import { report } from './setting-problem.ts'

const LocalTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a local time HH:MM' })
  .meta({ title: 'a time of day HH:MM', examples: ['08:30', '15:00'] })

/** An IANA zone, canonical or link, as the tz database spells it. Abbreviations such as `EST` have no clock changes and are refused. */
export const TimeZone = z
  .unknown()
  .transform(readZone)
  .meta({
    title: 'an IANA time zone',
    type: 'string',
    pattern: String.raw`^UTC$|/`,
    examples: ['America/Chicago', 'America/New_York', 'UTC'],
  })

function readZone(written: unknown, context: z.RefinementCtx): string {
  if (typeof written === 'string' && isZone(written)) return written
  report(
    context,
    {
      expected: 'an IANA time zone',
      why: 'an abbreviation or a fixed offset would miss the clock changes',
      fix: 'write `America/Chicago`',
    },
    written,
  )
  return z.NEVER
}

/** Days of the week by name, or by number with 0 for Monday; not empty, none twice. */
export const Weekdays = z
  .unknown()
  .transform(readWeekdays)
  .meta({
    title: 'a list of days, mon to sun or 0 (Monday) to 6',
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: { enum: [...WEEKDAYS, 0, 1, 2, 3, 4, 5, 6] },
    examples: [['mon', 'tue', 'wed', 'thu', 'fri']],
  })

function readWeekdays(written: unknown, context: z.RefinementCtx): readonly Weekday[] {
  const days = Array.isArray(written) ? written.map(weekdayOfSetting) : []
  const known = days.filter((day) => day !== null)
  if (days.length > 0 && known.length === days.length && new Set(known).size === known.length) return known
  report(
    context,
    {
      expected: 'a list of days, mon to sun, each once',
      why: 'without a day no session would ever open',
      fix: 'write `[mon, tue, wed, thu, fri]`',
    },
    written,
  )
  return z.NEVER
}

/**
 * Session hours as `session_hours`, `global_session` and `per_instrument_sessions` write them. `null` when they are turned off.
 * Whether holidays are respected is for the rule to say.
 */
export const SessionHours = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the session is in force.'),
    start: LocalTime.optional().describe('When the session opens; 08:30 when absent.'),
    end: LocalTime.optional().describe('When it closes, 15:00 when absent; before the start means overnight.'),
    timezone: TimeZone.default('America/Chicago').describe('Zone of start and end.'),
    allowed_days: Weekdays.default(['mon', 'tue', 'wed', 'thu', 'fri']).describe('Days on which a session opens.'),
    all_day: z.boolean().default(false).describe('From midnight to midnight, without start and end.'),
  })
  .transform((hours, context): SessionSpec | null => {
    const { enabled, start = '08:30', end = '15:00', timezone, allowed_days, all_day } = hours
    if (all_day && (hours.start !== undefined || hours.end !== undefined)) {
      const why = 'a session that lasts all day has no start and no end'
      report(context, { expected: 'no start and end beside all_day', why, fix: 'remove `start` and `end`' }, hours)
      return z.NEVER
    }
    if (!all_day && start === end) {
      const why = 'equal times could mean all day or never'
      report(context, { expected: 'an end that differs from the start', why, fix: 'write `all_day: true`' }, end, [
        'end',
      ])
      return z.NEVER
    }
    if (!enabled) return null
    return { start, end, timeZone: timezone, days: allowed_days, allDay: all_day, respectHolidays: true }
  })

function isZone(text: string): boolean {
  if (text !== 'UTC' && !text.includes('/')) return false
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId === text
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function weekdayOfSetting(written: unknown): Weekday | null {
  if (typeof written === 'number') return WEEKDAYS[written] ?? null
  return WEEKDAYS.find((day) => day === written) ?? null
}
