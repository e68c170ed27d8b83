import type { Scenario } from '../trader-script.ts'

const name = (account: number): string => `PRAC-V2-100200-${account}`
const account = (id: number): Scenario['accounts'][number] => ({ id, name: name(id), balance: 50_000 })

/**
 * A Wednesday morning in Chicago, half a minute before 09:30, on which each of six rules is broken by a trader of its own within forty
 * seconds. The market is calm; the one big move (ES) is scripted, so that the story is the same with every seed.
 */
export const practiceDay: Scenario = {
  name: 'practice-day',
  title: 'Seven practice accounts, six broken rules',
  startsAt: '2026-11-18T09:29:25-06:00',
  regimes: ['calm'],
  accounts: [7001001, 7001002, 7001003, 7001004, 7001005, 7001006, 7001007].map(account),
  traders: [
    {
      account: 7001001,
      story: 'holds more contracts at once than the account may',
      breaks: 'RULE-001',
      steps: [
        { do: 'market', at: '4s', contract: 'MNQ', side: 'buy', size: 2 },
        { do: 'market', at: '7s', contract: 'MES', side: 'buy', size: 2 },
        { do: 'wait', until: { position: { contract: 'MES', size: 1 } }, atMost: '15s' },
        { do: 'market', at: '26s', contract: 'MES', side: 'buy', size: 1 },
      ],
    },
    {
      account: 7001002,
      story: 'buys too much of one product, then a product that is not on the list',
      breaks: 'RULE-002',
      steps: [
        { do: 'market', at: '5s', contract: 'MNQ', side: 'buy', size: 3 },
        { do: 'wait', until: { position: { contract: 'MNQ', size: 2 } }, atMost: '10s' },
        { do: 'market', at: '17s', contract: 'RTY', side: 'sell', size: 1 },
        { do: 'wait', until: { flat: 'RTY' }, atMost: '10s' },
      ],
    },
    {
      account: 7001003,
      story: 'loses beyond the daily limit and keeps coming back',
      breaks: 'RULE-003',
      steps: [
        { do: 'pin', contract: 'ES', regime: 'still' },
        { do: 'market', at: '6s', contract: 'ES', side: 'buy', size: 1 },
        { do: 'move', contract: 'ES', ticks: -24, over: '4s' },
        { do: 'close', at: '11s', contract: 'ES' },
        { do: 'market', at: '13s', contract: 'ES', side: 'buy', size: 1 },
        { do: 'move', contract: 'ES', ticks: -24, over: '6s' },
        { do: 'wait', until: { flat: 'everything' }, atMost: '10s' },
        { do: 'market', after: '4s', contract: 'MES', side: 'buy', size: 2 },
        { do: 'wait', after: '1s', until: { flat: 'everything' }, atMost: '10s' },
        { do: 'market', after: '5s', contract: 'ES', side: 'sell', size: 1 },
        { do: 'wait', after: '1s', until: { flat: 'everything' }, atMost: '10s' },
      ],
    },
    {
      account: 7001004,
      story: 'trades four times within a minute',
      breaks: 'RULE-006',
      steps: [
        { do: 'market', at: '6s', contract: 'MES', side: 'buy', size: 2 },
        { do: 'market', at: '10s', contract: 'MES', side: 'sell', size: 1 },
        { do: 'market', at: '14s', contract: 'MES', side: 'buy', size: 1 },
        { do: 'market', at: '18s', contract: 'MES', side: 'sell', size: 1 },
        { do: 'market', at: '24s', contract: 'MES', side: 'buy', size: 1 },
        { do: 'wait', until: { position: { contract: 'MES', size: 1 } }, atMost: '10s' },
      ],
    },
    {
      account: 7001005,
      story: 'opens a position without a stop, and the next time sets one in time',
      breaks: 'RULE-008',
      steps: [
        { do: 'market', at: '8s', contract: 'MNQ', side: 'buy', size: 1 },
        { do: 'wait', after: '1s', until: { flat: 'MNQ' }, atMost: '20s' },
        { do: 'market', after: '6s', contract: 'MNQ', side: 'buy', size: 1 },
        { do: 'stop', after: '3s', contract: 'MNQ', side: 'sell', size: 1, price: { awayTicks: 400 } },
      ],
    },
    {
      account: 7001006,
      story: 'enters with a bracket and is left alone',
      steps: [
        { do: 'market', at: '9s', contract: 'MNQ', side: 'buy', size: 1, stopLossTicks: 400, takeProfitTicks: 800 },
      ],
    },
    {
      account: 7001007,
      story: 'holds crude oil when its session ends at 09:30, and comes back',
      breaks: 'RULE-009',
      steps: [
        { do: 'market', at: '10s', contract: 'MCL', side: 'buy', size: 1 },
        { do: 'wait', at: '34s', until: { flat: 'MCL' }, atMost: '10s' },
        { do: 'market', after: '4s', contract: 'MCL', side: 'sell', size: 1 },
        { do: 'wait', after: '500ms', until: { flat: 'MCL' }, atMost: '10s' },
      ],
    },
  ],
}

/**
 * The risk settings by which the traders above break exactly the rules that they are said to break: `base` for the whole firm, `overrides`
 * for single accounts. Keys are those of the risk configuration file.
 */
export const practiceDayRisk = {
  base: {
    max_contracts: { enabled: true, limit: 5 },
    max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 2, MES: 3, ES: 1, MCL: 2 } },
    daily_realized_loss: { enabled: true, limit: -500 },
    trade_frequency_limit: { enabled: true, limits: { per_minute: 3, per_hour: 10, per_session: 50 } },
    no_stop_loss_grace: { enabled: false },
    session_block_outside: { enabled: true },
  },
  overrides: {
    7001001: { max_contracts: { limit: 3 } },
    7001003: { trade_frequency_limit: { limits: { per_minute: 10, per_hour: 20, per_session: 50 } } },
    7001005: { no_stop_loss_grace: { enabled: true, grace_period_seconds: 10 } },
    7001006: { no_stop_loss_grace: { enabled: true, grace_period_seconds: 10 } },
    7001007: {
      session_block_outside: {
        per_instrument_sessions: {
          MCL: {
            start: '08:30',
            end: '09:30',
            timezone: 'America/Chicago',
            allowed_days: ['mon', 'tue', 'wed', 'thu', 'fri'],
          },
        },
      },
    },
  },
} as const
