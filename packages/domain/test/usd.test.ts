import { describe, expect, test } from 'vitest'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { InvariantError } from '../src/invariant.ts'
import { addUsd, formatUsd, parseUsd, subtractUsd, sumUsd, usd, usdOf, usdToDecimalText } from '../src/usd.ts'

const anyUsd = fc.integer({ min: -(10 ** 13), max: 10 ** 13 }).map(usd)

describe('dollars from text', () => {
  test.each([
    ['-500.00', -5_000_000],
    ['0.36', 3_600],
    ['7.8125', 78_125],
    ['15.625', 156_250],
    ['+1', 10_000],
    ['1e3', 10_000_000],
    ['-0.0001', -1],
    ['1.230000', 12_300],
    ['900719925474.0991', 9_007_199_254_740_991],
  ])('%s is exact', (text, units) => {
    expect(parseUsd(text)).toBe(units)
  })

  test.each([
    '',
    ' 1',
    '1 ',
    '$5',
    '1,000',
    '0.00001',
    '1.23456',
    '.5',
    '5.',
    'NaN',
    'Infinity',
    '0x10',
    '--1',
    '900719925474.0992',
    '1e400',
    '1e999',
  ])('%j is refused', (text) => {
    expect(parseUsd(text)).toBeNull()
  })

  test('have no negative zero', () => {
    expect(Object.is(parseUsd('-0.00'), 0)).toBe(true)
  })

  test('come back from the text that is written for them', () => {
    fc.assert(
      fc.property(anyUsd, (amount) => {
        expect(parseUsd(usdToDecimalText(amount))).toBe(amount)
      }),
      { numRuns: propertyRuns() },
    )
  })
})

describe('dollars from a number of the gateway', () => {
  test.each([
    [0.1 + 0.2, 3_000],
    [-1_234.56, -12_345_600],
    [49_999.999_999_999_99, 500_000_000],
    [-0, 0],
  ])('%d', (dollars, units) => {
    expect(usdOf(dollars)).toBe(units)
  })

  test.each([0.000_05, 1.234_567, Number.NaN, Number.POSITIVE_INFINITY, 1e15])('refuse %d', (dollars) => {
    expect(usdOf(dollars)).toBeNull()
  })

  test('equal those of its text', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 11), max: 10 ** 11 }).map(usd), (amount) => {
        expect(usdOf(Number(usdToDecimalText(amount)))).toBe(amount)
      }),
      { numRuns: propertyRuns() },
    )
  })
})

describe('dollars for people', () => {
  test.each([
    [0, '$0.00'],
    [-5_124_000, '-$512.40'],
    [12_345_678_900, '$1,234,567.89'],
    [78_125, '$7.8125'],
    [156_250, '$15.625'],
    [-1, '-$0.0001'],
    [100, '$0.01'],
  ])('%d is %s', (units, text) => {
    expect(formatUsd(usd(units))).toBe(text)
  })
})

describe('sums of dollars', () => {
  test('do not depend on the order', () => {
    const shuffled = fc
      .array(anyUsd, { maxLength: 20 })
      .chain((amounts) => fc.tuple(fc.constant(amounts), fc.shuffledSubarray(amounts, { minLength: amounts.length })))
    fc.assert(
      fc.property(shuffled, ([amounts, again]) => {
        expect(sumUsd(again)).toBe(sumUsd(amounts))
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('are undone by subtracting', () => {
    fc.assert(
      fc.property(anyUsd, anyUsd, (a, b) => {
        expect(subtractUsd(addUsd(a, b), b)).toBe(a)
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('beyond the safe integers are an error and not a wrong number', () => {
    const most = usd(Number.MAX_SAFE_INTEGER)
    expect(() => addUsd(most, usd(1))).toThrow(InvariantError)
    expect(() => usd(0.5)).toThrow(InvariantError)
    expect(() => usd(Number.NaN)).toThrow(InvariantError)
  })
})
