import type { HubFaultInput } from '@rm/gateway-sim'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { measured } from '@rm/package-config/measured'
import { describe, expect, type TaskMeta, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { isSubscribed, reconnected, userConnection } from '../harness/hub-connections.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'
import { fullReadingAfter, lastFillOf } from '../harness/venue-times.ts'

const RULES = { max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 1 } } }

/** Quick enough for a test to see the watchdog; a real gateway pings every 15 s. */
const QUICK_WATCHDOG = { api: { timeouts: { hub_silence_s: 2 } }, knobs: { pingMs: 400 } }

interface Outage {
  readonly fault: HubFaultInput
  /** Logins of the whole run. */
  readonly logins?: number
  /** How long it may take until what the trader does is noticed. */
  readonly patienceMs?: number
}

/**
 * The user hub is lost; what the trader does in the gap is found and undone, and afterwards the stream stands again. Measured from the loss to
 * the full reading that follows the new subscriptions.
 */
async function check({ fault, logins = 1, patienceMs }: Outage, task: { readonly meta: TaskMeta }): Promise<void> {
  await using opened = await Stage.open({ rules: RULES, ...QUICK_WATCHDOG })
  const { stage, daemon } = opened
  const { gateway } = stage
  const trader = stage.trader()
  const first = userConnection(stage)
  const lostAt = gateway.clock.now()
  gateway.faults.hub('user', fault)
  // In the same moment: no connection carries these fills.
  await trader.enters('MNQ', OrderSide.buy, 3)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-002', patienceMs)
  expect(trader.position('MNQ')).toBe(1)

  const readAt = await stage.awaitVenue(
    'a new connection, its subscriptions, and a reading after them',
    () => {
      const next = userConnection(stage)
      const isNew = next !== undefined && next.connectionId !== first?.connectionId && isSubscribed(next)
      return isNew && fullReadingAfter(gateway, FIRST_ACCOUNT, next.connectedAt)
    },
    patienceMs,
  )
  measured(task, readAt - lostAt)
  await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
  // The new stream carries: a breach on it is undone at once.
  await trader.enters('MNQ', OrderSide.buy, 1)
  await stage.awaitVenue('reduced again', () => trader.position('MNQ') === 1)
  expect((await daemon.stop()).code).toBe(0)

  expect(gateway.requests.after(0).filter(({ route }) => route === 'loginKey')).toHaveLength(logins)
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  expect(fillsOf(gateway.exchange.ledger(), 'daemon').map(({ size }) => size)).toEqual([2, 1])
  const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
  const known = stored.account(FIRST_ACCOUNT).trades.map(({ trade }) => Number(trade.id))
  const missed = fillsOf(gateway.exchange.ledger(), 'trader').map(({ tradeId }) => tradeId)
  expect(known).toEqual(expect.arrayContaining(missed))
  expect(new Set(known).size).toBe(known.length)
}

describe.concurrent('the user hub is lost:', () => {
  const cases: Readonly<Record<string, Outage>> = {
    'the TCP connection is cut (R-01)': { fault: { verb: 'rst' } },
    'the socket falls silent (R-02)': { fault: { verb: 'blackhole' } },
    'our sends vanish, and pings go on arriving (R-03)': { fault: { verb: 'half' }, patienceMs: 50_000 },
    'events stay away, and pings go on arriving (R-04)': { fault: { verb: 'mute' }, patienceMs: 50_000 },
    'a close frame ends it for good (R-05)': { fault: { verb: 'close' } },
    'a close frame invites back (R-06)': { fault: { verb: 'close+' } },
    'the server ends the session (A-09)': { fault: { verb: 'logout' }, logins: 2 },
  }
  test.for(Object.entries(cases))('%s', ([, outage], { task }) => check(outage, task))

  test('it does not come back for a while, and REST shows what happens (R-26)', async ({ task }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.gateway.faults.hub('user', { verb: 'down' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'UNTRUSTED')
    await trader.enters('MNQ', OrderSide.sell, 4)
    await stage.awaitVenue('reduced while the hub is down', () => trader.position('MNQ') === -1)
    const { gateway } = stage
    measured(task, lastFillOf(gateway, 'daemon', FIRST_ACCOUNT).at - lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at)
    stage.gateway.faults.hub('user', { verb: 'up' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')

    expect(userConnection(stage)?.isOpen).toBe(true)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('it is down at the start: the daemon stays up, protects by REST and connects when it can (R-08)', async ({
    task,
  }) => {
    await using stage = await Stage.set({ rules: RULES })
    const trader = stage.trader()
    stage.gateway.faults.hub('user', { verb: 'down' })
    const daemon = await stage.startDaemon().running()
    await trader.enters('MNQ', OrderSide.buy, 2)
    await stage.awaitVenue('reduced without a stream', () => trader.position('MNQ') === 1)
    expect(daemon.log.find((line) => line.event === 'word-changed' && line['to'] === 'ACTIVE')).toBeUndefined()
    stage.gateway.faults.hub('user', { verb: 'up' })
    const upAt = stage.gateway.clock.now()
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE', 50_000)
    measured(task, (userConnection(stage)?.connectedAt ?? Number.NaN) - upAt)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test.for([
    ['refused', { verb: 'reject-invoke' }],
    ['never answered', { verb: 'hang-invoke' }],
  ] as const)('a subscription that is %s is tried again (R-11)', async ([, fault], { task }) => {
    await using stage = await Stage.set({ rules: RULES })
    stage.gateway.faults.hub('user', fault, { method: 'SubscribePositions' })
    const daemon = await stage.startDaemon().running()
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')

    const begunAt = stage.gateway.requests.after(0).find(({ route }) => route === 'loginKey')?.at ?? Number.NaN
    measured(task, stage.gateway.clock.now() - begunAt)
    expect(isSubscribed(userConnection(stage))).toBe(true)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test.for(['error', 'silence', 'rst'] as const)(
    'handshakes that end with %s are tried until one works (R-09)',
    async (reply, { task }) => {
      await using opened = await Stage.open({ rules: RULES, api: { timeouts: { connect_s: 1 } } })
      const { stage, daemon } = opened
      const { gateway } = stage
      const first = userConnection(stage)
      gateway.faults.hub('user', { verb: 'handshake', reply }, { times: 3 })
      gateway.faults.hub('user', { verb: 'rst' })
      await stage.trader().enters('MNQ', OrderSide.buy, 3)
      await stage.awaitVenue('reduced without a stream', () => stage.trader().position('MNQ') === 1)
      await stage.awaitVenue('three handshakes have failed', () => gateway.faults.planned().length === 0)
      const wellAt = gateway.clock.now()
      const connected = await reconnected(stage, first)
      measured(task, Math.max(0, connected.connectedAt - wellAt))
      await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
      expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
    },
  )

  test('the gateway ends the session again and again: each time a login, and a human hears of the contest (A-09)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { gateway } = stage
    for (let logouts = 1; logouts <= 4; logouts += 1) {
      const before = userConnection(stage)
      gateway.faults.hub('user', { verb: 'logout' })
      await reconnected(stage, before)
      expect(gateway.requests.after(0).filter(({ route }) => route === 'loginKey')).toHaveLength(logouts + 1)
    }
    await daemon.log.awaitMessage('session_contest')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })
})
