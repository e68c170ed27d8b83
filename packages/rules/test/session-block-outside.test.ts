import { describeGoal, type EarlyClose, instantOf, type SessionSpec, TradingCalendar } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { sessionBlockOutside } from '../src/session-block-outside.ts'
import { problemOf } from './problem-of.ts'
import { aContext, aView, CALENDAR, held } from './account-views.ts'

const { ES, MNQ } = contracts
const DAY_SESSION = { start: '08:30', end: '15:00' }
const OVERNIGHT = { start: '17:00', end: '15:10', allowed_days: ['sun', 'mon', 'tue', 'wed', 'thu'] }

function calendarWith(fullDays: readonly string[], earlyCloses: readonly EarlyClose[] = []): TradingCalendar {
  return new TradingCalendar(CALENDAR.reset, { fullDays: new Set(fullDays), earlyCloses })
}

function look(written: object, iso: string, calendar = CALENDAR, sessionHours: SessionSpec | null = null) {
  const settings = sessionBlockOutside.settings.parse(written)
  const context = aContext({ now: instantOf(iso), calendar, timers: { sessionHours } })
  const view = aView({ positions: [held(ES, 1), held(MNQ, -2)] })
  const next = sessionBlockOutside.nextCheck(settings, view, context)
  return {
    next,
    findings: sessionBlockOutside.evaluate(settings, view, context).findings.map((finding) => ({
      scope: finding.scope,
      goals: finding.goals.map(describeGoal),
      effect: finding.lockout?.effect,
      until: finding.lockout?.until,
      message: finding.message,
    })),
  }
}

/** Where the account stands: `in`, or the instant until which it is locked. */
function standing(written: object, iso: string, calendar?: TradingCalendar): string {
  const [finding] = look(written, iso, calendar).findings
  if (finding === undefined) return 'in'
  if (finding.until?.kind !== 'session-start') throw new Error(`locked until ${JSON.stringify(finding.until)}`)
  return Temporal.Instant.fromEpochMilliseconds(finding.until.at).toString()
}

describe('session block outside', () => {
  const day = { global_session: DAY_SESSION }
  const overnight = { global_session: OVERNIGHT }

  test.each([
    ['a millisecond before the start', '2026-03-09T13:29:59.999Z', '2026-03-09T13:30:00Z'],
    ['at the start', '2026-03-09T13:30:00Z', 'in'],
    ['a millisecond before the end', '2026-03-09T19:59:59.999Z', 'in'],
    ['at the end', '2026-03-09T20:00:00Z', '2026-03-10T13:30:00Z'],
    ['on Friday afternoon, in winter time, over the clock change', '2026-03-06T21:00:00Z', '2026-03-09T13:30:00Z'],
    ['on Friday morning before the clock change', '2026-03-06T14:29:59Z', '2026-03-06T14:30:00Z'],
    ['on Saturday', '2026-03-07T16:00:00Z', '2026-03-09T13:30:00Z'],
  ])('08:30–15:00, %s', (_name, iso, expected) => {
    expect(standing(day, iso)).toBe(expected)
  })

  test.each([
    ['Monday 03:00 of the session that opened on Sunday', '2026-03-09T08:00:00Z', 'in'],
    ['Monday 15:10', '2026-03-09T20:10:00Z', '2026-03-09T22:00:00Z'],
    ['Sunday 16:59', '2026-03-08T21:59:00Z', '2026-03-08T22:00:00Z'],
    ['Sunday 17:00', '2026-03-08T22:00:00Z', 'in'],
    ['Friday 15:09', '2026-03-13T20:09:00Z', 'in'],
    ['Friday 15:10', '2026-03-13T20:10:00Z', '2026-03-15T22:00:00Z'],
  ])('17:00–15:10 from Sunday to Thursday, %s', (_name, iso, expected) => {
    expect(standing(overnight, iso)).toBe(expected)
  })

  test.each([
    ['before the early close', '2026-12-24T17:59:59Z', 'in'],
    ['from the early close over the holiday and the weekend', '2026-12-24T18:00:00Z', '2026-12-28T14:30:00Z'],
    ['on the holiday', '2026-12-25T16:00:00Z', '2026-12-28T14:30:00Z'],
  ])('with Christmas, %s', (_name, iso, expected) => {
    const christmas = calendarWith(['2026-12-25'], [{ date: '2026-12-24', closeTime: '12:00' }])
    expect(standing(day, iso, christmas)).toBe(expected)
  })

  test('a holiday removes the overnight session that would end on it', () => {
    const christmas = calendarWith(['2026-12-25'])
    expect(standing(overnight, '2026-12-24T23:30:00Z', christmas)).toBe('2026-12-27T23:00:00Z')
    expect(standing({ ...overnight, respect_holidays: false }, '2026-12-24T23:30:00Z', christmas)).toBe('in')
  })

  test.each([
    ['02:30', '2026-03-08T07:59:59.999Z', '2026-03-08T08:00:00Z'], // 02:30 does not exist: the instant of the jump
    ['01:30', '2026-11-01T06:29:59.999Z', '2026-11-01T06:30:00Z'], // 01:30 comes twice: the first one
  ])('a session that ends at %s of a clock change', (end, lastIn, firstOut) => {
    const session = { global_session: { start: '20:00', end, allowed_days: ['sat'] } }
    expect(look(session, lastIn).findings).toEqual([])
    expect(look(session, firstOut).findings).toHaveLength(1)
  })

  test('flattens the account and says until when', () => {
    expect(look(day, '2026-03-06T21:00:00Z').findings).toEqual([
      {
        scope: 'account',
        goals: ['flat account'],
        effect: 'flat',
        until: { kind: 'session-start', at: instantOf('2026-03-09T13:30:00Z') },
        message:
          'The account is outside its session (08:30–15:00 America/Chicago, mon tue wed thu fri); the next one starts 2026-03-09 08:30 CDT.',
      },
    ])
  })

  test('only lets positions be reduced when they need not be closed', () => {
    const [finding] = look({ ...day, close_positions_at_session_end: false }, '2026-03-06T21:00:00Z').findings
    expect(finding?.effect).toBe('reduce-only')
    expect(finding?.goals).toEqual([`reduce only within -2 ${MNQ.id}, 1 ${ES.id}`])
  })

  test('acts before the end by the lead', () => {
    const led = { ...day, close_lead_seconds: 60 }
    expect(standing(led, '2026-03-09T19:58:59.999Z')).toBe('in')
    expect(standing(led, '2026-03-09T19:59:00Z')).toBe('2026-03-10T13:30:00Z')
    expect(look(led, '2026-03-09T19:59:00Z').findings[0]?.message).toMatch(
      'near the end of its session at 2026-03-09 15:00 CDT',
    )
  })

  test.each([
    ['2026-03-09T13:00:00Z', '2026-03-09T13:30:00Z'],
    ['2026-03-09T13:30:00Z', '2026-03-09T19:59:00Z'],
    ['2026-03-09T19:59:00Z', '2026-03-09T20:00:00Z'],
    ['2026-03-09T20:00:00Z', '2026-03-10T13:30:00Z'],
  ])('wakes at the next edge after %s', (iso, next) => {
    expect(look({ ...day, close_lead_seconds: 60 }, iso).next).toBe(instantOf(next))
  })

  test('takes the session of the timers when it has none of its own', () => {
    const fromTimers: SessionSpec = {
      ...DAY_SESSION,
      timeZone: 'America/New_York',
      days: ['mon'],
      allDay: false,
      respectHolidays: true,
    }
    expect(look({}, '2026-03-09T12:30:00Z', CALENDAR, fromTimers).findings).toEqual([])
    expect(look({}, '2026-03-09T19:00:00Z', CALENDAR, fromTimers).findings).toHaveLength(1)
    expect(look({}, '2026-03-09T19:00:00Z').findings).toEqual([])
  })

  test('an all-day session is closed between Friday and Sunday midnight only', () => {
    const allDay = {
      global_session: { all_day: true, allowed_days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
      close_lead_seconds: 60,
    }
    expect(standing(allDay, '2026-03-10T04:59:59Z')).toBe('in')
    expect(standing(allDay, '2026-03-14T04:58:59Z')).toBe('in')
    expect(standing(allDay, '2026-03-14T04:59:00Z')).toBe('2026-03-16T05:00:00Z')
  })

  test('a session of all days never closes', () => {
    const always = { global_session: { all_day: true, allowed_days: [0, 1, 2, 3, 4, 5, 6] }, close_lead_seconds: 3_600 }
    const settings = sessionBlockOutside.settings.parse(always)
    for (let hour = 0; hour < 24 * 60; hour += 1) {
      const now = instantOf(Temporal.Instant.from('2026-02-20T00:30:00Z').add({ hours: hour }).toString())
      expect(sessionBlockOutside.evaluate(settings, aView(), aContext({ now })).findings).toEqual([])
    }
  })
})

describe('sessions of single products', () => {
  const narrowed = { global_session: DAY_SESSION, per_instrument_sessions: { ES: { start: '09:00', end: '16:00' } } }

  test.each([
    ['before the product opens', '2026-03-09T13:45:00Z', [['product:ES', '2026-03-09T14:00:00Z']]],
    ['while both are open', '2026-03-09T14:00:00Z', []],
    [
      'after the account has closed',
      '2026-03-09T20:30:00Z',
      [
        ['account', '2026-03-10T13:30:00Z'],
        ['product:ES', '2026-03-10T14:00:00Z'],
      ],
    ],
  ])('narrow the session of the account, %s', (_name, iso, expected) => {
    const found = look(narrowed, iso).findings.map(({ scope, until }) => [
      scope,
      until?.kind === 'session-start' ? Temporal.Instant.fromEpochMilliseconds(until.at).toString() : 'unknown',
    ])
    expect(found).toEqual(expected)
  })

  test('stand alone without a session of the account and cover their product only', () => {
    const alone = { per_instrument_sessions: { ES: DAY_SESSION } }
    expect(look(alone, '2026-03-09T20:30:00Z').findings).toMatchObject([{ scope: 'product:ES', goals: ['flat ES'] }])
    expect(look(alone, '2026-03-09T15:00:00Z').findings).toEqual([])
  })

  test('keep only what is open of the product when it need not be closed', () => {
    const kept = { per_instrument_sessions: { ES: DAY_SESSION }, close_positions_at_session_end: false }
    expect(look(kept, '2026-03-09T20:30:00Z').findings[0]?.goals).toEqual([`reduce ES only within 1 ${ES.id}`])
  })

  test('say nothing when they are turned off', () => {
    const off = {
      global_session: { ...DAY_SESSION, enabled: false },
      per_instrument_sessions: { ES: { ...DAY_SESSION, enabled: false } },
    }
    expect(look(off, '2026-03-09T20:30:00Z').findings).toEqual([])
    expect(look(off, '2026-03-09T20:30:00Z').next).toBeNull()
  })

  test('that never meet the session of the account lock their product a day at a time', () => {
    const apart = { global_session: DAY_SESSION, per_instrument_sessions: { ES: { start: '18:00', end: '20:00' } } }
    expect(look(apart, '2026-03-09T15:00:00Z').findings).toMatchObject([
      { scope: 'product:ES', until: { kind: 'next-reset' } },
    ])
  })

  test('end early for the products that close early, although only the account has a session', () => {
    const early = calendarWith([], [{ date: '2026-11-27', closeTime: '12:15', products: ['ES'] }])
    const day = { global_session: DAY_SESSION }
    expect(look(day, '2026-11-27T18:14:59Z', early).findings).toEqual([])
    expect(look(day, '2026-11-27T18:15:00Z', early).findings).toMatchObject([
      { scope: 'product:ES', until: { at: instantOf('2026-11-30T14:30:00Z') } },
    ])
    expect(look(day, '2026-11-27T21:00:00Z', early).findings.map(({ scope }) => scope)).toEqual(['account'])
    expect(look({ ...day, respect_holidays: false }, '2026-11-27T18:15:00Z', early).findings).toEqual([])
  })
})

describe('session hours as they are written', () => {
  test.each([
    [{ start: '09:00', end: '09:00' }, 'an end that differs from the start'],
    [{ all_day: true, start: '09:00' }, 'no start and end beside all_day'],
    [{ timezone: 'EST' }, 'an IANA time zone'],
    [{ timezone: 'america/chicago' }, 'an IANA time zone'],
    [{ timezone: '-06:00' }, 'an IANA time zone'],
    [{ timezone: 'Mars/Olympus' }, 'an IANA time zone'],
    [{ allowed_days: [] }, 'a list of days, mon to sun, each once'],
    [{ allowed_days: ['mon', 'mon'] }, 'a list of days, mon to sun, each once'],
    [{ allowed_days: ['mon', 0] }, 'a list of days, mon to sun, each once'],
    [{ allowed_days: ['Mon'] }, 'a list of days, mon to sun, each once'],
    [{ allowed_days: [7] }, 'a list of days, mon to sun, each once'],
    [{ allowed_days: 'mon' }, 'a list of days, mon to sun, each once'],
  ])('are refused as %j', (global_session, expected) => {
    const [issue] = sessionBlockOutside.settings.safeParse({ global_session }).error?.issues ?? []
    expect(problemOf(issue)?.expected).toBe(expected)
  })

  test.each([{ start: '24:00' }, { start: '8:30' }, { start: '08:60' }, { start: ' 08:30' }, { begin: '08:30' }])(
    'are refused as %j',
    (global_session) => {
      expect(sessionBlockOutside.settings.safeParse({ global_session }).success).toBe(false)
    },
  )

  test.each(['UTC', 'US/Central', 'Europe/Berlin'])('take the zone %s', (timezone) => {
    expect(sessionBlockOutside.settings.parse({ global_session: { timezone } }).global_session?.timeZone).toBe(timezone)
  })

  test.each([-1, 3_601, 0.5])('refuse a lead of %s seconds', (close_lead_seconds) => {
    expect(sessionBlockOutside.settings.safeParse({ close_lead_seconds }).success).toBe(false)
  })

  test('know what the old grace became', () => {
    expect(sessionBlockOutside.renamedKeys['session_close_grace']).toMatch('close_lead_seconds')
  })
})
