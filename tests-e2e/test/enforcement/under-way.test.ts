import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { CONTRACTS } from '../harness/practice-trader.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { closesOf, lastFillOf, lastLookAt } from '../harness/venue-times.ts'

describe.concurrent('an enforcement that is under way', () => {
  test('fills piece by piece: the whole size is never sent again (E-02)', async ({ task }) => {
    await using opened = await Stage.open({
      rules: { max_contracts: { enabled: true, limit: 5, enforcement: 'close_all' } },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    await stage.trader().enters('MNQ', OrderSide.buy, 5)
    gateway.exchange.turn({ largestFill: 2, fillLatencyMs: [100, 200] })
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')

    measured(task, lastLookAt(gateway, FIRST_ACCOUNT) - breachAt)
    expect(closesOf(gateway, FIRST_ACCOUNT)).toHaveLength(1)
    expect(fillsOf(gateway.exchange.ledger(), 'daemon').map(({ positionAfter }) => positionAfter)).toEqual([4, 2, 0])
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('waits for the opening of a closed market, with a human told, and is carried out then (E-09)', async ({
    task,
  }) => {
    await using opened = await Stage.open({
      startsAt: '2026-11-18T15:59:00-06:00',
      rules: { session_block_outside: { enabled: true } },
      timers: {
        session_hours: {
          start: '08:30',
          end: '16:00',
          timezone: 'America/Chicago',
          allowed_days: ['mon', 'tue', 'wed', 'thu', 'fri'],
        },
      },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    await trader.enters('MES', OrderSide.buy, 2)
    gateway.clock.set(Temporal.Instant.from('2026-11-18T15:59:57-06:00').epochMilliseconds)
    const alarm = await daemon.log.awaitLine('an alarm', (line) => line['alert'] === 'market-closed')
    expect(alarm.msg).toContain('MES')
    expect(trader.position('MES')).toBe(2)
    gateway.clock.set(Temporal.Instant.from('2026-11-18T16:59:56-06:00').epochMilliseconds)
    await stage.awaitVenue('flat', () => trader.isFlat, 40_000)
    const openedAt = Temporal.Instant.from('2026-11-18T17:00:00-06:00').epochMilliseconds
    measured(task, lastFillOf(gateway, 'daemon', FIRST_ACCOUNT).at - openedAt)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('for a breach that is seen fifty times more is one goal and one close (E-15)', async () => {
    await using opened = await Stage.open({ rules: { daily_realized_loss: { enabled: true, limit: -500 } } })
    const { stage, daemon } = opened
    const { gateway } = stage
    gateway.faults.rest('closeContract', { verb: 'slow', minMs: 1_500, maxMs: 1_500 })
    await stage.trader().enters('ES', OrderSide.buy, 1)
    await daemon.log.awaitLine('a first quote', (line) => line['type'] === 'quote-changed')
    gateway.exchange.moveMarket(CONTRACTS.ES, -60)
    await stage.awaitVenue('the close is under way', () => closesOf(gateway, FIRST_ACCOUNT).length > 0)
    for (let more = 0; more < 50; more += 1) gateway.exchange.moveMarket(CONTRACTS.ES, more % 2 === 0 ? -3 : 2)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')

    expect(closesOf(gateway, FIRST_ACCOUNT)).toHaveLength(1)
    for (const event of ['breach-begun', 'goal-begun', 'lockout-set'])
      expect(daemon.log.lines().filter((line) => line.event === event)).toHaveLength(1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('that the gateway does not let us act on halts the account, and a human is called (A-11)', async () => {
    await using opened = await Stage.open({
      rules: { max_contracts: { enabled: true, limit: 1, enforcement: 'close_all' } },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    gateway.faults.rest('closeContract', { verb: 'code', code: 8 }, { times: null })
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    await daemon.log.awaitLine('an alarm', (line) => line['alert'] === 'account-not-enforceable')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'HALTED')

    expect(closesOf(gateway, FIRST_ACCOUNT)).toHaveLength(1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })
})
