import { marketHubMethods, userHubMethods } from '@rm/sdk-bridge/wire'
import { describe, expect, it } from 'vitest'
import {
  accountId,
  type Client,
  mes,
  mnq,
  practiceGateway,
  type PracticeGateway,
  secondAccountId,
} from './practice-gateway.ts'

async function watching(
  gateway: PracticeGateway,
  ...topics: readonly ('positions' | 'trades' | 'orders')[]
): Promise<Client> {
  const client = await gateway.connect('user')
  for (const topic of topics) await client.connection.invoke(userHubMethods[topic].subscribe, accountId)
  return client
}

const positionSizes = (client: Client): readonly unknown[] =>
  client.received.map(({ args }) => Object(args[0]).data.size)

describe('a connection', () => {
  it.each([
    ['close', 'onclose', false],
    ['close+', 'onreconnecting', true],
  ] as const)('met by %s goes to %s', async (verb, _callback, comesBack) => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    const reconnected = new Promise((resolve) => client.connection.onreconnected(resolve))
    gateway.sim.faults.hub('user', { verb, error: 'Maintenance.' })
    const error = await (comesBack ? client.reconnecting : client.closed)
    expect(error?.message).toBe('Server returned an error on close: Maintenance.')
    if (comesBack) await reconnected
    expect(client.connection.state).toBe(comesBack ? 'Connected' : 'Disconnected')
  })

  it('in a black hole hears nothing, and the client finds out by its own timer', async () => {
    await using gateway = await practiceGateway({ knobs: { pingMs: 10 } })
    const client = gateway.client('user', false)
    client.connection.serverTimeoutInMilliseconds = 100
    await client.connection.start()
    await client.connection.invoke(userHubMethods.positions.subscribe, accountId)
    gateway.sim.faults.hub('user', { verb: 'blackhole' })
    gateway.buy(1)
    expect((await client.reconnecting)?.message).toContain('Server timeout elapsed')
    expect(client.received).toEqual([])
  })

  it('that is half open still brings events, and no reply', async () => {
    await using gateway = await practiceGateway({ knobs: { clientTimeoutMs: 30, pingMs: 10 } })
    const client = await watching(gateway, 'positions')
    gateway.sim.faults.hub('user', { verb: 'half' })
    gateway.buy(1)
    await client.targets(1)
    const unanswered = client.connection.invoke(userHubMethods.trades.subscribe, accountId).catch(String)
    // Two round trips of another client: an answer would long be here.
    const other = await gateway.connect('user')
    await other.settled()
    await other.settled()
    expect(await Promise.race([unanswered, Promise.resolve('still waiting')])).toBe('still waiting')
    expect(gateway.sim.connections()).toMatchObject([
      { ailment: 'half', subscriptions: [`positions ${accountId}`] },
      { ailment: null },
    ])
  })

  it('that is mute answers and pings, and brings no event', async () => {
    await using gateway = await practiceGateway()
    const client = await watching(gateway, 'positions')
    gateway.sim.faults.hub('user', { verb: 'mute' })
    gateway.buy(1)
    await client.connection.invoke(userHubMethods.trades.subscribe, accountId)
    expect(client.received).toEqual([])
  })

  it('cannot be made while the hub is down, in either mode, and can when it is up', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    const id = gateway.sim.faults.hub('user', { verb: 'down' })
    await client.reconnecting
    for (const skipNegotiation of [false, true]) {
      await expect(gateway.client('user', skipNegotiation).connection.start()).rejects.toThrow(
        /connect|fetch failed|socket/i,
      )
    }
    await (await gateway.connect('market')).connection.stop()
    expect(gateway.sim.faults.planned()).toMatchObject([{ id, hub: 'user', fault: { verb: 'down' } }])
    gateway.sim.faults.hub('user', { verb: 'up' })
    await gateway.connect('user')
    expect(gateway.sim.faults.planned()).toEqual([])
  })

  it('that flaps is cut again and again until the time is over', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    let reconnects = 0
    const reconnected = (count: number): Promise<void> =>
      new Promise((resolve) => {
        client.connection.onreconnected(() => {
          reconnects += 1
          if (reconnects === count) resolve()
        })
      })
    const first = reconnected(1)
    gateway.sim.faults.hub('user', { verb: 'flap', everyMs: 2_000, forMs: 3_000 })
    await first
    const second = reconnected(3)
    gateway.sim.clock.advance(2_000)
    await second
    gateway.sim.clock.advance(60_000)
    await client.settled()
    expect(client.connection.state).toBe('Connected')
  })

  it.each(['error', 'rst'] as const)('met by a handshake %s cannot start, the next one can', async (reply) => {
    await using gateway = await practiceGateway()
    gateway.sim.faults.hub('user', { verb: 'handshake', reply, error: 'No room.' })
    await expect(gateway.client('user', true).connection.start()).rejects.toThrow(reply === 'error' ? 'No room.' : /./)
    await gateway.connect('user')
  })

  it('met by handshake silence waits for the client to give up', async () => {
    await using gateway = await practiceGateway({ knobs: { handshakeTimeoutMs: 20 } })
    gateway.sim.faults.hub('user', { verb: 'handshake', reply: 'silence' })
    const client = gateway.client('user', true)
    client.connection.serverTimeoutInMilliseconds = 250
    await expect(client.connection.start()).rejects.toThrow('Server timeout elapsed')
  })
})

describe('events', () => {
  it('dup: arrive twice, so many times', async () => {
    await using gateway = await practiceGateway()
    const client = await watching(gateway, 'positions')
    gateway.sim.faults.hub('user', { verb: 'dup' }, { kind: 'position', times: 1 })
    gateway.buy(1)
    gateway.buy(1)
    await client.targets(3)
    expect(positionSizes(client)).toEqual([1, 1, 2])
  })

  it('drop: of one kind and account are lost, the others are not', async () => {
    await using gateway = await practiceGateway()
    const client = await watching(gateway, 'positions', 'trades')
    gateway.sim.faults.hub('user', { verb: 'drop' }, { kind: 'trade', accountId, times: 1 })
    gateway.sim.faults.hub('user', { verb: 'drop' }, { kind: 'position', accountId: secondAccountId, times: null })
    gateway.buy(1)
    gateway.buy(1)
    expect(await client.targets(3)).toEqual(['GatewayUserPosition', 'GatewayUserTrade', 'GatewayUserPosition'])
  })

  it('delay: arrive late, behind newer ones', async () => {
    await using gateway = await practiceGateway()
    const client = await watching(gateway, 'positions')
    gateway.sim.faults.hub('user', { verb: 'delay', ms: 30_000 }, { kind: 'position' })
    gateway.buy(1)
    gateway.buy(1)
    gateway.sim.clock.advance(29_000)
    await client.settled()
    expect(positionSizes(client)).toEqual([2])
    gateway.sim.clock.advance(1_000)
    await client.targets(2)
    expect(positionSizes(client)).toEqual([2, 1])
  })

  it('reorder: of one window leave it in another order', async () => {
    await using gateway = await practiceGateway()
    const client = await watching(gateway, 'orders', 'trades', 'positions')
    gateway.sim.faults.hub('user', { verb: 'reorder', windowMs: 500 }, { times: null })
    gateway.buy(1)
    await client.settled()
    expect(client.received).toEqual([])
    gateway.sim.clock.advance(500)
    const targets = await client.targets(4)
    const straight = ['GatewayUserOrder', 'GatewayUserTrade', 'GatewayUserOrder', 'GatewayUserPosition']
    expect(targets.toSorted()).toEqual(straight.toSorted())
    expect(client.received.map(({ args }) => Object(args[0]).data.status)).not.toEqual([6, undefined, 2, undefined])
  })

  it('reorder: never leaves a window as it was', async () => {
    await using gateway = await practiceGateway()
    const client = await watching(gateway, 'orders')
    gateway.sim.faults.hub('user', { verb: 'reorder', windowMs: 500 }, { kind: 'order', times: null })
    for (let round = 0; round < 6; round += 1) {
      gateway.buy(1)
      gateway.sim.clock.advance(500)
    }
    await client.targets(12)
    const statuses = client.received.map(({ args }) => Object(args[0]).data.status)
    expect(statuses).toEqual([2, 6, 2, 6, 2, 6, 2, 6, 2, 6, 2, 6])
  })

  it('logout: ends the session, live socket and all tokens but the next login', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    gateway.sim.faults.hub('user', { verb: 'logout', text: 'Session ended.' }, { userName: 'trader' })
    await client.targets(1)
    expect(client.received).toEqual([{ target: 'GatewayLogout', args: ['Session ended.'] }])
    expect((await gateway.call('validate', {})).status).toBe(401)
  })

  it('malformed entity: comes as an event that no schema accepts', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    gateway.sim.faults.hub('user', { verb: 'malformed', form: 'entity' })
    expect(await client.targets(1)).toEqual(['GatewayUserOrder'])
  })

  it.each(['json', 'unterminated'] as const)('malformed %s: makes the client close', async (form) => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('market')
    gateway.sim.faults.hub('market', { verb: 'malformed', form })
    await Promise.race([client.closed, client.reconnecting])
    expect(client.connection.state).not.toBe('Connected')
  })

  it("of the caller's own making reach every open connection, and are logged with the time they left", async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('market')
    const before = performance.now()
    const { receivers, sentAtMs } = gateway.sim.inject('market', 'GatewayTrade', [mnq, [{ price: 1 }]])
    await client.targets(1)
    expect(client.received).toEqual([{ target: 'GatewayTrade', args: [mnq, [{ price: 1 }]] }])
    expect(receivers).toBe(1)
    expect(sentAtMs).toBeGreaterThan(before)
    expect(gateway.sim.events.after(0)).toMatchObject([{ target: 'GatewayTrade', receivers: 1, sentAtMs }])
  })
})

describe('an invocation', () => {
  it('is rejected, of the named method only, and then accepted', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    gateway.sim.faults.hub('user', { verb: 'reject-invoke', error: 'Busy.' }, { method: 'subscribetrades', times: 1 })
    await client.connection.invoke(userHubMethods.orders.subscribe, accountId)
    await expect(client.connection.invoke(userHubMethods.trades.subscribe, accountId)).rejects.toThrow('Busy.')
    await client.connection.invoke(userHubMethods.trades.subscribe, accountId)
  })

  it('is never completed, and not carried out', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    gateway.sim.faults.hub('user', { verb: 'hang-invoke' })
    const hanging = client.connection.invoke(userHubMethods.orders.subscribe, accountId).then(
      () => 'completed',
      () => 'rejected',
    )
    await client.connection.invoke(userHubMethods.trades.subscribe, accountId)
    expect(gateway.sim.connections()[0]?.subscriptions).toEqual([`trades ${accountId}`])
    await client.connection.stop()
    expect(await hanging).toBe('rejected')
  })
})

/** Contract and bid of each quote of a burst of half a second over two contracts. */
async function burstOfQuotes(): Promise<readonly unknown[]> {
  await using gateway = await practiceGateway()
  const client = await gateway.connect('market')
  for (const contractId of [mnq, mes]) await client.connection.invoke(marketHubMethods.quotes.subscribe, contractId)
  gateway.sim.faults.hub('market', { verb: 'burst', perSecond: 1_000, forMs: 500 })
  gateway.sim.clock.advance(1_000)
  await client.targets(500)
  await client.settled()
  // The feed's own quotes name the product as their symbol.
  const made = client.received.filter(({ args }) => Object(args[1]).symbol === args[0])
  expect(made).toHaveLength(500)
  const ofMnq = made.filter(({ args }) => args[0] === mnq)
  expect(ofMnq).toHaveLength(250)
  const { bid } = gateway.sim.exchange.bestPrices(mnq)
  for (const { args } of ofMnq) expect(Math.abs(Object(args[1]).bestBid - bid)).toBeLessThanOrEqual(0.5)
  return made.map(({ args }) => [args[0], Object(args[1]).bestBid])
}

describe('a burst', () => {
  it('on the market hub makes quotes around the price of each subscribed contract, the same for the same seed', async () => {
    expect(await burstOfQuotes()).toEqual(await burstOfQuotes())
  })

  it('on the user hub repeats the records of one account, until it is cleared', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    await client.connection.invoke(userHubMethods.accounts.subscribe)
    const id = gateway.sim.faults.hub('user', { verb: 'burst', perSecond: 100, forMs: 60_000 }, { accountId })
    gateway.sim.clock.advance(1_000)
    await client.targets(100)
    expect(client.received.every(({ args }) => Object(args[0]).data.id === accountId)).toBe(true)
    gateway.sim.faults.clear(id)
    gateway.sim.clock.advance(1_000)
    await client.settled()
    expect(client.received).toHaveLength(100)
  })
})
