import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitCondition } from '../harness/await-condition.ts'
import { breachOf, enforcementOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import type { PracticeTrader } from '../harness/practice-trader.ts'
import { expectSameTrades } from '../harness/same-trades.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

/** Four units of a minute are allowed and made: one that counted twice would lock. */
const RULES = {
  trade_frequency_limit: { enabled: true, limits: { per_minute: 4, per_hour: 10, per_session: 50 } },
  daily_realized_loss: { enabled: true, limit: -500 },
}

async function trades(trader: PracticeTrader): Promise<void> {
  for (const side of [OrderSide.buy, OrderSide.sell, OrderSide.sell, OrderSide.buy]) await trader.enters('MES', side, 1)
}

/** After a run without breach: every trade of the venue is known once, with its money. */
async function checkBooks(stage: Stage, breaches: readonly string[]): Promise<void> {
  const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
  expect(stored.audit.filter((row) => row.action === 'breach-begun').map((row) => row.detail['rule'])).toEqual(breaches)
  expectSameTrades(stored.account(FIRST_ACCOUNT), stage.gateway, FIRST_ACCOUNT)
  expect(stored.verdict).toMatchObject({ ok: true })
}

function told(daemonLog: { lines(): readonly { readonly [field: string]: unknown }[] }): number {
  return new Set(
    daemonLog
      .lines()
      .filter((line) => line['type'] === 'trade-reported')
      .map((line) => line['about']),
  ).size
}

describe.concurrent('events that do not come once and in order', () => {
  test.each([
    ['twice', { verb: 'dup' }],
    ['in another order', { verb: 'reorder', windowMs: 400 }],
  ] as const)('trades that arrive %s count once', async (_, fault) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    stage.gateway.faults.hub('user', fault, { times: null })
    await trades(stage.trader())
    await awaitCondition('four trades are told', () => told(daemon.log) >= 4)
    expect((await daemon.stop()).code).toBe(0)

    await checkBooks(stage, [])
  })

  test('the opening half-turn that is sent again when the position closes is no new trade, whatever its id', async () => {
    // Every id is a unit here, and four are allowed.
    const perFill = { trade_frequency_limit: { ...RULES.trade_frequency_limit, count: 'fills' } }
    await using opened = await Stage.open({ rules: perFill })
    const { stage, daemon } = opened
    await trades(stage.trader())
    await awaitCondition('four trades are told', () => told(daemon.log) >= 4)
    const opening = stage.gateway.exchange.trades(FIRST_ACCOUNT).find((trade) => trade.profitAndLoss === null)
    const { id, profitAndLoss: _none, ...again } = opening ?? { id: 0, profitAndLoss: null }
    stage.gateway.inject('user', 'GatewayUserTrade', [{ action: 1, data: { ...again, id: id + 77 } }])
    await daemon.log.awaitLine('the copy', (line) => line['about'] === `trade-reported ${id + 77}`)
    expect((await daemon.stop()).code).toBe(0)

    expect(daemon.log.find((line) => line.event === 'breach-begun')).toBeUndefined()
  })

  test('a fifth trade that is none of these counts', async () => {
    const perFill = { trade_frequency_limit: { ...RULES.trade_frequency_limit, count: 'fills' } }
    await using opened = await Stage.open({ rules: perFill })
    const { stage, daemon } = opened
    await trades(stage.trader())
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await breachOf(daemon.log, FIRST_ACCOUNT, 'RULE-006')

    expect(daemon.log.find((line) => line.event === 'lockout-set')?.['effect']).toBe('reduce-only')
  })

  test('a lost trade event is found by a reading', async () => {
    // The open loss alone must not lock: what is shown is that the trades are found.
    await using opened = await Stage.open({
      rules: { daily_realized_loss: { ...RULES.daily_realized_loss, include_unrealized: false } },
    })
    const { stage, daemon } = opened
    stage.gateway.faults.hub('user', { verb: 'drop' }, { kind: 'trade', times: null })
    await stage.trader().loseOnEs(48)
    await daemon.log.awaitLine('the lock', (line) => line.event === 'lockout-set', 50_000)
    stage.gateway.faults.clear()
    expect((await daemon.stop()).code).toBe(0)

    await checkBooks(stage, ['RULE-003'])
  })

  test('a lost position event is found by a reading', async () => {
    await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 2 } } })
    const { stage } = opened
    stage.gateway.faults.hub('user', { verb: 'drop' }, { kind: 'position', times: 1 })
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2, 45_000)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('an entry that fills piece by piece is reduced to the limit, and its excess piece by piece', async () => {
    await using opened = await Stage.open({
      rules: { max_contracts: { enabled: true, limit: 2 } },
      exchange: { knobs: { largestFill: 1, fillLatencyMs: [20, 60], eventOrder: 'shuffled' } },
    })
    const { stage, daemon } = opened
    stage.trader().buy('MNQ', 6)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
    await stage.awaitVenue('the limit', () => {
      const bought = stage.gateway.exchange.trades(FIRST_ACCOUNT).filter(({ side }) => side === OrderSide.buy)
      return bought.length === 6 && stage.trader().position('MNQ') === 2
    })
    expect((await daemon.stop()).code).toBe(0)

    expect(stage.trader().position('MNQ')).toBe(2)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})
