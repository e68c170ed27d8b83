import { describe, expect, test } from 'vitest'
import { earliest, formatInstant, formatInZone, instant, instantOf, later } from '../src/instant.ts'
import { InvariantError } from '../src/invariant.ts'

describe('an instant', () => {
  test.each(['2026-03-09T14:30:00.000Z', '1969-12-31T23:59:59.999Z'])('%s comes back from its text', (iso) => {
    expect(formatInstant(instantOf(iso))).toBe(iso)
  })

  test.each(['2026-03-09', '2026-03-09T14:30:00', 'now', ''])('is not named by %j', (text) => {
    expect(() => instantOf(text)).toThrow(RangeError)
  })

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY])('is not %d milliseconds', (ms) => {
    expect(() => instant(ms)).toThrow(InvariantError)
  })

  test.each([
    ['2026-03-08T07:59:59.999Z', 'America/Chicago', '2026-03-08 01:59:59 CST'],
    ['2026-03-08T07:59:00.001Z', 'America/Chicago', '2026-03-08 01:59:00 CST'],
    ['1969-12-31T23:59:01Z', 'UTC', '1969-12-31 23:59:01 UTC'],
    ['2026-03-08T08:00:00Z', 'America/Chicago', '2026-03-08 03:00 CDT'],
    ['2026-03-08T08:00:00Z', 'UTC', '2026-03-08 08:00 UTC'],
  ])('%s in %s is %s for people, to the second where a minute is not enough', (iso, zone, text) => {
    expect(formatInZone(instantOf(iso), zone)).toBe(text)
  })
})

test('the earliest of some instants ignores those that never come', () => {
  expect(earliest()).toBeNull()
  expect(earliest(null, null)).toBeNull()
  expect(earliest(instant(3), null, instant(1), instant(2))).toBe(1)
  expect(earliest(null, later(instant(3), -4))).toBe(-1)
})
