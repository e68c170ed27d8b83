import { describe, expect, test } from 'vitest'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { formatInstant, type Instant, instant, instantOf, later } from '../src/instant.ts'
import { type Holidays, NO_HOLIDAYS, SessionSchedule, type SessionSpec } from '../src/session-schedule.ts'
import { WEEKDAYS } from '../src/weekday.ts'

const HOUR_MS = 3_600_000
const DAY_SESSION: SessionSpec = {
  start: '08:30',
  end: '15:00',
  timeZone: 'America/Chicago',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  allDay: false,
  respectHolidays: true,
}
const OVERNIGHT: SessionSpec = {
  ...DAY_SESSION,
  start: '17:00',
  end: '15:10',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
}

function schedule(spec: SessionSpec, holidays: Holidays = NO_HOLIDAYS, product: string | null = null): SessionSchedule {
  return new SessionSchedule(spec, holidays, product)
}

function windowAt(subject: SessionSchedule, iso: string): readonly [string, string] | null {
  const window = subject.windowAt(instantOf(iso))
  return window === null ? null : [formatInstant(window.start), formatInstant(window.end)]
}

describe('a session', () => {
  test.each([
    ['2026-03-06T14:29:59.999Z', null],
    ['2026-03-06T14:30:00Z', ['2026-03-06T14:30:00.000Z', '2026-03-06T21:00:00.000Z']],
    ['2026-03-06T20:59:59.999Z', ['2026-03-06T14:30:00.000Z', '2026-03-06T21:00:00.000Z']],
    ['2026-03-06T21:00:00Z', null],
    ['2026-03-09T13:30:00Z', ['2026-03-09T13:30:00.000Z', '2026-03-09T20:00:00.000Z']],
    ['2026-03-07T16:00:00Z', null],
  ])('by day at %s', (iso, expected) => {
    expect(windowAt(schedule(DAY_SESSION), iso)).toEqual(expected)
  })

  test.each([
    ['2026-03-09T08:00:00Z', ['2026-03-08T22:00:00.000Z', '2026-03-09T20:10:00.000Z']],
    ['2026-03-09T20:10:00Z', null],
    ['2026-03-08T21:59:59.999Z', null],
    ['2026-03-08T22:00:00Z', ['2026-03-08T22:00:00.000Z', '2026-03-09T20:10:00.000Z']],
    ['2026-03-13T21:00:00Z', null],
    ['2026-03-14T12:00:00Z', null],
  ])('over midnight at %s', (iso, expected) => {
    expect(windowAt(schedule(OVERNIGHT), iso)).toEqual(expected)
  })

  test('ends at the jump when its end does not exist, and at the first of two ends', () => {
    const spring = schedule({ ...DAY_SESSION, start: '20:00', end: '02:30', days: ['sat'] })
    expect(windowAt(spring, '2026-03-08T06:00:00Z')?.[1]).toBe('2026-03-08T08:00:00.000Z')
    const autumn = schedule({ ...DAY_SESSION, start: '20:00', end: '01:30', days: ['sat'] })
    expect(windowAt(autumn, '2026-11-01T05:00:00Z')?.[1]).toBe('2026-11-01T06:30:00.000Z')
  })

  test('starts at the second of two starts', () => {
    const autumn = schedule({ ...DAY_SESSION, start: '01:30', end: '09:00', days: ['sun'] })
    expect(windowAt(autumn, '2026-11-01T07:00:00Z')).toBeNull()
    expect(windowAt(autumn, '2026-11-01T07:30:00Z')?.[0]).toBe('2026-11-01T07:30:00.000Z')
  })

  test('joins another that adjoins it', () => {
    const allDay = schedule({ ...DAY_SESSION, allDay: true })
    expect(windowAt(allDay, '2026-03-11T12:00:00Z')?.[1]).toBe('2026-03-14T05:00:00.000Z')
    expect(windowAt(allDay, '2026-03-14T05:00:00Z')).toBeNull()
  })

  test('that never ends stays open for ever, its end out of sight', () => {
    const always = schedule({ ...DAY_SESSION, allDay: true, days: WEEKDAYS })
    let at: Instant = instantOf('2026-01-01T00:00:00Z')
    for (let hours = 0; hours < 24 * 100; hours += 1) {
      expect((always.windowAt(at)?.end ?? 0) - at).toBeGreaterThan(7 * 24 * HOUR_MS)
      at = later(at, HOUR_MS)
    }
  })
})

describe('holidays', () => {
  const christmas: Holidays = {
    fullDays: new Set(['2026-12-25']),
    earlyCloses: [
      { date: '2026-12-24', closeTime: '12:00' },
      { date: '2026-12-31', closeTime: '13:00', timeZone: 'America/New_York', products: ['ES'] },
    ],
  }

  test.each([
    ['a day session is gone on the holiday', DAY_SESSION, null, '2026-12-25T16:00:00Z', null],
    ['a day session ends at the early close', DAY_SESSION, null, '2026-12-24T17:59:59Z', '2026-12-24T18:00:00.000Z'],
    ['an overnight session that would end on the holiday never opens', OVERNIGHT, null, '2026-12-25T02:00:00Z', null],
    [
      'an overnight session ends at the early close of its end date',
      OVERNIGHT,
      null,
      '2026-12-24T12:00:00Z',
      '2026-12-24T18:00:00.000Z',
    ],
    [
      'an early close of a product ends its session, in the zone of the close',
      DAY_SESSION,
      'ES',
      '2026-12-31T17:00:00Z',
      '2026-12-31T18:00:00.000Z',
    ],
    [
      'an early close of one product leaves the others',
      DAY_SESSION,
      'NQ',
      '2026-12-31T17:00:00Z',
      '2026-12-31T21:00:00.000Z',
    ],
    [
      'an early close of one product leaves the account',
      DAY_SESSION,
      null,
      '2026-12-31T17:00:00Z',
      '2026-12-31T21:00:00.000Z',
    ],
    [
      'nothing of this counts when holidays are not respected',
      { ...DAY_SESSION, respectHolidays: false },
      null,
      '2026-12-25T16:00:00Z',
      '2026-12-25T21:00:00.000Z',
    ],
  ] as const)('%s', (_name, spec, product, iso, end) => {
    expect(windowAt(schedule(spec, christmas, product), iso)?.[1] ?? null).toBe(end)
  })

  test('an early close after the regular end changes nothing', () => {
    const late: Holidays = { fullDays: new Set(), earlyCloses: [{ date: '2026-12-24', closeTime: '16:00' }] }
    expect(windowAt(schedule(DAY_SESSION, late), '2026-12-24T16:00:00Z')?.[1]).toBe('2026-12-24T21:00:00.000Z')
  })

  test('an early close before the start leaves no session', () => {
    const early: Holidays = { fullDays: new Set(), earlyCloses: [{ date: '2026-12-24', closeTime: '08:00' }] }
    expect(windowAt(schedule(DAY_SESSION, early), '2026-12-24T16:00:00Z')).toBeNull()
  })

  // RULE-009, vectors 3, 5 and 6.
  test.each([
    ['a Friday is followed by Monday', DAY_SESSION, '2026-03-06T21:00:00Z', '2026-03-09T13:30:00.000Z'],
    [
      'an early close and a holiday are followed by Monday',
      DAY_SESSION,
      '2026-12-24T18:00:00Z',
      '2026-12-28T14:30:00.000Z',
    ],
    ['a night session on Friday is followed by Sunday', OVERNIGHT, '2026-03-13T20:10:00Z', '2026-03-15T22:00:00.000Z'],
    [
      'a night session before a holiday is followed by Sunday',
      OVERNIGHT,
      '2026-12-24T18:00:00Z',
      '2026-12-27T23:00:00.000Z',
    ],
  ])('%s', (_name, spec, iso, next) => {
    const subject = schedule(spec, christmas)
    expect(subject.isOpen(instantOf(iso))).toBe(false)
    expect(subject.isOpen(later(instantOf(iso), -1))).toBe(true)
    expect(formatInstant(subject.nextStart(instantOf(iso)) ?? instant(0))).toBe(next)
  })

  test('the next session starts after any number of closed days', () => {
    const fullDays = new Set(
      Array.from({ length: 60 }, (_, day) => Temporal.PlainDate.from('2026-12-24').add({ days: day }).toString()),
    )
    const long = schedule(DAY_SESSION, { fullDays, earlyCloses: [] })
    expect(formatInstant(long.nextStart(instantOf('2026-12-23T22:00:00Z')) ?? instant(0))).toBe(
      '2027-02-22T14:30:00.000Z',
    )
  })
})

describe('sessions in general', () => {
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
  const spec = fc
    .record({
      start: time,
      end: time,
      timeZone: fc.constantFrom('America/Chicago', 'America/New_York', 'Europe/London', 'UTC'),
      days: fc.shuffledSubarray([...WEEKDAYS], { minLength: 1 }),
      allDay: fc.boolean(),
      respectHolidays: fc.constant(true),
    })
    .filter((one) => one.start !== one.end)
  const at = fc.integer({ min: instantOf('2026-01-01T00:00:00Z'), max: instantOf('2027-12-31T00:00:00Z') }).map(instant)

  test('contain the instant they are found for, and the next one starts later', () => {
    fc.assert(
      fc.property(spec, at, (one, now) => {
        const subject = schedule(one)
        const window = subject.windowAt(now)
        if (window !== null) {
          expect(window.start).toBeLessThanOrEqual(now)
          expect(window.end).toBeGreaterThan(now)
        }
        const next = subject.nextStart(now)
        if (next === null) return
        expect(next).toBeGreaterThan(now)
        expect(subject.isOpen(next)).toBe(true)
        expect(subject.isOpen(later(next, -1))).toBe(false)
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('are the same whatever was asked before', () => {
    fc.assert(
      fc.property(spec, fc.array(at, { minLength: 1, maxLength: 8 }), (one, instants) => {
        const asked = schedule(one)
        for (const now of instants) expect(asked.isOpen(now)).toBe(schedule(one).isOpen(now))
      }),
      { numRuns: propertyRuns() },
    )
  })
})
