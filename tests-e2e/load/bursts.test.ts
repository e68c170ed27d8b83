import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { expect, test } from 'vitest'
import { breachOf, enforcementOf, wordOf } from '../test/harness/daemon-story.ts'
import { wrongWayFills } from '../test/harness/ledger-checks.ts'
import { residentBytes } from '../test/harness/process-memory.ts'
import { expectSameTrades } from '../test/harness/same-trades.ts'
import { FIRST_ACCOUNT, Stage } from '../test/harness/stage.ts'
import { storedState } from '../test/harness/stored-state.ts'
import { closesOf, lastFillOf } from '../test/harness/venue-times.ts'

const SECOND_ACCOUNT = FIRST_ACCOUNT + 1
/** From an event to the first request on the wire (reliability B-2). */
const FIRST_REQUEST_MS = 500
/** Within so long a backlog has drained and memory is back (reliability L-10). */
const DRAINED_MS = 10_000
const BURST_MS = 10_000
const PER_SECOND = 10_000
const FILLS = 50

test('ten thousand events a second for ten seconds, fifty fills among them: no fill is lost, the breach among them is answered in time, memory comes back (R-24, R-29)', async ({
  task,
}) => {
  await using opened = await Stage.open({
    rules: {
      max_contracts: { enabled: true, limit: 5 },
      daily_realized_loss: { enabled: true, limit: -5_000, include_unrealized: true },
    },
  })
  const { stage, daemon } = opened
  const { gateway } = stage
  const trader = stage.trader()
  await trader.enters('MNQ', OrderSide.buy, 1)
  await trader.enters('ES', OrderSide.buy, 1)
  await trader.enters('MES', OrderSide.buy, 1)
  // A process that has never been busy is smaller than it will ever be again: an equal burst before is the measure.
  await burst(stage, BURST_MS)
  const calmBytes = residentBytes(daemon.pid)

  const begunAt = gateway.clock.now()
  const burstIsOver = burst(stage, BURST_MS)
  for (let fill = 1; fill <= FILLS; fill += 1) {
    await stage.awaitVenue('its time', () => gateway.clock.now() >= begunAt + (fill * BURST_MS) / (FILLS + 2))
    if (fill === FILLS / 2) await trader.enters('MNQ', OrderSide.buy, 6)
    else await trader.enters('MES', fill % 2 === 0 ? OrderSide.buy : OrderSide.sell, 1)
    if (fill === FILLS / 2) {
      const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
      const close = await stage.awaitVenue('a close', () => closesOf(gateway, FIRST_ACCOUNT)[0])
      measured(task, close.at - breachAt)
      expect(close.at - breachAt).toBeLessThan(FIRST_REQUEST_MS)
    }
  }
  await burstIsOver
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
  const overAt = gateway.clock.now()
  const backAt = await stage.awaitVenue(
    'memory as before',
    () => residentBytes(daemon.pid) <= calmBytes * 1.1 && gateway.clock.now(),
    DRAINED_MS,
  )
  expect(backAt - overAt).toBeLessThan(DRAINED_MS)
  expect((await daemon.stop()).code).toBe(0)

  const summary = daemon.log.find((line) => line.event === 'run-summary')
  expect(summary?.['events']).toBeGreaterThanOrEqual((PER_SECOND * BURST_MS) / 1_000)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
  expectSameTrades(stored.account(FIRST_ACCOUNT), gateway, FIRST_ACCOUNT)
  expect(stored.verdict).toMatchObject({ ok: true })
})

test('a flood of events of one account does not delay another (M-02)', async ({ task }) => {
  await using opened = await Stage.open({ accounts: 2, rules: { max_contracts: { enabled: true, limit: 1 } } })
  const { stage, daemon } = opened
  const { gateway } = stage
  const trader = stage.trader(1)
  await stage.trader(2).enters('MES', OrderSide.buy, 1)
  gateway.faults.hub('user', { verb: 'burst', perSecond: 5_000, forMs: 5_000 }, { accountId: SECOND_ACCOUNT })
  const begunAt = gateway.clock.now()
  // The first second is for both processes to get going. A breach every quarter of a second is well below the pace of the account itself.
  for (let next = begunAt + 1_000; next < begunAt + 5_000; next += 250) {
    await stage.awaitVenue('its time', () => gateway.clock.now() >= next)
    const before = closesOf(gateway, FIRST_ACCOUNT).length
    await trader.enters('MNQ', OrderSide.buy, 3 - trader.position('MNQ'))
    const breachAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
    const close = await stage.awaitVenue('a close', () => closesOf(gateway, FIRST_ACCOUNT)[before])
    measured(task, close.at - breachAt)
    await stage.awaitVenue('reduced', () => trader.position('MNQ') === 1)
  }
  await breachOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
  await wordOf(daemon.log, SECOND_ACCOUNT, 'ACTIVE')

  expect(task.meta.measuredMs).toBeLessThan(FIRST_REQUEST_MS)
  expect(gateway.events.after(0).filter(({ accountId }) => accountId === SECOND_ACCOUNT).length).toBeGreaterThan(15_000)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})

/** Quotes of every contract that is held, for so long. */
async function burst({ gateway }: Stage, forMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  gateway.faults.hub('market', { verb: 'burst', perSecond: PER_SECOND, forMs })
  gateway.clock.after(forMs, resolve)
  await promise
}
