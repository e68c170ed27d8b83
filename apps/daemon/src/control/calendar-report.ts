import type { CalendarReport } from '@rm/control-api'
import type { Holidays, Instant } from '@rm/domain'
import type { AccountFace } from '@rm/engine'

/** Holidays told at once: enough for the season. */
const HOLIDAYS_TOLD = 10

/** What the clock will do. */
export function calendarReport(faces: readonly AccountFace[], now: Instant): CalendarReport {
  const calendar = faces[0]?.settings.policy.calendar
  return {
    accounts: faces.map(({ state, settings: { policy } }) => ({
      accountId: state.accountId,
      tradingDay: policy.calendar.dayOf(now).label,
      nextReset: policy.calendar.nextReset(now),
      session: sessionOf(policy, now),
    })),
    holidays: calendar === undefined ? [] : nextHolidays(calendar.holidays, calendar.dayOf(now).label),
  }
}

function sessionOf(
  { rules, timers, calendar }: AccountFace['settings']['policy'],
  now: Instant,
): CalendarReport['accounts'][number]['session'] {
  if (rules.session_block_outside === undefined || timers.sessionHours === null) return null
  const schedule = calendar.session(timers.sessionHours, null)
  const window = schedule.windowAt(now)
  return { open: window !== null, nextStart: schedule.nextStart(now), nextEnd: window?.end ?? null }
}

function nextHolidays({ fullDays, earlyCloses }: Holidays, today: string): CalendarReport['holidays'] {
  const closed = [...fullDays].map((date) => ({ date, what: 'closed' }))
  const early = earlyCloses.map(({ date, closeTime, products }) => ({
    date,
    what: `closes at ${closeTime}${products === undefined ? '' : ` (${products.join(', ')})`}`,
  }))
  return [...closed, ...early]
    .filter(({ date }) => date >= today)
    .toSorted((a, b) => a.date.localeCompare(b.date))
    .slice(0, HOLIDAYS_TOLD)
}
