import { describe, expect, test } from 'vitest'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { InvariantError } from '../src/invariant.ts'
import { ticks, toPrice, toTickFraction, toTicks } from '../src/ticks.ts'

const tickSize = fc.constantFrom(0.25, 0.1, 0.01, 0.05, 0.015625, 0.0078125, 0.0000005, 1)

describe('a price on the grid', () => {
  test.each([
    [25_030.25, 0.25, 100_121],
    [70.16, 0.01, 7_016],
    [2_150.3, 0.1, 21_503],
    [110.40625, 0.015625, 7_066],
    [105.9921875, 0.0078125, 13_567],
    [0.0062345, 0.0000005, 12_469],
    [-37.63, 0.01, -3_763],
    [0, 0.25, 0],
  ])('%d at a tick of %d is %d ticks', (price, size, count) => {
    expect(toTicks(price, size)).toBe(count)
    expect(toPrice(ticks(count), size)).toBe(price)
  })

  test.each([
    [25_030.3, 0.25],
    [70.165, 0.01],
    [25_030.250_001, 0.25],
    [Number.NaN, 0.25],
    [Number.POSITIVE_INFINITY, 0.25],
    [1, 0],
  ])('is refused off the grid: %d at a tick of %d', (price, size) => {
    expect(toTicks(price, size)).toBeNull()
  })

  test('comes back from its ticks', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), tickSize, (count, size) => {
        expect(toTicks(toPrice(ticks(count), size), size)).toBe(count)
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('is never a fraction of ticks', () => {
    expect(() => ticks(0.5)).toThrow(InvariantError)
    expect(Object.is(ticks(-0), 0)).toBe(true)
  })
})

describe('an average price', () => {
  test.each([
    [21_000.1, 0.25, 420_002n, 5n],
    [6_065.25, 0.25, 24_261n, 1n],
    [25_030.333_333_333, 0.25, 25_030_333_333_333n, 250_000_000n],
    [0, 0.25, 0n, 1n],
    [-37.63, 0.01, -3_763n, 1n],
  ])('%d at a tick of %d is an exact fraction', (price, size, numerator, denominator) => {
    expect(toTickFraction(price, size)).toEqual({ numerator, denominator })
  })

  test('on the grid equals its ticks', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), tickSize, (count, size) => {
        expect(toTickFraction(toPrice(ticks(count), size), size)).toEqual({ numerator: BigInt(count), denominator: 1n })
      }),
      { numRuns: propertyRuns() },
    )
  })

  test.each([
    [Number.NaN, 0.25],
    [1, 0],
    [1, -0.25],
    [1, Number.NaN],
  ])('has no meaning for %d at a tick of %d', (price, size) => {
    expect(() => toTickFraction(price, size)).toThrow(InvariantError)
  })
})
