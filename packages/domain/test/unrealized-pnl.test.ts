import { describe, expect, test } from 'vitest'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import type { ContractSpec } from '../src/contract.ts'
import { contracts } from '../src/testing/builders.ts'
import { ticks, type TickFraction, toTickFraction, toTicks } from '../src/ticks.ts'
import { unrealizedPnl } from '../src/unrealized-pnl.ts'
import { formatUsd } from '../src/usd.ts'

const { CL, ES, MNQ, NQ, ZF, ZN } = contracts

function valueAt(contract: ContractSpec, signedSize: number, average: number, exit: number): string {
  const exitTicks = toTicks(exit, contract.tickSize)
  if (exitTicks === null) throw new Error(`${exit} is off the grid`)
  return formatUsd(unrealizedPnl(contract, toTickFraction(average, contract.tickSize), exitTicks, signedSize))
}

describe('the P&L of an open position', () => {
  test.each([
    ['ES', ES, 1, 6_000, 6_010, '$500.00'],
    ['MNQ', MNQ, 2, 21_000, 20_990, '-$40.00'],
    ['NQ', NQ, 1, 21_000, 20_985, '-$300.00'],
    ['ES short', ES, -1, 5_800, 5_806, '-$300.00'],
    ['CL short', CL, -2, 70, 70.16, '-$320.00'],
    ['ZN', ZN, 3, 110.5, 110.40625, '-$281.25'],
    ['ZF', ZF, 1, 106, 105.9921875, '-$7.8125'],
    ['CL below zero', CL, 1, 0.05, -37.63, '-$37,680.00'],
  ])('%s: %#', (_name, contract, signedSize, average, exit, expected) => {
    expect(valueAt(contract, signedSize, average, exit)).toBe(expected)
  })

  test.each([
    // A third of a tick of $0.50: 1 666.66… ten-thousandths.
    ['a loss is rounded away from zero', 1, -1_667],
    ['a profit is rounded towards zero', -1, 1_666],
  ])('%s', (_name, signedSize, expected) => {
    const average: TickFraction = { numerator: 300_001n, denominator: 3n }
    expect(unrealizedPnl(MNQ, average, ticks(100_000), signedSize)).toBe(expected)
  })

  test('is rounded once, after the size', () => {
    const average: TickFraction = { numerator: 300_001n, denominator: 3n }
    expect(unrealizedPnl(MNQ, average, ticks(100_000), 3)).toBe(-5_000)
  })

  const position = fc.record({
    contract: fc.constantFrom<ContractSpec>(...Object.values(contracts)),
    wholeTicks: fc.bigInt({ min: -100_000n, max: 100_000n }),
    fraction: fc.bigInt({ min: 0n, max: 9_999n }),
    denominator: fc.bigInt({ min: 1n, max: 10_000n }),
    exit: fc.integer({ min: -100_000, max: 100_000 }).map(ticks),
    size: fc.integer({ min: 1, max: 200 }),
  })

  test('is linear in the size before its rounding, and never more than a unit below the exact value', () => {
    fc.assert(
      fc.property(position, ({ contract, wholeTicks, fraction, denominator, exit, size }) => {
        const numerator = wholeTicks * denominator + (fraction % denominator)
        const exactTimesDenominator =
          (BigInt(exit) * denominator - numerator) * BigInt(contract.tickValue) * BigInt(size)
        const value = BigInt(unrealizedPnl(contract, { numerator, denominator }, exit, size))
        const rest = exactTimesDenominator - value * denominator
        expect(rest >= 0n && rest < denominator).toBe(true)
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('is zero at the average, and opposite for the other side on the grid', () => {
    fc.assert(
      fc.property(position, ({ contract, exit, size, wholeTicks }) => {
        expect(unrealizedPnl(contract, { numerator: BigInt(exit), denominator: 1n }, exit, size)).toBe(0)
        const average = { numerator: wholeTicks, denominator: 1n }
        const long = unrealizedPnl(contract, average, exit, size)
        expect(unrealizedPnl(contract, average, exit, -size)).toBe(0 - long)
      }),
      { numRuns: propertyRuns() },
    )
  })
})
