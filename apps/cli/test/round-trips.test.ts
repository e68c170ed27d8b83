import type { TradedContract, TradeReport } from '@rm/control-api'
import {
  addUsd,
  ContractId,
  instant,
  instantOf,
  NO_USD,
  OrderId,
  subtractUsd,
  TradeId,
  type Usd,
  usd,
} from '@rm/domain'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RoundTrip, roundTripsOf } from '../src/round-trips.ts'

const MNQ = ContractId.parse('CON.F.US.MNQ.Z26')
const MES = ContractId.parse('CON.F.US.MES.Z26')
const OPEN = instantOf('2026-11-18T15:00:00Z')
const CONTRACTS: ReadonlyMap<ContractId, TradedContract> = new Map([
  [MNQ, { id: MNQ, name: 'MNQZ6', tickSize: 0.25, tickValue: usd(5_000) }],
])

function execution(
  id: number,
  side: TradeReport['side'],
  size: number,
  changes: Partial<TradeReport> = {},
): TradeReport {
  return {
    id: TradeId.parse(id),
    orderId: OrderId.parse(id),
    contractId: MNQ,
    side,
    size,
    price: 21_000,
    realizedPnl: null,
    fees: usd(3_700 * size),
    commissions: usd(2_500 * size),
    at: instant(OPEN + id * 1_000),
    origin: 'trader',
    ...changes,
  }
}

const shown = (rows: readonly RoundTrip[]) =>
  rows.map(({ id, side, size, enteredAt, entryPrice, exitedAt, exitPrice, pnl, fees }) => [
    Number(id),
    side,
    size,
    enteredAt === null ? null : (enteredAt - OPEN) / 1_000,
    entryPrice,
    exitedAt === null ? null : (exitedAt - OPEN) / 1_000,
    exitPrice,
    pnl,
    fees,
  ])

describe('executions of a day as round trips', () => {
  test('one entry and one exit are one row, with the costs of both sides', () => {
    const trades = [
      execution(1, 'buy', 2),
      execution(2, 'sell', 2, { price: 21_010, realizedPnl: usd(400_000), origin: 'enforcer' }),
    ]
    const rows = roundTripsOf(trades, CONTRACTS)
    expect(shown(rows)).toEqual([[2, 'long', 2, 1, 21_000, 2, 21_010, 400_000, 14_800]])
    expect(rows[0]).toMatchObject({ commissions: 10_000, origin: 'enforcer' })
  })

  test('an entry that is closed in parts gives each part its share, to the last unit', () => {
    const trades = [
      execution(1, 'sell', 3, { fees: usd(1_000) }),
      execution(2, 'buy', 1, { price: 20_990, realizedPnl: usd(200_000), fees: usd(0) }),
      execution(3, 'buy', 2, { price: 21_005, realizedPnl: usd(-200_000), fees: usd(0) }),
    ]
    expect(shown(roundTripsOf(trades, CONTRACTS))).toEqual([
      [2, 'short', 1, 1, 21_000, 2, 20_990, 200_000, 333],
      [3, 'short', 2, 1, 21_000, 3, 21_005, -200_000, 667],
    ])
  })

  test('the oldest entry is closed first; what is left is a row without an exit', () => {
    const trades = [
      execution(1, 'buy', 1),
      execution(2, 'buy', 2, { price: 21_002 }),
      execution(3, 'sell', 2, { price: 21_010, realizedPnl: usd(360_000) }),
    ]
    expect(shown(roundTripsOf(trades, CONTRACTS))).toEqual([
      [3, 'long', 2, 1, 21_001, 3, 21_010, 360_000, 14_800],
      [2, 'long', 1, 2, 21_002, null, null, 0, 3_700],
    ])
  })

  test('an entry of an earlier day is told by its price alone, and by nothing where no tick is known', () => {
    const trades = [
      execution(1, 'sell', 1, { price: 21_010, realizedPnl: usd(200_000) }),
      execution(2, 'sell', 1, { contractId: MES, price: 6_000, realizedPnl: usd(0) }),
    ]
    expect(shown(roundTripsOf(trades, CONTRACTS))).toEqual([
      [1, 'long', 1, null, 21_000, 1, 21_010, 200_000, 3_700],
      [2, 'long', 1, null, null, 2, 6_000, 0, 3_700],
    ])
  })
})

const executions = fc
  .array(
    fc.record({
      side: fc.constantFrom('buy', 'sell'),
      size: fc.integer({ min: 1, max: 9 }),
      contractId: fc.constantFrom(MNQ, MES),
      realizedPnl: fc.option(fc.integer({ min: -10_000_000, max: 10_000_000 }).map(usd)),
      fees: fc.integer({ min: 0, max: 99_999 }).map(usd),
      commissions: fc.integer({ min: 0, max: 99_999 }).map(usd),
    }),
    { maxLength: 30 },
  )
  .map((all) => all.map(({ side, size, ...changes }, index) => execution(index + 1, side, size, changes)))

const total = (amounts: readonly Usd[]): Usd => amounts.reduce(addUsd, NO_USD)

test('the rows amount to what the executions amount to, whatever was traded', () => {
  fc.assert(
    fc.property(executions, (trades) => {
      const rows = roundTripsOf(trades, CONTRACTS)
      const net = rows.map(({ pnl, fees, commissions }) => subtractUsd(subtractUsd(pnl, fees), commissions))
      const expected = trades.map(({ realizedPnl, fees, commissions }) =>
        subtractUsd(subtractUsd(realizedPnl ?? NO_USD, fees), commissions),
      )
      expect(total(net)).toBe(total(expected))
      expect(rows.filter(({ exitedAt }) => exitedAt !== null)).toHaveLength(
        trades.filter(({ realizedPnl }) => realizedPnl !== null).length,
      )
    }),
    { numRuns: propertyRuns() },
  )
})
