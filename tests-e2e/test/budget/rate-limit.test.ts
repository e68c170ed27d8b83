import { measured } from '@rm/package-config/measured'
import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { reconnected, userConnection } from '../harness/hub-connections.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { MICROS } from '../harness/practice-trader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { closesOf, lastFillOf, lastLookAt, requestsOf } from '../harness/venue-times.ts'

/** Far below what a close could wait for here. The bound itself (reliability B-2) is measured where the machine is free, in `load`. */
const AT_ONCE_MS = 2_000
/** `timeouts.request_s`, its default. */
const REQUEST_MS = 5_000
const RULES = { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } }

describe.concurrent('a gateway that refuses for rate', () => {
  test('lets reads pause as long as it asks for, and no close (G-01)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    gateway.faults.rest('searchTrades', { verb: 'status', status: 429, retryAfterSeconds: 3 })
    const before = userConnection(stage)
    gateway.faults.hub('user', { verb: 'rst' })
    const refused = await stage.awaitVenue('a refused read', () =>
      requestsOf(gateway, 'searchTrades').find(({ status }) => status === 429),
    )
    await reconnected(stage, before)
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
    const close = await stage.awaitVenue('a close', () => closesOf(gateway, FIRST_ACCOUNT)[0])
    expect(close.at - breachAt).toBeLessThan(AT_ONCE_MS)
    const again = await stage.awaitVenue('the read once more', () =>
      requestsOf(gateway, 'searchTrades').find(({ sequence }) => sequence > refused.sequence),
    )
    expect(again.at - refused.at).toBeGreaterThanOrEqual(3_000)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('without saying for how long: enforcement goes on (G-02)', async ({ task }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    gateway.faults.rest('any', { verb: 'status', status: 429 }, { times: 4 })
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')

    measured(task, lastLookAt(gateway, FIRST_ACCOUNT) - breachAt)
    expect(gateway.faults.planned()).toEqual([])
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('because somebody else spends the budget: closes first, few reads, a human is told, and flat once it can be (G-04)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: RULES, general: { enforcement_deadline_seconds: 4 } })
    const { stage, daemon } = opened
    const { gateway } = stage
    gateway.faults.rest('any', { verb: 'spend', calls: 200 })
    const before = gateway.requests.after(0).length
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    await daemon.log.awaitMessage('budget_stolen')
    await daemon.log.awaitLine('escalation', (line) => line['alert'] === 'enforcement-overdue')
    gateway.faults.clear()
    const healedAt = gateway.clock.now()
    const during = gateway.requests.after(0).slice(before)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')

    measured(task, lastLookAt(gateway, FIRST_ACCOUNT) - healedAt)
    const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
    expect((closesOf(gateway, FIRST_ACCOUNT)[0]?.at ?? Number.NaN) - breachAt).toBeLessThan(AT_ONCE_MS)
    expect(during.length).toBeLessThanOrEqual(20)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('with little left for ten contracts and thirty orders: closes before cancels, the largest loss first (E-11)', async ({
    task,
  }) => {
    await using opened = await Stage.open({
      rules: { daily_realized_loss: { enabled: true, limit: -100 } },
      simAccount: { balance: 500_000 },
    })
    const { stage, daemon } = opened
    const { exchange, faults } = stage.gateway
    const accountId = FIRST_ACCOUNT
    const contracts = MICROS.map((root) => exchange.contractIdOf(root) ?? root)
    for (const contractId of contracts) {
      exchange.place({ accountId, contractId, type: OrderType.market, side: OrderSide.buy, size: 1 }, 'trader')
      const { bid, tickSize } = exchange.bestPrices(contractId)
      for (const ticks of [100, 110, 120]) {
        const limitPrice = (Math.round(bid / tickSize) - ticks) * tickSize
        exchange.place(
          { accountId, contractId, type: OrderType.limit, side: OrderSide.buy, size: 1, limitPrice },
          'trader',
        )
      }
    }
    await stage.awaitVenue('ten positions', () => exchange.positions(accountId).length === 10)
    await daemon.log.awaitLine(
      'quotes of all ten',
      () => daemon.log.lines().filter((line) => line['type'] === 'quote-changed').length >= 10,
    )
    faults.rest('any', { verb: 'spend', calls: 120 })
    const gold = exchange.contractIdOf('MGC') ?? ''
    exchange.moveMarket(contracts[0] ?? '', -40)
    exchange.moveMarket(gold, -95)
    const breachAt = stage.gateway.clock.now()
    await enforcementOf(daemon.log, accountId, 'RULE-003')

    const closes = closesOf(stage.gateway, accountId)
    const cancels = requestsOf(stage.gateway, 'cancelOrder', accountId)
    measured(task, Math.max(...cancels.map(({ at }) => at)) - breachAt)
    expect(closes[0]?.body).toMatchObject({ contractId: gold })
    expect(closes).toHaveLength(10)
    expect(new Set(cancels.map(({ body }) => JSON.stringify(body))).size).toBe(30)
    expect(closes.length + cancels.length).toBeLessThanOrEqual(60)
    // All closes leave first; on their sixteen connections requests may overtake each other.
    const lastClose = Math.max(...closes.map(({ sequence }) => sequence))
    expect(lastClose - (closes[0]?.sequence ?? Number.NaN)).toBeLessThan(10 + 16)
    expect(lastFillOf(stage.gateway, 'daemon', accountId).at - breachAt).toBeLessThan(5_000)
    expect(stage.trader().isFlat).toBe(true)
    expect(stage.trader().workingOrders()).toEqual([])
    expect(wrongWayFills(exchange.ledger())).toEqual([])
  })
})

test('a gateway whose every answer is slow: closes leave at once on connections of their own, nothing piles up (G-17)', async ({
  task,
}) => {
  await using opened = await Stage.open({ rules: RULES })
  const { stage, daemon } = opened
  const { gateway } = stage
  gateway.faults.rest('any', { verb: 'slow' }, { times: null })
  const before = gateway.requests.after(0).length
  await stage.trader().enters('MNQ', OrderSide.buy, 2)
  const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
  const close = await stage.awaitVenue('a close', () => closesOf(gateway, FIRST_ACCOUNT)[0])
  expect(close.at - breachAt).toBeLessThan(AT_ONCE_MS)
  await stage.awaitVenue('eight seconds', () => gateway.clock.now() > breachAt + 8_000)
  gateway.faults.clear()
  const slow = gateway.requests.after(0).slice(before)
  expect(slow.length).toBeLessThanOrEqual(20)
  // The last slow answer is over when it comes or when nobody waits for it any more.
  const healedAt = Math.max(...slow.map(({ at, route }) => at + (route === 'closeContract' ? 3_000 : REQUEST_MS)))
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')

  measured(task, Math.max(0, lastLookAt(gateway, FIRST_ACCOUNT) - healedAt))
  expect(stage.trader().isFlat).toBe(true)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})
