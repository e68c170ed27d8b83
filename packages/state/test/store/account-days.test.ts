import { instantOf, TradeId, TradingCalendar, usd } from '@rm/domain'
import { aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { expect, test } from 'vitest'
import { accountDays } from '../../src/store/account-days.ts'
import type { History } from '../../src/store/history.ts'
import { readStoppedHistory } from '../../src/store/stopped-history.ts'
import { CENTRAL_RESET } from '../book/story.ts'
import { DataFolder } from './data-folder.ts'
import { aBreach, aLockout, aTurn, NOON } from './turn-records.ts'

const CALENDAR = new TradingCalendar(CENTRAL_RESET)
const COSTS = { fees: usd(3_700), commissions: usd(2_500) }

/** Two trading days: the reset of Monday lies between the trades 2 and 3. */
async function writeDays(folder: DataFolder): Promise<void> {
  using store = await folder.open()
  store.saveContracts([contracts.MNQ, contracts.ES], NOON)
  store.saveAccounts(
    [{ id: TEST_ACCOUNT, name: 'PRAC-V2-1', balance: null, canTrade: true, simulated: true, visible: true }],
    NOON,
  )
  store.saveSettingsInForce(TEST_ACCOUNT, [{ risk: 1 }], NOON)
  const trades = [
    aTrade(1, contracts.MNQ, { ...COSTS, at: instantOf('2026-03-09T15:00:00Z') }),
    aTrade(2, contracts.MNQ, {
      ...COSTS,
      side: 'sell',
      realizedPnl: usd(250_000),
      at: instantOf('2026-03-09T21:59:59Z'),
    }),
    aTrade(3, contracts.MNQ, { ...COSTS, at: instantOf('2026-03-09T22:00:00Z') }),
    aTrade(4, contracts.MNQ, {
      ...COSTS,
      side: 'sell',
      realizedPnl: usd(-5_000_000),
      voided: true,
      at: instantOf('2026-03-10T15:00:00Z'),
    }),
  ]
  const goals = aTurn({
    trades: trades.map((trade) => ({ trade, origin: 'trader' })),
    breaches: [aBreach('b-1')],
    lockouts: [aLockout('l-1', { from: instantOf('2026-03-09T22:30:00Z') })],
  })
  store.commit([goals])
}

const days = (history: History, from: string, to: string) => accountDays(history, TEST_ACCOUNT, CALENDAR, [from, to])

test('trading days of a stopped store are cut at the reset and amount to what the book counts', async () => {
  using folder = new DataFolder()
  await writeDays(folder)
  readStoppedHistory(folder.database, ({ history, accounts }) => {
    expect(accounts).toEqual([{ id: TEST_ACCOUNT, name: 'PRAC-V2-1', settings: [{ risk: 1 }] }])
    const { days: told, contracts: traded } = days(history, '2026-03-02', '2026-03-31')
    expect(told.map(({ day, trades }) => [day.label, trades.map(({ trade }) => trade.id)])).toEqual([
      ['2026-03-09', [TradeId.parse(1), TradeId.parse(2)]],
      // The fourth was taken back.
      ['2026-03-10', [TradeId.parse(3)]],
    ])
    expect(told.map(({ realized }) => realized)).toEqual([
      { gross: 250_000, net: 237_600 },
      { gross: 0, net: -6_200 },
    ])
    expect(told.map(({ breaches, lockouts }) => [breaches.length, lockouts.length])).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect([...traded.keys()]).toEqual([contracts.MNQ.id])
    expect(days(history, '2026-03-10', '2026-03-10').days.map(({ day }) => day.label)).toEqual(['2026-03-10'])
    expect(days(history, '2026-03-11', '2026-03-20').days).toEqual([])
    expect(days(history, '2026-03-20', '2026-03-10').days).toEqual([])
  })
})

test('the store of a daemon that runs is not read beside it', async () => {
  using folder = new DataFolder()
  using store = await folder.open()
  expect(store.epoch).toBe(1)
  expect(() => readStoppedHistory(folder.database, () => null)).toThrow(/in use/)
  expect(() => readStoppedHistory(folder.file('none.db'), () => null)).toThrow(/there is no database/)
})
