import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitNothing } from '../harness/await-condition.ts'
import { currentWord, wordOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { CONTRACTS } from '../harness/practice-trader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

/** A rule that needs prices, and one that does not. */
const RULES = {
  daily_realized_loss: { enabled: true, limit: -500, include_unrealized: true },
  max_contracts: { enabled: true, limit: 2 },
}
const STALE_SOON = { stale_after_seconds: 2 }

describe.concurrent('the market hub is lost:', () => {
  test('an account with an open position is BLIND until prices come again (R-25)', async ({ task }) => {
    await using opened = await Stage.open({ rules: RULES, general: STALE_SOON, exchange: { regimes: ['calm'] } })
    const { stage, daemon } = opened
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    stage.gateway.faults.hub('market', { verb: 'down' })
    const lostAt = stage.gateway.clock.now()
    await wordOf(daemon.log, FIRST_ACCOUNT, 'BLIND')
    measured(task, stage.gateway.clock.now() - lostAt)
    expect(daemon.log.find((line) => line['to'] === 'BLIND')?.msg).toContain('MNQ')
    await daemon.log.awaitLine('a human is called', (line) => line.event === 'alert')
    stage.gateway.faults.hub('market', { verb: 'up' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('rules that need no prices go on (R-25)', async () => {
    await using opened = await Stage.open({ rules: RULES, general: STALE_SOON, exchange: { regimes: ['calm'] } })
    const { stage } = opened
    stage.gateway.faults.hub('market', { verb: 'down' })
    await stage.trader().enters('MNQ', OrderSide.buy, 5)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('an account without a position is not BLIND', async () => {
    await using opened = await Stage.open({ rules: RULES, general: STALE_SOON })
    const { stage, daemon } = opened
    stage.gateway.faults.hub('market', { verb: 'down' })
    await daemon.log.awaitLine('the loss', (line) => line['type'] === 'stream-lost')
    await stage.trader().enters('MNQ', OrderSide.buy, 5)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2)
    stage.trader().close('MNQ')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(stage.trader().isFlat).toBe(true)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})

describe.concurrent('quotes that stop because the market is closed', () => {
  test.each([
    ['in the daily halt', '2026-11-18T15:59:57-06:00'],
    ['at the weekend', '2026-11-20T15:59:57-06:00'],
  ])('%s call nobody and are no reason to connect anew (R-27)', async (_, beforeTheClose) => {
    await using opened = await Stage.open({
      rules: RULES,
      general: STALE_SOON,
      exchange: { regimes: ['calm'] },
      startsAt: '2026-11-18T15:59:00-06:00',
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    await daemon.log.awaitLine('a first quote', (line) => line['type'] === 'quote-changed')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    const market = gateway.connections().find(({ hub }) => hub === 'market')
    gateway.clock.set(Temporal.Instant.from(beforeTheClose).epochMilliseconds)
    await awaitNothing('an alarm or a new connection', 11_000, () => {
      const isBlind = currentWord(daemon.log, FIRST_ACCOUNT) === 'BLIND'
      const isNew = gateway
        .connections()
        .some(({ hub, connectionId }) => hub === 'market' && connectionId !== market?.connectionId)
      return isBlind || isNew || daemon.log.find((line) => line.event === 'alert')
    })
    expect(stage.trader().position('MNQ')).toBe(1)
    expect(fillsOf(gateway.exchange.ledger(), 'daemon')).toEqual([])
  })
})

test('quotes that are crossed, zero, in part or old bring no loss that is not there (R-23)', async () => {
  await using opened = await Stage.open({ rules: RULES })
  const { stage, daemon } = opened
  const { gateway } = stage
  await stage.trader().enters('MNQ', OrderSide.buy, 1)
  await daemon.log.awaitLine('a first quote', (line) => line['type'] === 'quote-changed')
  const { bid, ask } = gateway.exchange.bestPrices(CONTRACTS.MNQ)
  const quote = (fields: object): unknown =>
    gateway.inject('market', 'GatewayQuote', [CONTRACTS.MNQ, { symbol: 'F.US.MNQ', ...fields }])
  quote({ bestBid: 0, bestAsk: 0, lastPrice: 0 })
  quote({ bestBid: ask + 5, bestAsk: bid - 5 })
  quote({ lastPrice: bid })
  quote({ bestBid: bid })
  quote({})
  quote({ bestBid: bid, bestAsk: ask, lastUpdated: '2020-01-01T00:00:00+00:00' })
  // A loss that is there is found, so the ones before would have been.
  gateway.exchange.moveMarket(CONTRACTS.MNQ, -1_200)
  const breach = await daemon.log.awaitLine('the breach', (line) => line.event === 'breach-begun')

  expect(breach['measured']).toBe('-$601.11')
  await stage.awaitVenue('flat', () => stage.trader().isFlat)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})
