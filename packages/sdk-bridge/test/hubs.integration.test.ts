import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SampledLog } from '../src/bridge-log.ts'
import { Quarantine } from '../src/quarantine.ts'
import { HubSocket } from '../src/hubs/hub-socket.ts'
import { HubSupervisor } from '../src/hubs/hub-supervisor.ts'
import { MarketHub } from '../src/hubs/market-hub.ts'
import { accountIdOf, contractIdOf } from '../src/to-domain.ts'
import { type Bridge, bridgeTo, EventLog } from './bridge-setup.ts'
import { envelope, refusal, ScriptedGateway, tokenText } from './scripted-gateway.ts'
import {
  account,
  closedPosition,
  closingTrade,
  longPosition,
  marketOrder,
  openingTrade,
  quote,
} from './wire/samples.ts'

const ACCOUNT = accountIdOf(account.id)
const OTHER = accountIdOf(8_000_001)
const MNQ = contractIdOf('CON.F.US.MNQ.Z26')
const MES = contractIdOf('CON.F.US.MES.Z26')
const LOGIN = '/api/Auth/loginKey'
const VALIDATE = '/api/Auth/validate'

const record = (id: string) => ({ id, name: 'MNQZ6', tickSize: 0.25, tickValue: 0.5, activeContract: true })

let far: ScriptedGateway
let events: EventLog
beforeEach(async () => {
  far = await ScriptedGateway.start()
  events = new EventLog()
  far.on('/api/Contract/searchById', ({ body }) => envelope({ contract: record(String(body['contractId'])) }))
  far.on(VALIDATE, () => envelope({ newToken: tokenText('renewed') }))
})
afterEach(() => far.stop())

function restored(): number {
  return events.of('stream-restored').length
}

/** A bridge with both hubs connected. */
async function connected(overrides: Parameters<typeof bridgeTo>[1] = {}, accountIds = [ACCOUNT]): Promise<Bridge> {
  const bridge = bridgeTo(far, overrides)
  await bridge.gateway.login()
  bridge.gateway.connect(accountIds, events.sink)
  await events.until(() => restored() === 2)
  return bridge
}

/** The contracts whose quotes were (un)subscribed, in the order of their names. */
function subscriptions(verb: 'Subscribe' | 'Unsubscribe'): string[] {
  return far
    .invocationsOf(`${verb}ContractQuotes`)
    .map(({ args }) => String(args[0]))
    .toSorted()
}

describe('connecting', () => {
  test('subscribes everything of every account before it says that the stream stands (R-01)', async () => {
    await using _ = await connected({}, [ACCOUNT, OTHER])
    const user = far.invocations.filter(({ hub }) => hub === 'user').map(({ target, args }) => [target, ...args])
    expect(user).toHaveLength(7)
    expect(user).toEqual(
      expect.arrayContaining([
        ['SubscribeAccounts'],
        ...[ACCOUNT, OTHER].flatMap((id) => [
          ['SubscribeOrders', id],
          ['SubscribePositions', id],
          ['SubscribeTrades', id],
        ]),
      ]),
    )
    expect(far.upgrades).toEqual([tokenText('login-1'), tokenText('login-1')])
  })

  test('goes on when the hubs are not there at first', async () => {
    far.refusesUpgrade = () => true
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    bridge.gateway.connect([ACCOUNT], events.sink)
    await far.until(() => far.upgrades.length >= 8)
    expect(
      events
        .of('stream-lost')
        .map(({ stream }) => stream)
        .toSorted(),
    ).toEqual(['market', 'user'])
    far.refusesUpgrade = () => false
    await events.until(() => restored() === 2)
    expect(events.of('stream-lost')).toHaveLength(2)
  })

  test('whose token died asks the gateway about it and comes back with another', async () => {
    const dead = tokenText('login-1')
    far.refusesUpgrade = (token) => token === dead
    far.on(VALIDATE, ({ token }) => (token === dead ? { status: 401 } : envelope({ newToken: tokenText('renewed') })))
    let later = 0
    await using bridge = bridgeTo(far, { monotonic: () => performance.now() + later })
    await bridge.gateway.login()
    later = 10_000
    bridge.gateway.connect([ACCOUNT], events.sink)
    await events.until(() => restored() === 2)
    expect(far.requestsTo(LOGIN)).toHaveLength(2)
    expect(far.upgrades.at(-1)).toBe(tokenText('login-2'))
  })

  test('tries a refused subscription again, and the whole connection when it stays refused', async () => {
    let refusals = 3
    far.completes = ({ target }) => {
      if (target !== 'SubscribeTrades' || refusals === 0) return 'done'
      refusals -= 1
      return 'error'
    }
    await using _ = await connected()
    expect(far.invocationsOf('SubscribeTrades')).toHaveLength(4)
    expect(far.invocationsOf('SubscribeAccounts')).toHaveLength(2)
    expect(events.of('stream-lost')).toEqual([
      expect.objectContaining({ stream: 'user', reason: expect.stringContaining('subscriptions failed') }),
    ])
  })

  test('waits 5 s for the answer to an invocation, not for ever', async () => {
    const log = new SampledLog({ write: () => {} }, () => 0)
    const socket = new HubSocket({
      stream: 'user',
      url: `${far.url}/hubs/user`,
      token: () => 'token',
      connectMs: 2_000,
      silenceMs: 30_000,
      ca: null,
      log,
    })
    await socket.open(2_000)
    far.completes = () => 'never'
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let failure: unknown = null
    const invocation = socket.invoke('SubscribeAccounts').catch((error: unknown) => {
      failure = error
    })
    await far.until(() => far.invocations.length === 1)
    vi.advanceTimersByTime(4_999)
    await Promise.resolve()
    expect(failure).toBeNull()
    vi.advanceTimersByTime(1)
    await invocation
    vi.useRealTimers()
    expect(String(failure)).toContain('SubscribeAccounts was not answered')
    socket.discard('the test is over')
    await far.until(() => far.connectionsOf('user') === 0)
  })
})

describe('a lost connection', () => {
  test.each<[string, (gateway: ScriptedGateway) => void]>([
    ['cut', (gateway) => gateway.cut('user')],
    ['closed for good by the protocol', (gateway) => gateway.close('user')],
  ])('that was %s comes back with its subscriptions', async (_name, lose) => {
    await using _ = await connected()
    lose(far)
    await events.until(() => restored() === 3)
    expect(events.events.map(({ kind }) => kind).slice(-2)).toEqual(['stream-lost', 'stream-restored'])
    expect(far.invocationsOf('SubscribePositions')).toHaveLength(2)
    expect(far.connectionsOf('user')).toBe(1)
  })

  test('is noticed when no byte comes for as long as is allowed', async () => {
    await using _ = await connected({ timeouts: { hubSilenceMs: 250 } })
    await events.until(() => events.of('stream-lost').some(({ stream }) => stream === 'user'))
    expect(events.of('stream-lost')[0]?.reason).toContain('Server timeout')
    await events.until(() => restored() >= 4)
  })

  test('may be asked for', async () => {
    await using bridge = await connected()
    bridge.gateway.recycle('market')
    await events.until(() => restored() === 3)
    expect(events.of('stream-lost')).toEqual([expect.objectContaining({ stream: 'market', reason: 'recycled' })])
    await far.until(() => far.connectionsOf('market') === 1)
  })

  test('whose way up is dead is found by a heartbeat that nobody answers', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await using _ = await connected()
    far.completes = () => 'error'
    vi.advanceTimersByTime(20_000)
    await events.until(() => events.of('stream-lost').length === 1)
    far.completes = () => 'done'
    vi.useRealTimers()
    expect(events.of('stream-lost')[0]?.reason).toContain('heartbeat failed')
  })
})

describe('waits between attempts', () => {
  test('are 0, 1, 2, 5, 10, 30 s and then always 30 (R-07, R-10)', async () => {
    await using bridge = bridgeTo(far, { reconnect: { initialMs: 0, maxMs: 30_000 }, monotonic: () => 0 })
    await bridge.gateway.login()
    far.refusesUpgrade = () => true
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const market = new MarketHub({
      connect: () =>
        new HubSocket({
          stream: 'user',
          url: `${far.url}/hubs/market`,
          token: () => 'token',
          connectMs: 60_000,
          silenceMs: 30_000,
          ca: null,
          log: new SampledLog({ write: () => {} }, () => 0),
        }),
      sink: events.sink,
      onLogout: () => {},
      contract: () => null,
      quarantine: new Quarantine(
        () => undefined,
        () => 0,
      ),
      clock: bridge.gateway.clock,
      monotonic: () => 0,
      log: new SampledLog({ write: () => {} }, () => 0),
    })
    const probes: unknown[] = []
    const supervisor = new HubSupervisor({
      hub: market,
      connectMs: 60_000,
      reconnect: { initialMs: 0, maxMs: 30_000 },
      monotonic: () => 0,
      random: () => 0.5,
      log: { write: () => {} },
      ready: () => Promise.resolve(),
      probe: async () => void probes.push(null),
      onRestored: () => {},
      onLost: () => {},
    })
    supervisor.start()
    await vi.waitFor(() => expect(probes).toHaveLength(2))
    for (const [index, wait] of [1_000, 2_000, 5_000, 10_000, 30_000, 30_000].entries()) {
      await turn()
      vi.advanceTimersByTime(wait - 1)
      await turn()
      expect(far.upgrades).toHaveLength(2 + index)
      vi.advanceTimersByTime(1)
      await far.until(() => far.upgrades.length === 3 + index)
      while (probes.length < 3 + index) await turn()
    }
    supervisor.stop()
    vi.useRealTimers()
  })
})

/** Lets everything that is ready to run, run. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

describe('a gateway that was gone and answers again', () => {
  const ACCOUNTS = '/api/Account/search'

  /** A bridge whose user hub is lost and would be tried again in a minute, while REST fails for so long. */
  async function afterAnOutage(outageMs: number): Promise<{ bridge: Bridge; answersAgain: () => Promise<unknown> }> {
    let shiftMs = 0
    const bridge = await connected({
      reconnect: { initialMs: 60_000, maxMs: 60_000 },
      monotonic: () => performance.now() + shiftMs,
    })
    far.on(ACCOUNTS, () => ({ status: 503 }))
    far.cut('user')
    await events.until(() => events.of('stream-lost').length === 1)
    await expect(bridge.gateway.accounts()).rejects.toThrow('503')
    shiftMs = outageMs
    return {
      bridge,
      answersAgain: () => {
        far.on(ACCOUNTS, () => envelope({ accounts: [] }))
        return bridge.gateway.accounts()
      },
    }
  }

  test('is connected to at once, whatever pause was begun (G-20)', async () => {
    const { bridge, answersAgain } = await afterAnOutage(4_000)
    await using _ = bridge
    await answersAgain()
    await events.until(() => restored() === 3)
    expect(far.connectionsOf('user')).toBe(1)
  })

  test('after a lost reply or two keeps its pauses', async () => {
    const { bridge, answersAgain } = await afterAnOutage(0)
    await using _ = bridge
    await answersAgain()
    await answersAgain()
    expect(far.connectionsOf('user')).toBe(0)
    expect(restored()).toBe(2)
  })
})

describe('the end of the session', () => {
  test('makes both hubs come back with a new login', async () => {
    await using _ = await connected()
    far.push('user', 'GatewayLogout', 'Logged in elsewhere')
    await events.until(() => restored() === 4)
    expect(
      events
        .of('stream-lost')
        .map(({ stream }) => stream)
        .toSorted(),
    ).toEqual(['market', 'user'])
    expect(far.requestsTo(LOGIN)).toHaveLength(2)
    expect(far.upgrades.slice(-2)).toEqual([tokenText('login-2'), tokenText('login-2')])
  })

  test('again and again is called a contest (A-09)', async () => {
    await using bridge = await connected()
    for (let round = 1; round <= 4; round += 1) {
      const before = restored()
      expect(bridge.log.some(({ message }) => message.startsWith('session_contest'))).toBe(false)
      far.push('user', 'GatewayLogout')
      await events.until(() => restored() === before + 2)
    }
    expect(bridge.log.some(({ message }) => message.startsWith('session_contest'))).toBe(true)
  })
})

describe('what the user hub publishes', () => {
  test('arrives in domain words, in its order, with the moment of its arrival (R-29)', async () => {
    await using bridge = await connected()
    const before = bridge.gateway.clock.elapsedMs()
    far.push('user', 'GatewayUserOrder', { action: 1, data: marketOrder })
    far.push('user', 'GatewayUserTrade', { action: 0, data: openingTrade })
    far.push('user', 'GatewayUserPosition', { action: 1, data: longPosition })
    far.push('user', 'GatewayUserAccount', { action: 1, data: account })
    far.push('user', 'GatewayUserTrade', closingTrade)
    far.push('user', 'GatewayUserPosition', [{ action: 2, data: closedPosition }])
    await events.until(() => events.of('position-changed').length === 2)
    const heard = events.events.filter((event) => 'accountId' in event)
    expect(heard.map(({ kind }) => kind)).toEqual([
      'order-changed',
      'trade-reported',
      'position-changed',
      'account-changed',
      'trade-reported',
      'position-changed',
    ])
    expect(heard.every(({ receivedMs }) => receivedMs >= before)).toBe(true)
    expect(events.of('position-changed').map(({ position }) => position.signedSize)).toEqual([2, 0])
    expect(events.of('trade-reported').map(({ trade }) => [trade.realizedPnl, trade.microseconds])).toEqual([
      [null, 890],
      [-800_000, 100],
    ])
  })

  test('about other accounts is dropped and counted (M-04)', async () => {
    await using bridge = await connected()
    far.push('user', 'GatewayUserPosition', { action: 1, data: { ...longPosition, accountId: 1 } })
    far.push('user', 'GatewayUserPosition', { action: 1, data: longPosition })
    await events.until(() => events.of('position-changed').length === 1)
    expect(bridge.gateway.counts).toMatchObject({ foreignAccounts: 1, payloadFaults: 0 })
  })

  test.each<[string, unknown, number[]]>([
    ['names its account', { action: 1, data: { ...longPosition, size: 'two' } }, [ACCOUNT]],
    ['names its account in capitals', { AccountId: OTHER, Size: 'two' }, [OTHER]],
    ['names an account that is not ours', { action: 1, data: { ...longPosition, accountId: 5, size: 'two' } }, []],
    ['names none', 'gibberish', [ACCOUNT, OTHER]],
    ['has a direction that is unknown', { action: 1, data: { ...longPosition, type: 7 } }, [ACCOUNT]],
  ])(
    'that does not decode and %s is a fault of the accounts it may concern (R-20, M-01)',
    async (_, argument, concerned) => {
      await using bridge = await connected({}, [ACCOUNT, OTHER])
      far.push('user', 'GatewayUserPosition', argument)
      far.push('user', 'GatewayUserPosition', longPosition)
      await events.until(() => events.of('position-changed').length === 1)
      expect(events.of('payload-faulted').map(({ accountId }) => accountId)).toEqual(concerned)
      expect(bridge.gateway.counts.payloadFaults).toBe(1)
    },
  )

  test('with money that is none is a fault', async () => {
    await using _ = await connected()
    far.push('user', 'GatewayUserTrade', { action: 0, data: { ...openingTrade, fees: 0.000_012_3 } })
    await events.until(() => events.of('payload-faulted').length === 1)
    expect(events.of('trade-reported')).toHaveLength(0)
  })

  test('with a negative size raises an alarm and counts as its magnitude', async () => {
    await using bridge = await connected()
    far.push('user', 'GatewayUserPosition', { action: 1, data: { ...longPosition, type: 2, size: -2 } })
    await events.until(() => events.of('position-changed').length === 1)
    expect(events.of('position-changed')[0]?.position.signedSize).toBe(-2)
    expect(
      bridge.log.some(({ level, message }) => level === 'error' && message.startsWith('position_negative_size')),
    ).toBe(true)
  })

  test('in a contract that nobody knows makes its record known', async () => {
    await using _ = await connected()
    far.push('user', 'GatewayUserPosition', { action: 1, data: longPosition })
    await events.until(() => events.of('contract-learned').length === 1)
    expect(events.of('contract-learned')[0]?.contract.id).toBe(MNQ)
  })
})

describe('quotes', () => {
  test('are subscribed and given up by what is wanted', async () => {
    await using bridge = await connected()
    bridge.gateway.watchQuotes(new Set([MNQ, MES]))
    await far.until(() => subscriptions('Subscribe').length === 2)
    bridge.gateway.watchQuotes(new Set([MES]))
    await far.until(() => subscriptions('Unsubscribe').length === 1)
    expect(subscriptions('Subscribe')).toEqual([MES, MNQ])
    expect(subscriptions('Unsubscribe')).toEqual([MNQ])
  })

  test('that are wanted before or while the hub is away are subscribed when it is back', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    bridge.gateway.watchQuotes(new Set([MNQ]))
    bridge.gateway.connect([ACCOUNT], events.sink)
    await events.until(() => restored() === 2)
    expect(subscriptions('Subscribe')).toEqual([MNQ])
    far.cut('market')
    await events.until(() => events.of('stream-lost').length === 1)
    bridge.gateway.watchQuotes(new Set([MNQ, MES]))
    await events.until(() => restored() === 3)
    await far.until(() => subscriptions('Subscribe').length === 3)
    expect(subscriptions('Subscribe')).toEqual([MES, MNQ, MNQ])
  })

  test('that stay away are asked for once more, if they are wanted at all', async () => {
    await using bridge = await connected()
    bridge.gateway.watchQuotes(new Set([MNQ]))
    await far.until(() => subscriptions('Subscribe').length === 1)
    await events.until(() => events.of('contract-learned').length === 1)
    bridge.gateway.resubscribeQuotes(MES)
    for (let holder = 0; holder < 3; holder += 1) bridge.gateway.resubscribeQuotes(MNQ)
    await far.until(() => subscriptions('Subscribe').length === 2)
    expect(subscriptions('Subscribe')).toEqual([MNQ, MNQ])
    expect(subscriptions('Unsubscribe')).toEqual([])
  })

  test('arrive in ticks once the record of their contract is known', async () => {
    await using bridge = await connected()
    bridge.gateway.watchQuotes(new Set([MNQ]))
    await events.until(() => events.of('contract-learned').length === 1)
    far.push('market', 'GatewayQuote', MES, { ...quote, contract: MES })
    far.push('market', 'GatewayQuote', MNQ, quote)
    await events.until(() => events.of('quote-changed').length === 1)
    expect(events.of('quote-changed')[0]?.change).toMatchObject({ contractId: MNQ, bid: 100_120, ask: 100_122 })
    expect(bridge.gateway.counts).toMatchObject({ quotesWithoutContract: 1 })
  })

  test('that are off the grid or no quotes are left out and counted (R-23)', async () => {
    await using bridge = await connected()
    bridge.gateway.watchQuotes(new Set([MNQ]))
    await events.until(() => events.of('contract-learned').length === 1)
    far.push('market', 'GatewayQuote', MNQ, { ...quote, bestBid: 25_030.1 })
    far.push('market', 'GatewayQuote', MNQ, { ...quote, lastUpdated: 'now' })
    far.push('market', 'GatewayQuote', MNQ, { ...quote, bestBid: 0 })
    await events.until(() => events.of('quote-changed').length === 1)
    expect(events.of('quote-changed')[0]?.change.bid).toBeUndefined()
    expect(bridge.gateway.counts).toMatchObject({ payloadFaults: 2, ignoredPrices: 1 })
  })

  test('tell the time of a simulator', async () => {
    await using bridge = await connected()
    const ahead = bridge.gateway.clock.now() + 5 * 3_600_000
    far.push('market', 'GatewayQuote', MNQ, { ...quote, lastUpdated: new Date(ahead).toISOString() })
    await vi.waitFor(() => expect(bridge.gateway.clock.now()).toBeGreaterThanOrEqual(ahead))
  })
})

describe('a handler that throws', () => {
  test('is not swallowed by the client library: what it threw reaches the process (R-28)', async () => {
    const raised = Promise.withResolvers<unknown>()
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.once('uncaughtException', raised.resolve)
    try {
      const socket = new HubSocket({
        stream: 'user',
        url: `${far.url}/hubs/user`,
        token: () => tokenText('any'),
        connectMs: 2_000,
        silenceMs: 30_000,
        ca: null,
        log: new SampledLog({ write: () => undefined }, () => performance.now()),
      })
      socket.on('GatewayUserTrade', () => {
        throw new Error('an invariant is broken')
      })
      await socket.open(2_000)
      far.push('user', 'GatewayUserTrade', {})
      expect(String(await raised.promise)).toContain('an invariant is broken')
      socket.discard('done')
    } finally {
      for (const listener of others) process.on('uncaughtException', listener)
    }
  })
})

describe('the wall clock', () => {
  test('that steps back an hour neither ends a stream nor its proofs of life (R-30)', async () => {
    await using _ = await connected()
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    vi.setSystemTime(Date.now() - 3_600_000)
    const before = far.invocationsOf('SubscribeAccounts').length
    // The client library has its pings scheduled by the wall clock; a server that hears nothing for 30 s would drop us.
    vi.advanceTimersByTime(20_000)
    await far.until(() => far.invocationsOf('SubscribeAccounts').length > before)
    vi.useRealTimers()
    expect(events.of('stream-lost')).toEqual([])
    far.cut('user')
    await events.until(() => restored() === 3)
  })
})

describe('the log', () => {
  test('has neither key nor token, whatever went wrong', async () => {
    far.on(LOGIN, () => envelope({ token: tokenText('login') }))
    await using bridge = await connected()
    far.push('user', 'GatewayUnknown', 1)
    far.cut('user')
    await events.until(() => restored() === 3)
    far.on(LOGIN, () => refusal(3, 'no'))
    far.push('user', 'GatewayLogout', 'bye')
    await events.until(() => events.of('authentication-lost').length === 1)
    const text = JSON.stringify(bridge.log)
    expect(text).toContain('GatewayUnknown'.toLowerCase())
    expect(text).not.toContain(tokenText('login'))
    expect(text).not.toContain('the-key')
  })
})
