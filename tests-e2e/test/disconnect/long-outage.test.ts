import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { expect, test } from 'vitest'
import { wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

/** The client library gives up 42 s after a loss (gateway contract 7.4). */
const OUTAGE_MS = 45_000

test('a user hub that is away for longer than the client library tries is reached again all the same (R-07)', {
  timeout: 150_000,
}, async ({ task }) => {
  await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 1 } } })
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
    () => gateway.connections().find(({ hub, isOpen, connectedAt }) => hub === 'user' && isOpen && connectedAt >= upAt),
    OUTAGE_MS + 60_000,
  )
  measured(task, connection.connectedAt - upAt)
  await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
  await trader.enters('MNQ', OrderSide.buy, 1)
  await stage.awaitVenue('reduced by what the stream shows', () => trader.position('MNQ') === 1)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})
