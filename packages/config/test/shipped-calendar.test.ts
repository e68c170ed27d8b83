import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatInstant, instantOf, type SessionSpec, TradingCalendar } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../src/index.ts'
import { VARIABLES } from './config-fixture.ts'

/*
 * The calendar that we ship, against the usual pattern of CME Group (risk rules, 4.5): few days are closed, most holidays of the United States
 * are early halts, at noon in Chicago for stock indexes, rates and currencies, at 13:30 for energy and metals.
 */

const shipped = fileURLToPath(new URL('../../../config', import.meta.url))
const loaded = loadConfig({
  directory: shipped,
  environment: { ...VARIABLES, PROJECTX_ACCOUNT: 'PRAC-V2-1' },
  today: Temporal.PlainDate.from('2026-12-01'), // from December on both years are needed
})
if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ got }) => got).join('; '))
const { holidays, reset, accounts } = loaded
const calendar = new TradingCalendar(reset, holidays)

/** The exchange week, Sunday 17:00 to Friday 16:00 in Chicago. */
const GLOBEX: SessionSpec = {
  start: '17:00',
  end: '16:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
  allDay: false,
  respectHolidays: true,
}
const DAY_SESSION: SessionSpec = { ...GLOBEX, start: '08:30', end: '15:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] }

/** Where the session that contains the instant ends, and where the next one starts: `…Z, next …Z`. */
function edgesOf(spec: SessionSpec, product: string | null, iso: string): string {
  const schedule = calendar.session(spec, product)
  const at = instantOf(iso)
  const end = schedule.windowAt(at)?.end
  const next = schedule.nextStart(end ?? at)
  return `${end === undefined ? 'closed' : short(formatInstant(end))}, next ${next === null ? 'never' : short(formatInstant(next))}`
}

function short(iso: string): string {
  return iso.replace(':00.000Z', 'Z')
}

describe('the exchange week with the shipped calendar', () => {
  test.each([
    // Thanksgiving: trading resumes in the evening of the same day.
    ['ES', '2026-11-26T12:00:00Z', '2026-11-26T18:00Z, next 2026-11-26T23:00Z'],
    ['ZN', '2026-11-26T12:00:00Z', '2026-11-26T18:00Z, next 2026-11-26T23:00Z'],
    ['6E', '2026-11-26T12:00:00Z', '2026-11-26T18:00Z, next 2026-11-26T23:00Z'],
    ['CL', '2026-11-26T12:00:00Z', '2026-11-26T19:30Z, next 2026-11-26T23:00Z'],
    ['GC', '2026-11-26T12:00:00Z', '2026-11-26T19:30Z, next 2026-11-26T23:00Z'],
    ['ES', '2027-11-25T12:00:00Z', '2027-11-25T18:00Z, next 2027-11-25T23:00Z'],
    // The day after it.
    ['MES', '2026-11-27T12:00:00Z', '2026-11-27T18:15Z, next 2026-11-29T23:00Z'],
    ['MCL', '2026-11-27T12:00:00Z', '2026-11-27T18:45Z, next 2026-11-29T23:00Z'],
    // Christmas Eve; no session ends on Friday the 25th, so none opens on Thursday evening.
    ['NQ', '2026-12-24T12:00:00Z', '2026-12-24T18:15Z, next 2026-12-27T23:00Z'],
    ['SI', '2026-12-24T12:00:00Z', '2026-12-24T18:45Z, next 2026-12-27T23:00Z'],
    // Christmas of 2027 is observed on Friday the 24th; the 23rd is an ordinary day.
    ['NQ', '2027-12-23T12:00:00Z', '2027-12-23T22:00Z, next 2027-12-26T23:00Z'],
    // Good Friday, over summer time.
    ['ES', '2026-04-02T12:00:00Z', '2026-04-02T21:00Z, next 2026-04-05T22:00Z'],
    ['ES', '2026-04-03T12:00:00Z', 'closed, next 2026-04-05T22:00Z'],
    ['CL', '2027-03-26T12:00:00Z', 'closed, next 2027-03-28T22:00Z'],
    // A Monday holiday: the session that opens on Sunday evening ends at the halt.
    ['NQ', '2026-05-24T23:00:00Z', '2026-05-25T17:00Z, next 2026-05-25T22:00Z'],
    ['CL', '2026-05-24T23:00:00Z', '2026-05-25T18:30Z, next 2026-05-25T22:00Z'],
    // Independence Day of 2026 is observed on Friday.
    ['RTY', '2026-07-03T12:00:00Z', '2026-07-03T17:00Z, next 2026-07-05T22:00Z'],
    // New Year.
    ['ES', '2026-12-31T12:00:00Z', '2026-12-31T22:00Z, next 2027-01-03T23:00Z'],
    // The clock changes of 2027: the same hours in Chicago are an hour apart in UTC.
    ['ES', '2027-03-12T12:00:00Z', '2027-03-12T22:00Z, next 2027-03-14T22:00Z'],
    ['ES', '2027-11-05T12:00:00Z', '2027-11-05T21:00Z, next 2027-11-07T23:00Z'],
    // Grains are not listed; no profile allows them.
    ['ZC', '2026-11-26T12:00:00Z', '2026-11-26T22:00Z, next 2026-11-26T23:00Z'],
  ])('%s at %s ends %s', (product, iso, edges) => expect(edgesOf(GLOBEX, product, iso)).toBe(edges))

  test.each([
    [
      'a day session ends at the halt of its product',
      'ES',
      '2026-11-26T15:00:00Z',
      '2026-11-26T18:00Z, next 2026-11-27T14:30Z',
    ],
    ['energy goes on after it', 'CL', '2026-11-26T15:00:00Z', '2026-11-26T19:30Z, next 2026-11-27T14:30Z'],
    [
      'the account as a whole is closed on full holidays only',
      null,
      '2026-11-26T15:00:00Z',
      '2026-11-26T21:00Z, next 2026-11-27T14:30Z',
    ],
    ['a full holiday closes the account', null, '2026-12-25T15:00:00Z', 'closed, next 2026-12-28T14:30Z'],
  ])('%s', (_, product, iso, edges) => expect(edgesOf(DAY_SESSION, product, iso)).toBe(edges))
})

describe.each([[2026], [2027]])('the holidays of %i', (year) => {
  const ofYear = (date: string): boolean => date.startsWith(String(year))

  test('are closed on New Year, Good Friday and Christmas alone', () =>
    expect([...holidays.fullDays].filter(ofYear)).toEqual([
      observed(year, 1, 1),
      goodFriday(year),
      observed(year, 12, 25),
    ]))

  test('halt early on all others, and around Thanksgiving and Christmas', () => {
    const halts = Map.groupBy(
      holidays.earlyCloses.filter(({ date }) => ofYear(date)),
      ({ date }) => date,
    )
    const eve = `${year}-12-24`
    const expected = [
      nthWeekday(year, 1, 1, 3), // Martin Luther King Day
      nthWeekday(year, 2, 1, 3), // Presidents' Day
      lastMonday(year, 5), // Memorial Day
      observed(year, 6, 19), // Juneteenth
      observed(year, 7, 4), // Independence Day
      nthWeekday(year, 9, 1, 1), // Labor Day
      nthWeekday(year, 11, 4, 4), // Thanksgiving
      Temporal.PlainDate.from(nthWeekday(year, 11, 4, 4))
        .add({ days: 1 })
        .toString(),
      ...(holidays.fullDays.has(eve) ? [] : [eve]),
    ]
    expect([...halts.keys()]).toEqual(expected)
    for (const [date, closes] of halts) {
      const isShortDay = date === eve || date === expected[7]
      const times = closes.map(({ closeTime, products }) => [
        closeTime,
        products?.includes('ES'),
        products?.includes('CL'),
      ])
      expect([date, times]).toEqual([
        date,
        [
          [isShortDay ? '12:15' : '12:00', true, false],
          [isShortDay ? '12:45' : '13:30', false, true],
        ],
      ])
    }
  })
})

test('every product that a profile allows has its early closes', () => {
  const covered = new Set(holidays.earlyCloses.flatMap(({ products }) => products ?? []))
  const allowed = new Set(
    accounts.flatMap(({ rules }) => Object.keys(rules.max_contracts_per_instrument?.instrument_limits ?? {})),
  )
  expect(allowed.size).toBeGreaterThan(0)
  expect([...allowed].filter((product) => !covered.has(product))).toEqual([])
  expect(globSync('profiles/*.yaml', { cwd: shipped })).toHaveLength(4)
})

/** A holiday on Saturday is observed on Friday, one on Sunday on Monday. */
function observed(year: number, month: number, day: number): string {
  const date = Temporal.PlainDate.from({ year, month, day })
  const shift = date.dayOfWeek === 6 ? -1 : date.dayOfWeek === 7 ? 1 : 0
  return date.add({ days: shift }).toString()
}

/** @param weekday - 1 for Monday */
function nthWeekday(year: number, month: number, weekday: number, nth: number): string {
  const first = Temporal.PlainDate.from({ year, month, day: 1 })
  return first.add({ days: ((weekday - first.dayOfWeek + 7) % 7) + 7 * (nth - 1) }).toString()
}

function lastMonday(year: number, month: number): string {
  const last = Temporal.PlainDate.from({ year, month, day: 31 })
  return last.subtract({ days: last.dayOfWeek - 1 }).toString()
}

/** Two days before Easter, by the Gregorian computation of Meeus, Jones and Butcher. */
function goodFriday(year: number): string {
  const a = year % 19
  const [b, c] = [Math.floor(year / 100), year % 100]
  const [d, e] = [Math.floor(b / 4), b % 4]
  const g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - d - g + 15) % 30
  const [i, k] = [Math.floor(c / 4), c % 4]
  const l = (32 + 2 * e + 2 * i - h - k) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return Temporal.PlainDate.from({ year, month: Math.floor(n / 31), day: (n % 31) + 1 })
    .subtract({ days: 2 })
    .toString()
}
