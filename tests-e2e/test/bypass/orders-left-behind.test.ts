import { measured } from '@rm/package-config/measured'
import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitNothing } from '../harness/await-condition.ts'
import { breachOf, enforcementOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { CONTRACTS } from '../harness/practice-trader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { lastFillOf, requestsOf } from '../harness/venue-times.ts'

const LOCKING = { daily_realized_loss: { enabled: true, limit: -500 } }
const GRACE = { no_stop_loss_grace: { enabled: true, grace_period_seconds: 2 } }

describe.concurrent('orders that outlive what they were for', () => {
  test('a stop whose position was closed is cancelled, and cannot open a new one', async () => {
    await using opened = await Stage.open({ rules: LOCKING })
    const { stage, daemon } = opened
    const trader = stage.trader()
    const { bid } = stage.gateway.exchange.bestPrices(CONTRACTS.MES)
    await trader.enters('MES', OrderSide.buy, 2)
    trader.place('MES', OrderSide.sell, 2, { type: OrderType.stop, stopPrice: bid - 100 })
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    expect(trader.workingOrders()).toEqual([])
    stage.gateway.exchange.moveMarket(CONTRACTS.MES, -1_000)

    expect(trader.isFlat).toBe(true)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('an entry that rests while the account is locked is cancelled', async () => {
    await using opened = await Stage.open({ rules: LOCKING })
    const { stage, daemon } = opened
    const trader = stage.trader()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    const { bid } = stage.gateway.exchange.bestPrices(CONTRACTS.MES)
    trader.place('MES', OrderSide.buy, 1, { type: OrderType.limit, limitPrice: bid - 50 })
    await stage.awaitVenue('cancelled', () => trader.workingOrders().length === 0)

    expect(trader.isFlat).toBe(true)
  })

  test('an entry that is filled while its cancel is under way is closed by the next sweep (E-05)', async ({ task }) => {
    await using opened = await Stage.open({ rules: LOCKING })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.gateway.faults.rest('cancelOrder', { verb: 'slow', minMs: 1_000, maxMs: 1_000 }, { times: null })
    const { bid } = stage.gateway.exchange.bestPrices(CONTRACTS.MES)
    trader.place('MES', OrderSide.buy, 1, { type: OrderType.limit, limitPrice: bid - 1 })
    await trader.loseOnEs(48)
    await stage.awaitVenue('the cancel is under way', () =>
      stage.gateway.requests.after(0).some(({ route }) => route === 'cancelOrder'),
    )
    stage.gateway.exchange.moveMarket(CONTRACTS.MES, -40)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')

    const ledger = stage.gateway.exchange.ledger()
    const filled = fillsOf(ledger, 'trader').find(({ contractId }) => contractId === CONTRACTS.MES)
    measured(task, lastFillOf(stage.gateway, 'daemon', FIRST_ACCOUNT).at - (filled?.at ?? Number.NaN))
    expect(fillsOf(ledger, 'trader').some(({ contractId }) => contractId === CONTRACTS.MES)).toBe(true)
    expect(trader.isFlat).toBe(true)
    expect(trader.workingOrders()).toEqual([])
    expect(wrongWayFills(ledger)).toEqual([])
  })

  test('a position whose bracket has a stop is not naked (E-18)', async () => {
    await using opened = await Stage.open({ rules: GRACE })
    const { stage, daemon } = opened
    const trader = stage.trader()
    const { bid } = stage.gateway.exchange.bestPrices(CONTRACTS.MNQ)
    // The children wait, suspended, until the entry is filled.
    trader.place('MNQ', OrderSide.buy, 1, {
      type: OrderType.limit,
      limitPrice: bid - 5,
      stopLossBracket: { ticks: -200, type: OrderType.stop },
      takeProfitBracket: { ticks: 400, type: OrderType.limit },
    })
    await daemon.log.awaitLine('the suspended child', (line) => String(line['about']).endsWith(' suspended'))
    stage.gateway.exchange.moveMarket(CONTRACTS.MNQ, -40)
    await stage.awaitVenue('the entry is filled', () => trader.position('MNQ') === 1)
    await awaitNothing('a breach', 4_000, () => daemon.log.find((line) => line.event === 'breach-begun'))

    expect(trader.position('MNQ')).toBe(1)
    expect(trader.workingOrders()).toHaveLength(2)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('a position whose only bracket is a target is naked, and its target goes with it', async () => {
    await using opened = await Stage.open({ rules: GRACE })
    const { stage, daemon } = opened
    const trader = stage.trader()
    trader.place('MNQ', OrderSide.buy, 1, { takeProfitBracket: { ticks: 400, type: OrderType.limit } })
    await breachOf(daemon.log, FIRST_ACCOUNT, 'RULE-008')
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-008')

    expect(trader.isFlat).toBe(true)
    expect(trader.workingOrders()).toEqual([])
  })
  test('an order that is placed after the sweep is swept as well (E-06)', async ({ task }) => {
    await using opened = await Stage.open({ rules: LOCKING })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    const rests = (): number => {
      const { bid } = gateway.exchange.bestPrices(CONTRACTS.MES)
      return trader.place('MES', OrderSide.buy, 1, { type: OrderType.limit, limitPrice: bid - 50 })
    }
    rests()
    await trader.loseOnEs(48)
    await stage.awaitVenue('the sweep', () => requestsOf(gateway, 'cancelOrder').length > 0)
    const late = rests()
    const placedAt = gateway.clock.now()
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    const cancel = await stage.awaitVenue('its cancel', () =>
      requestsOf(gateway, 'cancelOrder').find(({ body }) => JSON.stringify(body).includes(String(late))),
    )
    await stage.awaitVenue('nothing works', () => trader.workingOrders().length === 0)
    measured(task, cancel.at - placedAt)
    expect(trader.isFlat).toBe(true)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test.for([
    ['survives its cancel', { verb: 'ack-noop' }],
    ['is not found by its cancel', { verb: 'code', code: 2 }],
  ] as const)(
    'an orphan stop that %s is cancelled again before anything is called flat (E-07, E-08)',
    async ([, fault], { task }) => {
      await using opened = await Stage.open({ rules: LOCKING })
      const { stage, daemon } = opened
      const { gateway } = stage
      const trader = stage.trader()
      await trader.enters('MES', OrderSide.buy, 1)
      const { bid } = gateway.exchange.bestPrices(CONTRACTS.MES)
      trader.place('MES', OrderSide.sell, 1, { type: OrderType.stop, stopPrice: bid - 100 })
      gateway.faults.rest('cancelOrder', fault)
      await trader.loseOnEs(48)
      await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')

      const [spoilt, again] = requestsOf(gateway, 'cancelOrder')
      measured(task, (again?.at ?? Number.NaN) - (spoilt?.at ?? Number.NaN))
      expect(trader.workingOrders()).toEqual([])
      gateway.exchange.moveMarket(CONTRACTS.MES, -1_000)
      expect(trader.isFlat).toBe(true)
      expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    },
  )

  test('an entry of a locked trader goes with its suspended children, also one that is still pending (E-12)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: LOCKING })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    gateway.exchange.turn({ fillLatencyMs: [1_500, 1_500] })
    const { bid } = gateway.exchange.bestPrices(CONTRACTS.MNQ)
    trader.place('MNQ', OrderSide.buy, 1, {
      type: OrderType.limit,
      limitPrice: bid - 50,
      stopLossBracket: { ticks: -200, type: OrderType.stop },
      takeProfitBracket: { ticks: 400, type: OrderType.limit },
    })
    const placedAt = gateway.clock.now()
    expect(trader.workingOrders()).toHaveLength(3)
    await stage.awaitVenue('nothing works', () => trader.workingOrders().length === 0)
    measured(task, gateway.clock.now() - placedAt)
    expect(trader.isFlat).toBe(true)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('a stop that was accepted and is then rejected by the venue protects nothing: its position is closed (E-16)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: GRACE })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    await trader.enters('MNQ', OrderSide.buy, 1)
    const { bid } = gateway.exchange.bestPrices(CONTRACTS.MNQ)
    const stop = trader.place('MNQ', OrderSide.sell, 1, { type: OrderType.stop, stopPrice: bid - 100 })
    await daemon.log.awaitLine('the stop works', (line) => line['about'] === `order-changed ${stop} open`)
    gateway.exchange.reject(FIRST_ACCOUNT, stop)
    const rejectedAt = gateway.clock.now()
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-008')
    measured(task, lastFillOf(gateway, 'daemon', FIRST_ACCOUNT).at - rejectedAt)
    expect(trader.isFlat).toBe(true)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })
})
