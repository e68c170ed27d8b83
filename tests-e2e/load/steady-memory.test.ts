import { OrderSide } from '@rm/sdk-bridge/wire'
import { expect, test } from 'vitest'
import { wrongWayFills } from '../test/harness/ledger-checks.ts'
import { residentBytes } from '../test/harness/process-memory.ts'
import { Stage } from '../test/harness/stage.ts'

const PER_SECOND = 2_000
const WARM_UP_MS = 15_000
const WATCHED_MS = 30_000
const GROWTH_MAX_BYTES = 50_000_000

test('half a minute of events leaves memory where it was after the warm-up (P-09)', async () => {
  await using opened = await Stage.open({ rules: { max_contracts: { enabled: true, limit: 2 } } })
  const { stage, daemon } = opened
  const { gateway } = stage
  const trader = stage.trader()
  gateway.faults.hub('market', { verb: 'burst', perSecond: PER_SECOND, forMs: WARM_UP_MS + WATCHED_MS })
  const begunAt = gateway.clock.now()
  let enforced = 0
  let warmBytes: number | null = null
  for (let next = begunAt; next < begunAt + WARM_UP_MS + WATCHED_MS; next += 1_000) {
    await stage.awaitVenue('its time', () => gateway.clock.now() >= next)
    // A breach every second, so that the whole way of an event is walked.
    await trader.enters('MNQ', OrderSide.buy, 3 - trader.position('MNQ'))
    await stage.awaitVenue('reduced', () => trader.position('MNQ') === 2)
    enforced += 1
    if (next >= begunAt + WARM_UP_MS) warmBytes ??= residentBytes(daemon.pid)
  }
  const grownBytes = residentBytes(daemon.pid) - (warmBytes ?? Number.NaN)
  expect(grownBytes).toBeLessThan(GROWTH_MAX_BYTES)
  expect(enforced).toBeGreaterThan(40)
  expect(daemon.log.find((line) => line['alert'] === 'memory-high')).toBeUndefined()
  expect((await daemon.stop()).code).toBe(0)
  const summary = daemon.log.find((line) => line.event === 'run-summary')
  expect(summary?.['events']).toBeGreaterThan((PER_SECOND * WATCHED_MS) / 1_000)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})
