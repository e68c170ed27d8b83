import { expect, test } from 'vitest'
import { advisedContracts, edgeOf, type RoundTrip } from '../src/validators/risk-engine/kelly-fraction.ts'

function trips(wins: number, won: number, losses: number, lost: number, contracts = 1): readonly RoundTrip[] {
  return [
    ...Array.from({ length: wins }, () => ({ net: won * 10_000, contracts })),
    ...Array.from({ length: losses }, () => ({ net: -lost * 10_000, contracts })),
  ]
}

const LIMITS = { capital: 500_000_000, contracts: 100, dailyLoss: 1_000_000_000 }

test('of six wins in ten that are as large as the losses a fifth is the fraction', () => {
  expect(edgeOf(trips(18, 100, 12, 100)).kelly).toBeCloseTo(0.2)
})

test('a quarter of it is risked, by what a contract loses on average', () => {
  // 0.2 × 0.25 × 50 500 dollars = 2 525 dollars, at 50 dollars a contract
  expect(advisedContracts(edgeOf(trips(18, 100, 12, 100, 2)), { ...LIMITS, capital: 505_000_000 })).toBe(50)
})

test('neither the limits of size nor that of the day are exceeded', () => {
  const edge = edgeOf(trips(18, 100, 12, 100, 2))
  expect(advisedContracts(edge, { ...LIMITS, contracts: 5 })).toBe(5)
  expect(advisedContracts(edge, { ...LIMITS, dailyLoss: 5_100_000 })).toBe(10)
})

test('a history that loses bears no size, whatever the capital', () => {
  const edge = edgeOf(trips(12, 100, 18, 100))
  expect(edge.kelly).toBeCloseTo(-0.2)
  expect(advisedContracts(edge, LIMITS)).toBe(0)
  expect(edgeOf(trips(0, 0, 30, 100)).kelly).toBe(-1)
})

test('a history that never lost says nothing of the size', () => {
  expect(edgeOf(trips(30, 100, 0, 0))).toMatchObject({ kelly: 1, lossPerContract: 0 })
  expect(advisedContracts(edgeOf(trips(30, 100, 0, 0)), LIMITS)).toBe(0)
})
