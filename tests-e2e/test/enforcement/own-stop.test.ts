import { measured } from '@rm/package-config/measured'
import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { requestsOf } from '../harness/venue-times.ts'

const RULES = { trade_management: { enabled: true, auto_stop_loss: { enabled: true, distance_ticks: 200 } } }

/** Stops that the venue has for the account, working ones. */
function stops({ gateway }: Stage): readonly number[] {
  return gateway.exchange
    .orders(FIRST_ACCOUNT)
    .filter(({ type, status }) => type === OrderType.stop && [1, 6, 8].includes(status))
    .map(({ id }) => id)
}

describe.concurrent('the stop that the daemon places', () => {
  test('whose answer and whose events are lost is found by its tag, and there is exactly one (G-09)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    gateway.faults.rest('placeOrder', { verb: 'hang', executed: 'act' })
    gateway.faults.hub('user', { verb: 'drop' }, { kind: 'order', times: null })
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    const settled = await daemon.log.awaitLine('the outcome', (line) => line.event === 'command-settled')
    const placed = requestsOf(gateway, 'placeOrder')
    const looked = requestsOf(gateway, 'queryOrders', FIRST_ACCOUNT).at(-1)
    measured(task, (looked?.at ?? Number.NaN) - (placed[0]?.at ?? Number.NaN))

    expect(settled['state']).toBe('effective')
    expect(placed).toHaveLength(1)
    expect(stops(stage)).toHaveLength(1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('again because its first placement cannot be seen is refused for its tag, which means that it is there (E-17)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    gateway.faults.rest('placeOrder', { verb: 'hang', executed: 'act' })
    gateway.faults.hub('user', { verb: 'drop' }, { kind: 'order', times: null })
    for (const route of ['queryOrders', 'searchOrders'] as const)
      gateway.faults.rest(route, { verb: 'lag', ms: 9_000 }, { times: null })
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    const [first, second] = await stage.awaitVenue('a second placement', () => {
      const placed = requestsOf(gateway, 'placeOrder')
      return placed.length > 1 && placed
    })
    measured(task, (second?.at ?? Number.NaN) - (first?.at ?? Number.NaN))
    gateway.faults.clear()
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(second?.errorCode).not.toBe(0)
    expect(stops(stage)).toHaveLength(1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('that the venue accepts and then rejects is placed again (E-16)', async ({ task }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage } = opened
    const { gateway } = stage
    gateway.faults.rest('placeOrder', { verb: 'reject-later', ms: 300 })
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    const [rejected, again] = await stage.awaitVenue('a second placement', () => {
      const placed = requestsOf(gateway, 'placeOrder')
      return placed.length > 1 && placed
    })
    measured(task, (again?.at ?? Number.NaN) - (rejected?.at ?? Number.NaN) - 300)
    await stage.awaitVenue('one stop', () => stops(stage).length === 1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })
})
