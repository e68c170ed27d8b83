import { scenarioScript } from '@rm/gateway-sim'
import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'
import { closesOf, lastFillOf } from '../harness/venue-times.ts'

describe.concurrent('a trader who tries to get around a rule', () => {
  test('by showing a stop again and again for a moment: the meter is never refilled', async () => {
    const flicker = {
      do: 'stop',
      after: '1s',
      contract: 'MNQ',
      side: 'sell',
      size: 1,
      price: { awayTicks: 400 },
    } as const
    await using opened = await Stage.open({
      rules: { no_stop_loss_grace: { enabled: true, grace_period_seconds: 3 } },
      script: scenarioScript({
        name: 'flicker',
        title: 'A stop that comes and goes',
        startsAt: '2026-11-18T09:45:00-06:00',
        regimes: ['still'],
        accounts: [{ id: FIRST_ACCOUNT, name: 'PRAC-1', balance: 50_000 }],
        traders: [
          {
            account: FIRST_ACCOUNT,
            story: 'shows a stop for a moment in every second',
            steps: [
              { do: 'market', contract: 'MNQ', side: 'buy', size: 1 },
              { do: 'repeat', times: 12, steps: [flicker, { do: 'cancel-all', after: '300ms', contract: 'MNQ' }] },
            ],
          },
        ],
      }),
    })
    const { stage, daemon } = opened
    stage.gateway.beginScript()
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-008')
    await stage.awaitVenue('no stop is left', () => stage.trader().workingOrders().length === 0)

    expect(stage.trader().isFlat).toBe(true)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('by turning the position over while it is being closed: the new side is closed, nothing is sent against it (E-03)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: { daily_realized_loss: { enabled: true, limit: -500 } } })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.gateway.faults.rest('closeContract', { verb: 'slow', minMs: 1_000, maxMs: 1_000 }, { times: null })
    await trader.enters('MNQ', OrderSide.buy, 1)
    await trader.loseOnEs(48)
    await stage.awaitVenue('the close is under way', () =>
      stage.gateway.requests.after(0).some(({ body }) => JSON.stringify(body).includes('.MNQ.')),
    )
    await trader.enters('MNQ', OrderSide.sell, 3)
    const turnedAt = lastFillOf(stage.gateway, 'trader', FIRST_ACCOUNT).at
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    measured(task, lastFillOf(stage.gateway, 'daemon', FIRST_ACCOUNT).at - turnedAt)

    expect(trader.isFlat).toBe(true)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('by trading in the first moment of the daemon: trades before its first reading count', async () => {
    await using stage = await Stage.set({
      rules: { trade_frequency_limit: { enabled: true, limits: { per_minute: 3, per_hour: 10, per_session: 50 } } },
    })
    const trader = stage.trader()
    // The first reading takes a while; what the stream brings in between must not be lost on the rules.
    stage.gateway.faults.rest('searchTrades', { verb: 'delay', ms: 1_500 })
    const daemon = await stage.startDaemon().running()
    for (const side of [OrderSide.buy, OrderSide.buy, OrderSide.sell, OrderSide.buy])
      await trader.enters('MES', side, 1)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'REDUCING')

    expect(daemon.log.find((line) => line.event === 'lockout-set')).toMatchObject({ rule: 'RULE-006' })
  })

  test('by having a trade voided after the lockout: the lockout stays', async () => {
    await using opened = await Stage.open({ rules: { daily_realized_loss: { enabled: true, limit: -500 } } })
    const { stage, daemon } = opened
    const trader = stage.trader()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    const losing = stage.gateway.exchange.trades(FIRST_ACCOUNT).find((trade) => (trade.profitAndLoss ?? 0) < 0)
    stage.gateway.exchange.voidTrade(FIRST_ACCOUNT, losing?.id ?? 0)
    await daemon.log.awaitLine('the breach is over', (line) => line.event === 'breach-ended')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    await trader.enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('closed', () => trader.isFlat)
    expect((await daemon.stop()).code).toBe(0)

    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(stored.account(FIRST_ACCOUNT).lockouts).toHaveLength(1)
    expect(stored.account(FIRST_ACCOUNT).trades.filter(({ trade }) => trade.voided)).toHaveLength(1)
  })

  test('by adding while the excess is being taken away: never more than the limit is left, never less', async () => {
    await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 3 } } })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.gateway.faults.rest('partialCloseContract', { verb: 'slow', minMs: 300, maxMs: 600 }, { times: null })
    for (const size of [5, 2, 1]) await trader.enters('MNQ', OrderSide.buy, size)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
    await stage.awaitVenue('the limit', () => trader.position('MNQ') === 3)
    expect((await daemon.stop()).code).toBe(0)

    expect(trader.position('MNQ')).toBe(3)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
    expect(fillsOf(stage.gateway.exchange.ledger(), 'daemon').every(({ positionAfter }) => positionAfter >= 3)).toBe(
      true,
    )
  })
  test('by reducing himself while the excess is being taken away: the size is read again, and what is left stays (E-04)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 5 } } })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.gateway.faults.rest('partialCloseContract', { verb: 'slow', minMs: 800, maxMs: 800 })
    await trader.enters('MNQ', OrderSide.buy, 8)
    const breachAt = lastFillOf(stage.gateway, 'trader', FIRST_ACCOUNT).at
    await stage.awaitVenue('the reduction is under way', () => closesOf(stage.gateway, FIRST_ACCOUNT).length > 0)
    await trader.enters('MNQ', OrderSide.sell, 6)
    const refused = await stage.awaitVenue('it is refused for its size', () =>
      closesOf(stage.gateway, FIRST_ACCOUNT).find(({ errorCode }) => errorCode === 5),
    )
    await daemon.log.awaitLine('the goal is over', (line) => line.event === 'goal-ended')
    measured(task, stage.gateway.clock.now() - breachAt)

    expect(refused.body).toMatchObject({ size: 3 })
    expect(closesOf(stage.gateway, FIRST_ACCOUNT)).toHaveLength(1)
    expect(trader.position('MNQ')).toBe(2)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})
