import type { Scenario, Trader } from '../trader-script.ts'
import { practiceDay } from './practice-day.ts'

/** Each of these leads the market of a contract that nobody else trades. */
const furtherTraders: Trader[] = [
  {
    account: 7001008,
    story: 'loses while it holds another position, comes back during the cooldown, and loses more after it',
    breaks: 'RULE-007',
    steps: [
      { do: 'market', at: '56s', contract: 'MES', side: 'buy', size: 1 },
      { do: 'market', at: '57s', contract: 'YM', side: 'buy', size: 1 },
      { do: 'move', after: '500ms', contract: 'YM', ticks: -22, over: '1s' },
      { do: 'close', at: '60s', contract: 'YM' },
      { do: 'market', at: '63s', contract: 'YM', side: 'buy', size: 1 },
      { do: 'wait', after: '500ms', until: { flat: 'YM' }, atMost: '4s' },
      { do: 'market', at: '72s', contract: 'YM', side: 'buy', size: 1 },
      { do: 'move', after: '500ms', contract: 'YM', ticks: -44, over: '1s' },
      { do: 'close', at: '75s', contract: 'YM' },
      { do: 'market', at: '84s', contract: 'YM', side: 'buy', size: 1 },
    ],
  },
  {
    account: 7001009,
    story: 'leaves stops and targets to the program, and moves a stop away from the market',
    breaks: 'RULE-012',
    steps: [
      // Two contracts, covered at once. Then: to break-even, away and back, behind the market, half the size.
      { do: 'market', at: '5s', contract: 'M2K', side: 'buy', size: 2 },
      { do: 'move', at: '10s', contract: 'M2K', ticks: 12 },
      { do: 'move-stop', at: '15s', contract: 'M2K', price: { awayTicks: 40 } },
      { do: 'move', at: '20s', contract: 'M2K', ticks: 14 },
      { do: 'close', at: '25s', contract: 'M2K', size: 1 },
      // A position that is closed again: its orders have to go.
      { do: 'market', at: '29s', contract: 'MYM', side: 'sell', size: 1 },
      { do: 'close', at: '34s', contract: 'MYM' },
    ],
  },
  {
    account: 7001001,
    story: 'watches gold fall, and holds a second position that does not',
    breaks: 'RULE-004',
    steps: [
      { do: 'close', at: '54s', contract: 'MNQ' },
      { do: 'market', at: '55s', contract: 'GC', side: 'buy', size: 1 },
      { do: 'move', after: '1s', contract: 'GC', ticks: -32, over: '4s' },
      { do: 'wait', until: { flat: 'GC' }, atMost: '10s' },
    ],
  },
  {
    account: 7001002,
    story: 'wins enough with crude oil, and holds a second position that does not',
    breaks: 'RULE-005',
    steps: [
      { do: 'market', at: '58s', contract: 'CL', side: 'sell', size: 1 },
      { do: 'move', after: '1s', contract: 'CL', ticks: -44, over: '5s' },
      { do: 'wait', until: { flat: 'CL' }, atMost: '10s' },
    ],
  },
  {
    account: 7001007,
    story: 'wins twice and reaches the target of the day',
    breaks: 'RULE-013',
    steps: [
      { do: 'market', at: '70s', contract: 'NQ', side: 'buy', size: 1 },
      { do: 'move', after: '500ms', contract: 'NQ', ticks: 52, over: '1s' },
      { do: 'close', at: '72s', contract: 'NQ' },
      { do: 'market', at: '73s', contract: 'NQ', side: 'buy', size: 1 },
      { do: 'move', after: '500ms', contract: 'NQ', ticks: 60, over: '3s' },
      { do: 'wait', until: { flat: 'everything' }, atMost: '10s' },
    ],
  },
  {
    account: 7001005,
    story: 'orders and buys natural gas, which is blocked; the micro contract is not',
    breaks: 'RULE-011',
    steps: [
      { do: 'limit', at: '64s', contract: 'NG', side: 'buy', size: 1, price: { awayTicks: 40 } },
      { do: 'wait', until: { event: 'cancellation' }, atMost: '5s' },
      { do: 'market', at: '68s', contract: 'MNG', side: 'buy', size: 1, stopLossTicks: 100 },
      { do: 'market', at: '76s', contract: 'NG', side: 'buy', size: 1 },
      { do: 'wait', after: '500ms', until: { flat: 'NG' }, atMost: '10s' },
    ],
  },
  {
    account: 7001004,
    story: 'loses its prices for a moment, and later the permission to trade',
    breaks: 'RULE-010',
    steps: [
      { do: 'fault', at: '44s', hub: 'market', fault: { verb: 'down' } },
      { do: 'fault', after: '2500ms', hub: 'market', fault: { verb: 'up' } },
      { do: 'firm', at: '50s', canTrade: false },
      { do: 'wait', until: { flat: 'MES' }, atMost: '10s' },
      { do: 'firm', at: '58s', canTrade: true },
      // By then the four trades of RULE-006 are older than a minute.
      { do: 'market', at: '80s', contract: 'MES', side: 'buy', size: 1 },
    ],
  },
]

/**
 * The practice day and after it seven more stories, so that each of the thirteen rules is broken within eighty-five seconds. The market moves
 * only where a script leads it. Accounts are shared because all of them are read with one login, whose calls the gateway counts (200 a minute).
 */
export const allRules: Scenario = {
  ...practiceDay,
  name: 'all-rules',
  title: 'Nine practice accounts, thirteen broken rules',
  regimes: ['still'],
  accounts: [
    ...practiceDay.accounts,
    ...[7001008, 7001009].map((id) => ({ id, name: `PRAC-V2-100200-${id}`, balance: 50_000 })),
  ],
  traders: [...practiceDay.traders, ...furtherTraders],
}
