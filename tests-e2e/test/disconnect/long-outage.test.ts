import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { trusted, wordOf } from '../harness/daemon-story.ts'
import { isSubscribed, userConnection } from '../harness/hub-connections.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 1 } }
/** The client library gives up 42 s after a loss (gateway contract 7.4). */
const OUTAGE_MS = 45_000

describe.concurrent('a user hub that goes on failing', () => {
  test('because it is away for longer than the client library tries is reached again all the same (R-07)', {
    timeout: 150_000,
  }, async ({ task }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    gateway.faults.hub('user', { verb: 'down' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'UNTRUSTED')
    const upAt = gateway.clock.now() + OUTAGE_MS
    gateway.clock.after(OUTAGE_MS, () => gateway.faults.hub('user', { verb: 'up' }))
    await trader.enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced by what REST shows', () => trader.position('MNQ') === 1)
    const connection = await stage.awaitVenue(
      'a new connection',
      () =>
        gateway.connections().find(({ hub, isOpen, connectedAt }) => hub === 'user' && isOpen && connectedAt >= upAt),
      OUTAGE_MS + 60_000,
    )
    measured(task, connection.connectedAt - upAt)
    await trusted(daemon.log, stage.accountIds)
    await trader.enters('MNQ', OrderSide.buy, 1)
    await stage.awaitVenue('reduced by what the stream shows', () => trader.position('MNQ') === 1)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('because every connection drops after two seconds is connected to ever more rarely, and protects meanwhile (R-10)', async () => {
    const flappingMs = 30_000
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    const connections = new Set<string>()
    const begunAt = gateway.clock.now()
    gateway.faults.hub('user', { verb: 'flap', everyMs: 2_000, forMs: flappingMs })
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue(
      'the end of the flapping',
      () => {
        for (const { hub, connectionId } of gateway.connections()) if (hub === 'user') connections.add(connectionId)
        return gateway.clock.now() >= begunAt + flappingMs
      },
      flappingMs + 10_000,
    )
    expect(stage.trader().position('MNQ')).toBe(1)
    // Pauses of 0, 1, 2, 5, 10 and 30 s, each after the two seconds that a connection lives.
    expect(connections.size).toBeLessThanOrEqual(7)
    // One every two seconds in the place of events, one for each connection, and that of the week's trades.
    const readings = gateway.requests.after(0).filter(({ route, at }) => route === 'searchTrades' && at >= begunAt)
    expect(readings.length).toBeLessThanOrEqual(flappingMs / 2_000 + connections.size + 1)
    await stage.awaitVenue('a connection that stays', () => isSubscribed(userConnection(stage)), 50_000)
    await trusted(daemon.log, stage.accountIds)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })
})
