import { describe, expect, test } from 'vitest'
import type { RuleSections } from '../harness/config-folder.ts'
import { breachOf, enforcementOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { CONTRACTS, type PracticeTrader, type Root } from '../harness/practice-trader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

interface Story {
  readonly rule: string
  readonly rules: RuleSections
  readonly startsAt?: string
  readonly breach: (trader: PracticeTrader) => unknown
  /** What the trader does once the breach is known. */
  readonly afterwards?: (trader: PracticeTrader) => unknown
  /** Signed contracts that the account keeps. */
  readonly keeps: Partial<Record<Root, number>>
  readonly lockout?: { readonly scope: string; readonly effect: string }
}

/** One real breach, its enforcement verified, and what both books say afterwards. */
async function check(story: Story): Promise<void> {
  const { rule, rules, keeps, lockout } = story
  await using opened = await Stage.open({
    rules,
    ...(story.startsAt === undefined ? {} : { startsAt: story.startsAt }),
  })
  const { stage, daemon } = opened
  const trader = stage.trader()
  await story.breach(trader)
  await breachOf(daemon.log, FIRST_ACCOUNT, rule)
  await story.afterwards?.(trader)
  const ends = await enforcementOf(daemon.log, FIRST_ACCOUNT, rule)
  expect(ends.map((line) => line['state'])).toContain('reached')
  const isKept = (root: Root): boolean => trader.position(root) === (keeps[root] ?? 0)
  await stage.awaitVenue('what is kept', () => (Object.keys(CONTRACTS) as Root[]).every(isKept))
  expect((await daemon.stop()).code).toBe(0)

  for (const root of Object.keys(CONTRACTS) as Root[]) expect(trader.position(root)).toBe(keeps[root] ?? 0)
  expect(fillsOf(stage.gateway.exchange.ledger(), 'daemon')).not.toEqual([])
  expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
  expect(stored.verdict).toMatchObject({ ok: true })
  const actions = stored.audit.map((row) => row.action)
  for (const action of ['breach-begun', 'goal-begun', 'command-sent', 'command-settled', 'goal-reached'])
    expect(actions).toContain(action)
  const breaches = stored.audit.filter((row) => row.action === 'breach-begun')
  expect(new Set(breaches.map((row) => row.detail['rule']))).toEqual(new Set([rule]))
  const { lockouts, goals, commands } = stored.account(FIRST_ACCOUNT)
  expect(lockouts.map(({ scope, effect }) => ({ scope, effect }))).toEqual(lockout === undefined ? [] : [lockout])
  expect(goals).toEqual([])
  expect(commands).toEqual([])
}

describe.concurrent('a real breach ends in a verified enforcement:', () => {
  test('RULE-001 reduces to the limit of all contracts together', () =>
    check({
      rule: 'RULE-001',
      rules: { max_contracts: { enabled: true, limit: 3 } },
      breach: (trader) => {
        trader.buy('MNQ', 2)
        trader.buy('MES', 3)
      },
      keeps: { MNQ: 2, MES: 1 },
    }))

  test('RULE-002 reduces one product to its own limit', () =>
    check({
      rule: 'RULE-002',
      rules: { max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 2, MES: 5 } } },
      breach: (trader) => {
        trader.sell('MNQ', 5)
        trader.buy('MES', 4)
      },
      keeps: { MNQ: -2, MES: 4 },
    }))

  test('RULE-003 closes everything and locks until the reset when the daily loss is reached', () =>
    check({
      rule: 'RULE-003',
      rules: { daily_realized_loss: { enabled: true, limit: -500 } },
      breach: async (trader) => {
        trader.buy('MNQ', 1)
        await trader.loseOnEs(44)
      },
      keeps: {},
      lockout: { scope: 'account', effect: 'flat' },
    }))

  test('RULE-006 lets a fourth trade of a minute only keep or reduce what is held', () =>
    check({
      rule: 'RULE-006',
      rules: { trade_frequency_limit: { enabled: true, limits: { per_minute: 3, per_hour: 10, per_session: 50 } } },
      breach: (trader) => {
        trader.buy('MES', 2)
        trader.sell('MES', 1)
        trader.buy('MES', 1)
        trader.sell('MES', 1)
      },
      afterwards: (trader) => trader.buy('MES', 2),
      keeps: { MES: 1 },
      lockout: { scope: 'account', effect: 'reduce-only' },
    }))

  test('RULE-008 closes a position that had no stop for the whole grace', () =>
    check({
      rule: 'RULE-008',
      rules: { no_stop_loss_grace: { enabled: true, grace_period_seconds: 2 } },
      breach: (trader) => trader.buy('MNQ', 1),
      keeps: {},
    }))

  test('RULE-009 closes a position at the end of the session, without any event', () =>
    check({
      rule: 'RULE-009',
      rules: { session_block_outside: { enabled: true } },
      startsAt: '2026-11-18T14:59:54-06:00',
      breach: (trader) => trader.buy('MES', 1),
      keeps: {},
      lockout: { scope: 'account', effect: 'flat' },
    }))
})

test('leaves alone who keeps within every limit', async () => {
  await using opened = await Stage.open({
    rules: {
      max_contracts: { enabled: true, limit: 6 },
      max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 2, MES: 3, ES: 1 } },
      daily_realized_loss: { enabled: true, limit: -500 },
      trade_frequency_limit: { enabled: true, limits: { per_minute: 8, per_hour: 10, per_session: 50 } },
      no_stop_loss_grace: { enabled: false },
      session_block_outside: { enabled: true },
    },
  })
  const { stage, daemon } = opened
  const trader = stage.trader()
  trader.buy('MNQ', 2)
  trader.sell('MES', 3)
  await trader.loseOnEs(38)
  const trades = stage.gateway.exchange.trades(FIRST_ACCOUNT).length
  await daemon.log.awaitLine(
    'all trades',
    () => daemon.log.lines().filter((line) => line['type'] === 'trade-reported').length >= trades,
  )
  await daemon.stop()

  expect(fillsOf(stage.gateway.exchange.ledger(), 'daemon')).toEqual([])
  expect(trader.position('MNQ')).toBe(2)
  expect(trader.position('MES')).toBe(-3)
  const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
  expect(stored.audit.filter((row) => row.action === 'breach-begun')).toEqual([])
})
