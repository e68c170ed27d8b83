import { describe, expect, test } from 'vitest'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { formatInstant, type Instant, instant, instantOf } from '../src/instant.ts'
import { InvariantError } from '../src/invariant.ts'
import { NO_HOLIDAYS } from '../src/session-schedule.ts'
import { type ResetSpec, TradingCalendar, type WeeklyReset } from '../src/trading-calendar.ts'
import { WEEKDAYS } from '../src/weekday.ts'

const HOUR_MS = 3_600_000
const CHICAGO: ResetSpec = { time: '17:00', timeZone: 'America/Chicago', days: ['sun', 'mon', 'tue', 'wed', 'thu'] }
const EVERY_DAY: ResetSpec = { ...CHICAGO, days: WEEKDAYS }

function dayAt(spec: ResetSpec, iso: string): readonly [label: string, start: string, end: string, hours: number] {
  const { label, start, end } = new TradingCalendar(spec).dayOf(instantOf(iso))
  return [label, formatInstant(start), formatInstant(end), (end - start) / HOUR_MS]
}

describe('the trading day', () => {
  test.each([
    [
      'an ordinary day',
      CHICAGO,
      '2026-03-10T19:00:00Z',
      ['2026-03-10', '2026-03-09T22:00:00.000Z', '2026-03-10T22:00:00.000Z', 24],
    ],
    [
      'the spring change',
      EVERY_DAY,
      '2026-03-08T12:00:00Z',
      ['2026-03-08', '2026-03-07T23:00:00.000Z', '2026-03-08T22:00:00.000Z', 23],
    ],
    [
      'the autumn change',
      EVERY_DAY,
      '2026-11-01T12:00:00Z',
      ['2026-11-01', '2026-10-31T22:00:00.000Z', '2026-11-01T23:00:00.000Z', 25],
    ],
    [
      'Friday over the spring change',
      CHICAGO,
      '2026-03-07T12:00:00Z',
      ['2026-03-06', '2026-03-05T23:00:00.000Z', '2026-03-08T22:00:00.000Z', 71],
    ],
    [
      'Friday over the autumn change',
      CHICAGO,
      '2026-10-31T12:00:00Z',
      ['2026-10-30', '2026-10-29T22:00:00.000Z', '2026-11-01T23:00:00.000Z', 73],
    ],
    [
      'a millisecond before the reset',
      CHICAGO,
      '2026-03-10T21:59:59.999Z',
      ['2026-03-10', '2026-03-09T22:00:00.000Z', '2026-03-10T22:00:00.000Z', 24],
    ],
    [
      'the reset itself',
      CHICAGO,
      '2026-03-10T22:00:00Z',
      ['2026-03-11', '2026-03-10T22:00:00.000Z', '2026-03-11T22:00:00.000Z', 24],
    ],
    [
      'a Saturday',
      CHICAGO,
      '2026-03-14T12:00:00Z',
      ['2026-03-13', '2026-03-12T22:00:00.000Z', '2026-03-15T22:00:00.000Z', 72],
    ],
    [
      'a reset in the morning, which opens its own date',
      { time: '09:30', timeZone: 'America/New_York', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
      '2026-03-10T13:30:00Z',
      ['2026-03-10', '2026-03-10T13:30:00.000Z', '2026-03-11T13:30:00.000Z', 24],
    ],
    [
      'a reset in the gap, which happens at the jump (T-04)',
      { time: '02:30', timeZone: 'America/Chicago', days: WEEKDAYS },
      '2026-03-08T12:00:00Z',
      ['2026-03-08', '2026-03-08T08:00:00.000Z', '2026-03-09T07:30:00.000Z', 23.5],
    ],
    [
      'a reset that comes twice, which is the later one (T-05)',
      { time: '01:30', timeZone: 'America/Chicago', days: WEEKDAYS },
      '2026-11-01T12:00:00Z',
      ['2026-11-01', '2026-11-01T07:30:00.000Z', '2026-11-02T07:30:00.000Z', 24],
    ],
    [
      'one reset a week',
      { time: '17:00', timeZone: 'America/New_York', days: ['mon'] },
      '2026-03-09T20:59:59.999Z',
      ['2026-03-03', '2026-03-02T22:00:00.000Z', '2026-03-09T21:00:00.000Z', 167],
    ],
  ] as const)('%s', (_name, spec, iso, expected) => {
    expect(dayAt(spec, iso)).toEqual(expected)
  })

  test('keeps a loss in the evening and one after midnight on one day', () => {
    const calendar = new TradingCalendar(CHICAGO)
    const evening = calendar.dayOf(instantOf('2026-03-09T23:00:00Z'))
    expect(calendar.dayOf(instantOf('2026-03-10T06:00:00Z'))).toEqual(evening)
  })

  test('does not exist without a reset day', () => {
    expect(() => new TradingCalendar({ ...CHICAGO, days: [] })).toThrow(InvariantError)
  })
})

describe('the weekly reset', () => {
  const MONDAY: WeeklyReset = { day: 'mon', time: '17:00', timeZone: 'America/New_York' }

  test.each([
    ['in the middle of the week', MONDAY, '2026-03-11T12:00:00Z', '2026-03-09T21:00:00.000Z'],
    ['a millisecond before it', MONDAY, '2026-03-09T20:59:59.999Z', '2026-03-02T22:00:00.000Z'],
    ['the reset itself', MONDAY, '2026-03-09T21:00:00Z', '2026-03-09T21:00:00.000Z'],
    ['a Sunday over the autumn change', MONDAY, '2026-11-01T12:00:00Z', '2026-10-26T21:00:00.000Z'],
    [
      'a reset that comes twice, which is the later one (T-05)',
      { day: 'sun', time: '01:30', timeZone: 'America/Chicago' },
      '2026-11-01T12:00:00Z',
      '2026-11-01T07:30:00.000Z',
    ],
    [
      'between the two, which is still the week before',
      { day: 'sun', time: '01:30', timeZone: 'America/Chicago' },
      '2026-11-01T07:00:00Z',
      '2026-10-25T06:30:00.000Z',
    ],
    [
      'a reset in the gap, which happens at the jump (T-04)',
      { day: 'sun', time: '02:30', timeZone: 'America/Chicago' },
      '2026-03-08T12:00:00Z',
      '2026-03-08T08:00:00.000Z',
    ],
    [
      'a zone whose day is another one',
      { day: 'mon', time: '09:00', timeZone: 'Australia/Sydney' },
      '2026-03-08T22:30:00Z',
      '2026-03-08T22:00:00.000Z',
    ],
  ] as const)('%s', (_, weekly, at, expected) => {
    const previous = new TradingCalendar(CHICAGO, NO_HOLIDAYS, weekly).previousWeeklyReset(instantOf(at))
    expect(previous === null ? null : formatInstant(previous)).toBe(expected)
  })

  test('is never where weeks are not counted', () => {
    expect(new TradingCalendar(CHICAGO).previousWeeklyReset(instantOf('2026-03-11T12:00:00Z'))).toBeNull()
  })
})

describe('resets', () => {
  const anInstant = fc
    .integer({ min: instantOf('2024-01-01T00:00:00Z'), max: instantOf('2031-01-01T00:00:00Z') })
    .map(instant)
  const aSpec: fc.Arbitrary<ResetSpec> = fc.record({
    time: fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`),
    timeZone: fc.constantFrom('America/Chicago', 'America/New_York', 'Europe/London', 'Australia/Sydney', 'UTC'),
    days: fc.shuffledSubarray([...WEEKDAYS], { minLength: 1 }),
  })

  test('next is after, previous is not after, and next of previous is after', () => {
    fc.assert(
      fc.property(aSpec, anInstant, (spec, at) => {
        const calendar = new TradingCalendar(spec)
        const previous = calendar.previousReset(at)
        expect(calendar.nextReset(at)).toBeGreaterThan(at)
        expect(previous).toBeLessThanOrEqual(at)
        expect(calendar.nextReset(previous)).toBeGreaterThan(at)
        expect(calendar.previousReset(calendar.nextReset(at))).toBe(calendar.nextReset(at))
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('differ by whole days, give or take a clock change', () => {
    fc.assert(
      fc.property(aSpec, anInstant, (spec, at) => {
        const { start, end } = new TradingCalendar(spec).dayOf(at)
        const dates = [start, end].map((edge) =>
          Temporal.Instant.fromEpochMilliseconds(edge).toZonedDateTimeISO(spec.timeZone).toPlainDate(),
        )
        const days = (dates[0] as Temporal.PlainDate).until(dates[1] as Temporal.PlainDate).days
        expect(days).toBeGreaterThanOrEqual(1)
        expect(Math.abs(end - start - days * 24 * HOUR_MS)).toBeLessThanOrEqual(HOUR_MS)
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('answer the same whatever was asked before', () => {
    fc.assert(
      fc.property(aSpec, fc.array(anInstant, { minLength: 1, maxLength: 8 }), (spec, instants) => {
        const asked = new TradingCalendar(spec)
        for (const at of instants) expect(asked.dayOf(at)).toEqual(new TradingCalendar(spec).dayOf(at))
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('follow each other without a gap over a year', () => {
    const calendar = new TradingCalendar(CHICAGO)
    let at: Instant = instantOf('2026-01-01T00:00:00Z')
    const until = instantOf('2027-01-01T00:00:00Z')
    const labels: string[] = []
    while (at < until) {
      const day = calendar.dayOf(at)
      labels.push(day.label)
      at = day.end
    }
    expect(new Set(labels).size).toBe(labels.length)
    expect(labels).toHaveLength(262)
  })
})
