import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMsOf, wireBoolean, wireInteger, wireNumber, wireStamp, wireStampText } from '../../src/wire/scalars.ts'

const noon = Date.UTC(2026, 10, 3, 12, 0, 0)

describe('a stamp', () => {
  it.each([
    ['2026-11-03T12:00:00+00:00', noon],
    ['2026-11-03T12:00:00Z', noon],
    ['2026-11-03t12:00:00z', noon],
    ['2026-11-03T12:00:00', noon],
    ['2026-11-03T12:00:00.1', noon + 100],
    ['2026-11-03T12:00:00.1234567+00:00', noon + 123],
    ['2026-11-03T12:00:00.9999999', noon + 999],
    ['2026-11-03T12:00:00.000001Z', noon],
    ['2026-11-03T06:00:00-06:00', noon],
    ['2026-11-03T17:30:00+0530', noon],
    ['0001-01-01T00:00:00', -62_135_596_800_000],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59.5Z', -500],
  ])('reads %s as an instant, UTC when it names no offset (G-22)', (text, expected) => {
    expect(epochMsOf(text)).toBe(expected)
  })

  it.each([
    '',
    'today',
    '2026-11-03',
    '2026-11-03 12:00:00Z',
    '2026-13-03T12:00:00Z',
    '2026-02-29T12:00:00Z',
    '2026-00-03T12:00:00Z',
    '2026-11-00T12:00:00Z',
    '2026-11-03T24:00:00Z',
    '2026-11-03T12:60:00Z',
    '2026-11-03T12:00:60Z',
    '2026-11-03T12:00:00.Z',
    '2026-11-03T12:00:00.1x',
    '2026-11-03T12:00:00Zz',
    '2026-11-03T12:00:00+0',
    '2026-11-03T12:00:00+00:00:00',
    '2026/11/03T12:00:00Z',
    'March 7, 2026 12:00:00',
  ])('refuses %j', (text) => {
    expect(epochMsOf(text)).toBeUndefined()
    expect(wireStamp.safeParse(text).success).toBe(false)
  })

  it.each([null, undefined, 1_762_171_200_000, {}])('refuses %j, which is no text', (value) => {
    expect(wireStamp.safeParse(value).success).toBe(false)
  })

  it('agrees with the built-in parser on every instant (G-22)', () => {
    fc.assert(
      fc.property(fc.integer({ min: -6e13, max: 6e13 }), (instant) => {
        expect(epochMsOf(Temporal.Instant.fromEpochMilliseconds(instant).toString())).toBe(instant)
      }),
      { numRuns: propertyRuns() },
    )
  })

  it.each([
    [noon, 7, '2026-11-03T12:00:00+00:00'],
    [noon + 120, 7, '2026-11-03T12:00:00.12+00:00'],
    [noon + 5.25, 7, '2026-11-03T12:00:00.00525+00:00'],
    [noon + 5.4567, 7, '2026-11-03T12:00:00.0054568+00:00'],
    [noon + 5.4567, 6, '2026-11-03T12:00:00.005456+00:00'],
    [noon + 999.99975, 7, '2026-11-03T12:00:00.9999998+00:00'],
  ] as const)('of %d is written with at most %d digits as %s', (instant, fractionDigits, expected) => {
    expect(wireStampText(instant, fractionDigits)).toBe(expected)
  })

  it('survives writing and reading to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom<6 | 7>(6, 7), (instant, fractionDigits) => {
        expect(epochMsOf(wireStampText(instant, fractionDigits))).toBe(instant)
      }),
      { numRuns: propertyRuns() },
    )
  })
})

describe('a number (G-22)', () => {
  it.each([
    [0, 0],
    [6065.25, 6065.25],
    [5e-7, 5e-7],
    ['6065.250000000', 6065.25],
    ['5e-7', 5e-7],
    ['-80', -80],
    ['.5', 0.5],
  ])('%j is %d', (value, expected) => {
    expect(wireNumber.parse(value)).toBe(expected)
  })

  it.each([
    null,
    undefined,
    true,
    '',
    ' ',
    'NaN',
    'Infinity',
    '1e999',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '0x10',
    '1,5',
    {},
    [1],
  ])('refuses %j', (value) => {
    expect(wireNumber.safeParse(value).success).toBe(false)
  })
})

describe('an integer (G-22)', () => {
  it.each([
    [3_425_270_858, 3_425_270_858],
    ['3425270858', 3_425_270_858],
    [-2, -2],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is %d', (value, expected) => {
    expect(wireInteger.parse(value)).toBe(expected)
  })

  it.each([1.5, '1.5', '9007199254740993', null, undefined, 'seven', true])('refuses %j', (value) => {
    expect(wireInteger.safeParse(value).success).toBe(false)
  })
})

describe('a boolean', () => {
  it.each([
    [true, true],
    [false, false],
    ['true', true],
    ['False', false],
  ])('%j is %j', (value, expected) => {
    expect(wireBoolean.parse(value)).toBe(expected)
  })

  it.each([0, 1, null, undefined, 'yes', {}])('refuses %j', (value) => {
    expect(wireBoolean.safeParse(value).success).toBe(false)
  })
})
