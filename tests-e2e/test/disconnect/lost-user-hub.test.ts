import type { HubFaultInput } from '@rm/gateway-sim'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { fillsOf, wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const RULES = { max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 1 } } }

/** Quick enough for a test to see the watchdog; a real gateway pings every 15 s. */
const QUICK_WATCHDOG = { api: { timeouts: { hub_silence_s: 2 } }, knobs: { pingMs: 400 } }

interface Outage {
  readonly fault: HubFaultInput
  /** Logins of the whole run. */
  readonly logins?: number
}

/** The user hub is lost; what the trader does in the gap is found and undone, and afterwards the stream stands again. */
async function check({ fault, logins = 1 }: Outage): Promise<void> {
  await using opened = await Stage.open({ rules: RULES, ...QUICK_WATCHDOG })
  const { stage, daemon } = opened
  const { gateway } = stage
  const trader = stage.trader()
  const first = userConnection(stage)
  gateway.faults.hub('user', fault)
  // In the same moment: no connection carries these fills.
  await trader.enters('MNQ', OrderSide.buy, 3)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-002')
  expect(trader.position('MNQ')).toBe(1)

  await stage.awaitVenue('a new connection with its subscriptions', () => {
    const next = userConnection(stage)
    return next !== undefined && next.connectionId !== first?.connectionId && isSubscribed(next.subscriptions)
  })
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
    'the TCP connection is cut': { fault: { verb: 'rst' } },
    'the socket falls silent': { fault: { verb: 'blackhole' } },
    'a close frame ends it for good': { fault: { verb: 'close' } },
    'a close frame invites back': { fault: { verb: 'close+' } },
    'the server ends the session': { fault: { verb: 'logout' }, logins: 2 },
  }
  test.each(Object.entries(cases))('%s', (_, outage) => check(outage))

  test('it does not come back for a while, and REST shows what happens', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const trader = stage.trader()
    stage.gateway.faults.hub('user', { verb: 'down' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'UNTRUSTED')
    await trader.enters('MNQ', OrderSide.sell, 4)
    await stage.awaitVenue('reduced while the hub is down', () => trader.position('MNQ') === -1)
    stage.gateway.faults.hub('user', { verb: 'up' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')

    expect(userConnection(stage)?.isOpen).toBe(true)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('it is down at the start: the daemon stays up, protects by REST and connects when it can', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const trader = stage.trader()
    stage.gateway.faults.hub('user', { verb: 'down' })
    const daemon = await stage.startDaemon().running()
    await trader.enters('MNQ', OrderSide.buy, 2)
    await stage.awaitVenue('reduced without a stream', () => trader.position('MNQ') === 1)
    expect(daemon.log.find((line) => line.event === 'word-changed' && line['to'] === 'ACTIVE')).toBeUndefined()
    stage.gateway.faults.hub('user', { verb: 'up' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
  })

  test('subscriptions that are refused or never answered are tried again', async () => {
    await using stage = await Stage.set({ rules: RULES })
    stage.gateway.faults.hub('user', { verb: 'reject-invoke' }, { method: 'SubscribePositions' })
    const daemon = await stage.startDaemon().running()
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')

    expect(isSubscribed(userConnection(stage)?.subscriptions ?? [])).toBe(true)
  })
})

function userConnection({ gateway }: Stage): ReturnType<typeof gateway.connections>[number] | undefined {
  return gateway.connections().findLast(({ hub, isOpen }) => hub === 'user' && isOpen)
}

/** Account, orders, positions and trades. */
function isSubscribed(subscriptions: readonly string[]): boolean {
  return subscriptions.length >= 4
}
