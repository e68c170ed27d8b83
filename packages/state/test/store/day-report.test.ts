import { instantOf, type Trade, type TradingDay, usd } from '@rm/domain'
import { aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { expect, test } from 'vitest'
import { dayReportCsv, dayReportJson } from '../../src/store/day-report.ts'
import { dayReportOf } from '../../src/store/day-report-file.ts'
import { DataFolder } from './data-folder.ts'
import { aBreachTurn, aTurn, MIDNIGHT, NOON } from './turn-records.ts'

const DAY: TradingDay = { label: '2026-03-09', start: MIDNIGHT, end: instantOf('2026-03-09T22:00:00Z') }

function trade(id: number, changes: Partial<Trade>) {
  const plain = { at: NOON, microseconds: 0, size: 1, fees: usd(3_700), commissions: usd(0), realizedPnl: null }
  return { trade: aTrade(id, contracts.MNQ, { ...plain, ...changes }), origin: 'trader' as const }
}

/** Two that count, one that was taken back, one of the evening before, one that belongs to the next day by a millisecond. */
const TRADES = [
  trade(1, {}),
  trade(2, { realizedPnl: usd(-125_050) }),
  trade(3, { realizedPnl: usd(9_990_000), voided: true }),
  trade(4, { at: instantOf('2026-03-09T04:59:59.999Z') }),
  trade(5, { at: DAY.end }),
]

async function report(more: typeof TRADES = []) {
  using folder = new DataFolder()
  {
    using store = await folder.open()
    store.commit([aTurn({ trades: [...TRADES, ...more] }), aBreachTurn(1)])
  }
  return dayReportOf(folder.database, TEST_ACCOUNT, DAY)
}

test('a report holds what happened from reset to reset, and adds up what counts', async () => {
  const { totals, trades, breaches, lockouts } = await report()
  expect(trades.map(({ trade: { id } }) => id)).toEqual([1, 2, 3])
  expect(totals).toEqual({ trades: 2, contracts: 2, gross: -125_050, fees: 7_400, commissions: 0, net: -132_450 })
  expect([breaches, lockouts].map((all) => all.map(({ id }) => id))).toEqual([['breach-1'], ['lockout-1']])
})

test('a half-turn that the gateway published again under another id costs once', async () => {
  const { trade: first } = trade(1, {})
  const again = trade(6, { orderId: first.orderId, price: first.price })
  const { totals, trades } = await report([again])
  expect(trades).toHaveLength(4)
  expect([totals.trades, totals.fees, totals.net]).toEqual([2, 7_400, -132_450])
})

test('made twice from the same rows its bytes are the same, as JSON and as CSV', async () => {
  const [first, second] = [await report(), await report()]
  expect(dayReportJson(second)).toBe(dayReportJson(first))
  expect(dayReportCsv(second)).toBe(dayReportCsv(first))
  expect(JSON.parse(dayReportJson(first))).toMatchObject({
    day: '2026-03-09',
    totals: { trades: 2, gross: '-12.505', net: '-13.245' },
    breaches: [{ id: 'breach-1' }],
  })
  const rows = dayReportCsv(first).split('\r\n')
  expect(rows).toHaveLength(6)
  expect(rows[2]).toContain(',-12.505,0.37,0.00,-12.875,trader,false')
  expect(rows[3]).toContain(',999.00,0.37,0.00,0.00,trader,true')
  expect(rows[4]).toBe('total,,,,,2,,-12.505,0.74,0.00,-13.245,,')
})
