import { measured } from '@rm/package-config/measured'
import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitCondition, awaitNothing } from '../harness/await-condition.ts'
import { breachOf, enforcementOf } from '../harness/daemon-story.ts'
import { reconnected, userConnection } from '../harness/hub-connections.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { CONTRACTS, type PracticeTrader } from '../harness/practice-trader.ts'
import { expectSameTrades } from '../harness/same-trades.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'
import { fullReadingAfter, lastFillOf } from '../harness/venue-times.ts'

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
  expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
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
    ['twice, by two subscriptions (R-12)', { verb: 'dup' }],
    ['twice (R-13)', { verb: 'dup' }],
    ['in another order (R-14)', { verb: 'reorder', windowMs: 400 }],
  ] as const)('trades that arrive %s count once', async (name, fault) => {
    const duplicateSubscriptions = name.includes('R-12')
    await using opened = await Stage.open({ rules: RULES, knobs: { duplicateSubscriptions } })
    const { stage, daemon } = opened
    stage.gateway.faults.hub('user', fault, { times: null })
    await trades(stage.trader())
    await awaitCondition('four trades are told', () => told(daemon.log) >= 4)
    expect((await daemon.stop()).code).toBe(0)

    await checkBooks(stage, [])
  })

  test('the opening half-turn that is sent again when the position closes is no new trade, whatever its id (R-13)', async () => {
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

  test('a lost trade event is found by a reading (R-16)', async ({ task }) => {
    // The open loss alone must not lock: what is shown is that the trades are found.
    await using opened = await Stage.open({
      rules: { daily_realized_loss: { ...RULES.daily_realized_loss, include_unrealized: false } },
    })
    const { stage, daemon } = opened
    stage.gateway.faults.hub('user', { verb: 'drop' }, { kind: 'trade', times: null })
    await stage.trader().loseOnEs(48)
    await daemon.log.awaitLine('the lock', (line) => line.event === 'lockout-set', 50_000)
    measured(task, stage.gateway.clock.now() - lastFillOf(stage.gateway, 'trader', FIRST_ACCOUNT).at)
    stage.gateway.faults.clear()
    expect((await daemon.stop()).code).toBe(0)

    await checkBooks(stage, ['RULE-003'])
  })

  test('a lost position event is found by a reading (R-18)', async ({ task }) => {
    await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 2 } } })
    const { stage } = opened
    stage.gateway.faults.hub('user', { verb: 'drop' }, { kind: 'position', times: 1 })
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2, 45_000)
    const { gateway } = stage
    measured(task, lastFillOf(gateway, 'daemon', FIRST_ACCOUNT).at - lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('a close that the stream does not tell of is found by a reading, and its open loss is not carried on (R-18)', async ({
    task,
  }) => {
    // The trade is lost as well: it alone would tell what it closed.
    await using opened = await Stage.open({ rules: { daily_realized_loss: { enabled: true, limit: -500 } } })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    await trader.enters('MNQ', OrderSide.buy, 1)
    await daemon.log.awaitLine('the position', (line) => line['type'] === 'position-changed')
    for (const kind of ['position', 'trade', 'order'] as const)
      gateway.faults.hub('user', { verb: 'drop' }, { kind, times: null })
    trader.close('MNQ')
    await stage.awaitVenue('closed', () => trader.isFlat)
    const closedAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
    const before = userConnection(stage)
    await daemon.log.awaitLine('what was missed', (line) => line.event === 'drift-found', 45_000)
    measured(task, gateway.clock.now() - closedAt)
    gateway.exchange.moveMarket(CONTRACTS.MNQ, -2_000)
    gateway.faults.clear()
    // A stream that misses things is connected anew.
    await reconnected(stage, before)
    await trader.loseOnEs(4)
    await awaitCondition('later trades are told', () => told(daemon.log) >= 2)
    expect((await daemon.stop()).code).toBe(0)

    await checkBooks(stage, [])
  })

  test('an order that the stream does not tell of is found by a reading, and cancelled on a locked account (R-17)', async ({
    task,
  }) => {
    await using opened = await Stage.open({
      rules: { daily_realized_loss: { enabled: true, limit: -500, include_unrealized: false } },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    gateway.faults.hub('user', { verb: 'drop' }, { kind: 'order', times: null })
    const { bid } = gateway.exchange.bestPrices(CONTRACTS.MES)
    trader.place('MES', OrderSide.buy, 1, { type: OrderType.limit, limitPrice: bid - 50 })
    const placedAt = gateway.clock.now()
    await stage.awaitVenue('cancelled', () => trader.workingOrders().length === 0, 45_000)
    measured(task, gateway.clock.now() - placedAt)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('a stop that the stream does not tell of protects its position all the same (R-17)', async () => {
    await using opened = await Stage.open({
      rules: { no_stop_loss_grace: { enabled: true, grace_period_seconds: 3 } },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    gateway.faults.hub('user', { verb: 'drop' }, { kind: 'order', times: null })
    await trader.enters('MNQ', OrderSide.buy, 1)
    const { bid } = gateway.exchange.bestPrices(CONTRACTS.MNQ)
    trader.place('MNQ', OrderSide.sell, 1, { type: OrderType.stop, stopPrice: bid - 100 })
    await awaitNothing('a breach', 6_000, () => daemon.log.find((line) => line.event === 'breach-begun'))
    expect(trader.position('MNQ')).toBe(1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('events that come after a reading that is newer change nothing, and their trades count once (R-15)', async () => {
    await using opened = await Stage.open({
      rules: { max_contracts: { enabled: true, limit: 2 }, trade_frequency_limit: RULES.trade_frequency_limit },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    const lateMs = 5_000
    gateway.faults.hub('user', { verb: 'delay', ms: lateMs }, { times: null })
    // Three contracts for a moment, which no reading shows and which are over when they are told of.
    await trader.enters('MNQ', OrderSide.buy, 3)
    await trader.enters('MNQ', OrderSide.sell, 3)
    await trader.enters('MNQ', OrderSide.buy, 1)
    const tradedAt = gateway.clock.now()
    gateway.faults.hub('user', { verb: 'rst' })
    await stage.awaitVenue('a reading', () => fullReadingAfter(gateway, FIRST_ACCOUNT, tradedAt))
    await awaitCondition('three trades are told', () => told(daemon.log) >= 3)
    await stage.awaitVenue('everything late has come', () => gateway.clock.now() > tradedAt + lateMs + 1_000)
    expect((await daemon.stop()).code).toBe(0)

    expect(fillsOf(gateway.exchange.ledger(), 'daemon')).toEqual([])
    await checkBooks(stage, [])
  })

  test('an entry that fills piece by piece is reduced to the limit, and its excess piece by piece (E-02)', async ({
    task,
  }) => {
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

    const { gateway } = stage
    measured(task, lastFillOf(gateway, 'daemon', FIRST_ACCOUNT).at - lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at)
    expect(stage.trader().position('MNQ')).toBe(2)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})
