/** Days of the week, Monday first as in ISO 8601. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export function weekdayOf(date: Temporal.PlainDate): Weekday {
  const day = WEEKDAYS[date.dayOfWeek - 1]
  if (day === undefined) throw new RangeError(`no weekday ${date.dayOfWeek}`)
  return day
}
