import {
  type EarlyClose,
  type Holidays,
  type LockoutTerm,
  type ResetSpec,
  type SessionSpec,
  type Timers,
  type Weekday,
  WEEKDAYS,
  type WeeklyReset,
} from '@rm/domain'
import { DAY_MS, lockoutTerm, TimeZone, Weekdays } from '@rm/rules'
import { z } from 'zod'
import { isGiven, type MapNode, placeOf, plainOf } from './config-node.ts'
import { keyPathOf, type Report } from './diagnostic.ts'
import { explainIssues, type RenamedKeys } from './explain-issues.ts'
import { holidaysOf, HolidaysSchema } from './holidays.ts'
import { ONCE } from './schema-shape.ts'
import { SessionHoursSchema } from './session-hours.ts'
import { choice, flag, objectTo, readBy, timeOfDay, weekday } from './setting-types.ts'

/** What `timers_config.yaml` says. */
export interface TimerSettings {
  readonly timers: Timers
  readonly reset: ResetSpec
  /** `false`: no reset ever ends a lockout; only without a rule that needs one. */
  readonly resetEnabled: boolean
  /** `null` when it is turned off. */
  readonly weeklyReset: WeeklyReset | null
  readonly holidays: Holidays
  readonly holidaysEnabled: boolean
  /** Years for which holidays are listed, also when none is. */
  readonly holidayYears: readonly number[]
}

const NEW_YORK = 'America/New_York'
const WHY_RESET = 'every daily limit is counted from reset to reset'
/** Days of the reset: those that open the business days Monday to Friday. */
const DaysOfReset = readBy<'sun_thu' | 'all_days' | readonly Weekday[]>((value) => {
  if (value === 'sun_thu' || value === 'all_days') return { value }
  const days = Weekdays.safeParse(value)
  if (days.success) return { value: days.data }
  return { expected: '`sun_thu`, `all_days` or a list of days', why: WHY_RESET, fix: 'write `sun_thu`' }
}).meta({
  title: '`sun_thu`, `all_days` or a list of days',
  anyOf: [
    { type: 'string', enum: ['sun_thu', 'all_days'] },
    { type: 'array', minItems: 1, uniqueItems: true, items: { enum: [...WEEKDAYS, 0, 1, 2, 3, 4, 5, 6] } },
  ],
  examples: ['sun_thu', 'all_days', ['mon', 'tue', 'wed', 'thu', 'fri']],
})

/** From one second; below that a lockout would be over before it is seen. */
const Term = lockoutTerm(1_000)

const TradeFrequencySchema = z
  .strictObject({
    per_minute_breach: Term.prefault('60s').describe('After too many trades within a minute.'),
    per_hour_breach: Term.prefault('30m').describe('After too many trades within an hour.'),
    per_session_breach: Term.prefault('1h').describe('After too many trades in the trading day.'),
  })
  .prefault({})
  .superRefine((terms, context) => {
    const steps = [
      ['per_minute_breach', 'per_hour_breach'],
      ['per_hour_breach', 'per_session_breach'],
    ] as const
    for (const [shorter, longer] of steps) {
      if (lengthOf(terms[shorter]) <= lengthOf(terms[longer])) continue
      objectTo(context, [longer], terms[longer], {
        expected: `at least as long as ${shorter}`,
        why: 'the longer window must not be punished less',
        fix: `lengthen ${longer}, or shorten ${shorter}`,
      })
    }
  })
  .describe('RULE-006, by the window that was exceeded; must not shrink from the shorter to the longer one.')

/** `timers_config.yaml` (risk rules, 4.5). */
export const TimersSchema = z.strictObject({
  daily_reset: z
    .strictObject({
      enabled: flag('daily limits start anew or not')
        .default(true)
        .describe('`false` is refused while a rule counts by the day.'),
      time: timeOfDay(WHY_RESET).default('17:00').describe('When the trading day changes.'),
      timezone: TimeZone.default(NEW_YORK).describe('Zone of the time.'),
      reset_days: DaysOfReset.default('sun_thu').describe(
        'Days of the reset. `sun_thu`: the evenings before Monday to Friday; for a reset before noon Monday to Friday.',
      ),
    })
    .prefault({})
    .describe('When the trading day changes.'),
  weekly_reset: z
    .strictObject({
      enabled: flag('weeks are counted or not').default(true).describe('Whether weeks are counted.'),
      day: weekday('the week is counted from it').default('mon').describe('Day of the weekly reset.'),
      time: timeOfDay('the week is counted from it').default('17:00').describe('Time of the weekly reset.'),
      timezone: TimeZone.default(NEW_YORK).describe('Zone of the time.'),
    })
    .prefault({})
    .describe('When the trading week changes, whose P&L `risk-manager pnl` shows; no rule counts by the week.'),
  lockout_durations: z
    .strictObject({
      hard_lockout: z
        .strictObject({
          daily_realized_loss: Term.prefault('until_reset').describe('RULE-003.'),
          daily_realized_profit: Term.prefault('until_reset').describe('RULE-013.'),
          session_block_outside: choice(['until_session_start'], 'the next session ends it, nothing else')
            .optional()
            .describe('RULE-009: the next session ends it, nothing else.'),
          auth_loss_guard: choice(['until_can_trade'], 'the firm ends it, nothing else')
            .optional()
            .describe('RULE-010: the firm ends it, nothing else.'),
        })
        .prefault({})
        .describe('Lockouts that keep the account flat.'),
      timer_cooldown: z
        .strictObject({
          trade_frequency: TradeFrequencySchema,
          cooldown_after_loss: Term.prefault('15m').describe('RULE-007, for its short form.'),
        })
        .prefault({})
        .describe('Lockouts that only let positions be reduced.'),
    })
    .prefault({})
    .describe('How long lockouts last.'),
  session_hours: SessionHoursSchema.optional().describe('RULE-009: the hours in which the account may hold positions.'),
  holidays: HolidaysSchema.prefault({}).describe('Days on which the exchange is closed, or closes early.'),
})

const RENAMED_KEYS: RenamedKeys = {
  advanced: 'nothing: timers are exact, there is no check_interval',
  news_events: 'nothing: this version has no rule for news',
  reset_time: 'daily_reset.time',
  'daily_reset.days': 'reset_days',
  'holidays.full_day': 'dates, by year',
}

/** The settings of `timers_config.yaml`, or `null` after reporting why not. */
export function readTimersFile(tree: MapNode, report: Report): TimerSettings | null {
  const parsed = TimersSchema.safeParse(plainOf(tree), ONCE)
  if (!parsed.success) {
    explainIssues(
      parsed.error.issues,
      { root: tree, path: [], schema: TimersSchema, renamedKeys: RENAMED_KEYS },
      report,
    )
    return null
  }
  const { daily_reset, weekly_reset, lockout_durations, session_hours = null, holidays } = parsed.data
  const { hard_lockout, timer_cooldown } = lockout_durations
  const { trade_frequency } = timer_cooldown
  checkEarlyCloses(session_hours, holidaysOf(holidays), tree, report)
  return {
    timers: {
      dailyRealizedLoss: hard_lockout.daily_realized_loss,
      dailyRealizedProfit: hard_lockout.daily_realized_profit,
      cooldownAfterLoss: timer_cooldown.cooldown_after_loss,
      tradeFrequency: {
        perMinute: trade_frequency.per_minute_breach,
        perHour: trade_frequency.per_hour_breach,
        perSession: trade_frequency.per_session_breach,
      },
      sessionHours: session_hours,
    },
    reset: {
      time: daily_reset.time,
      timeZone: daily_reset.timezone,
      days: daysOfReset(daily_reset.reset_days, daily_reset.time, isGiven(tree, ['daily_reset', 'reset_days'])),
    },
    resetEnabled: daily_reset.enabled,
    weeklyReset: weekly_reset.enabled
      ? { day: weekly_reset.day, time: weekly_reset.time, timeZone: weekly_reset.timezone }
      : null,
    holidays: holidaysOf(holidays),
    holidaysEnabled: holidays.enabled,
    holidayYears: Object.keys(holidays.dates).map(Number),
  }
}

function daysOfReset(
  written: 'sun_thu' | 'all_days' | readonly Weekday[],
  time: string,
  isWritten: boolean,
): readonly Weekday[] {
  if (written === 'all_days') return WEEKDAYS
  if (written !== 'sun_thu') return written
  // A reset before noon opens the business day of its own date (risk rules, 1.2).
  const opensItsOwnDate = Number(time.slice(0, 2)) < 12
  return opensItsOwnDate && !isWritten ? ['mon', 'tue', 'wed', 'thu', 'fri'] : ['sun', 'mon', 'tue', 'wed', 'thu']
}

/** Shortest possible length, to compare terms; a day for one that lasts until the reset. */
function lengthOf(term: LockoutTerm): number {
  return term.kind === 'for' ? term.ms : DAY_MS
}

/** An early close that lies outside the session is a mistake in the time or in the zone. Those of single products concern other hours. */
function checkEarlyCloses(session: SessionSpec | null, holidays: Holidays, tree: MapNode, report: Report): void {
  if (session === null || session.allDay) return
  for (const [index, close] of holidays.earlyCloses.entries()) {
    if (close.products !== undefined || closesInside(close, session)) continue
    const path = ['holidays', 'early_close', index, 'close_time']
    report.error(placeOf(tree, path), keyPathOf(path), {
      expected: `a time inside the session, ${session.start} to ${session.end} ${session.timeZone}`,
      got: close.timeZone === undefined ? close.closeTime : `${close.closeTime} ${close.timeZone}`,
      why: 'an early close ends a session that is under way',
      fix: 'correct the time or the zone, or name the products that it concerns',
    })
  }
}

function closesInside(close: EarlyClose, session: SessionSpec): boolean {
  const at =
    close.timeZone === undefined || close.timeZone === session.timeZone
      ? Temporal.PlainDateTime.from(`${close.date}T${close.closeTime}`)
      : Temporal.ZonedDateTime.from(`${close.date}T${close.closeTime}[${close.timeZone}]`)
          .withTimeZone(session.timeZone)
          .toPlainDateTime()
  if (at.toPlainDate().toString() !== close.date) return false
  const time = at.toPlainTime().toString({ smallestUnit: 'minute' })
  const crossesMidnight = session.start > session.end
  return time < session.end && (crossesMidnight || time > session.start)
}
