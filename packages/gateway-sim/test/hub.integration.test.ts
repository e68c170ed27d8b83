import {
  decodeHubArgument,
  marketHubMethods,
  orderSchema,
  positionSchema,
  quoteSchema,
  tradeSchema,
  userHubMethods,
} from '@rm/sdk-bridge/wire'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { KnobChanges } from '../src/knobs.ts'
import {
  accountId,
  type Client,
  foreignAccountId,
  mnq,
  post,
  practiceGateway,
  secondAccountId,
} from './practice-gateway.ts'

const modes = [
  ['with negotiation', false],
  ['without negotiation', true],
] as const

async function subscribeAll(client: Client, id = accountId): Promise<void> {
  await client.connection.invoke(userHubMethods.accounts.subscribe)
  for (const topic of ['orders', 'positions', 'trades'] as const) {
    await client.connection.invoke(userHubMethods[topic].subscribe, id)
  }
}

describe.each(modes)('the real client, %s', (_name, skipNegotiation) => {
  it('subscribes and receives what a fill causes, in the recorded order', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user', { skipNegotiation })
    await subscribeAll(client)
    gateway.buy(2)
    const targets = await client.targets(5)
    expect(targets.slice(0, 4)).toEqual([
      'GatewayUserOrder',
      'GatewayUserTrade',
      'GatewayUserOrder',
      'GatewayUserPosition',
    ])
    expect(targets.slice(4).every((target) => target === 'GatewayUserAccount')).toBe(true)
    const [order, trade, filled, position] = client.received.map(({ args }) => args[0])
    expect(decodeHubArgument(orderSchema, order)).toMatchObject([
      { ok: true, action: 1, value: { status: 6, size: 2 } },
    ])
    expect(decodeHubArgument(tradeSchema, trade)).toMatchObject([{ ok: true, action: 0, value: { size: 2 } }])
    expect(decodeHubArgument(orderSchema, filled)).toMatchObject([{ ok: true, value: { status: 2, fillVolume: 2 } }])
    expect(decodeHubArgument(positionSchema, position)).toMatchObject([
      { ok: true, action: 1, value: { type: 1, size: 2 } },
    ])
    expect(JSON.stringify(order)).not.toContain('null')
  })

  it('receives quotes of the contracts that it asked for', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('market', { skipNegotiation })
    await client.connection.invoke(marketHubMethods.quotes.subscribe, mnq)
    gateway.sim.exchange.moveMarket(mnq, -4)
    gateway.sim.clock.advance(1_000)
    await client.targets(1)
    const [contractId, quote] = client.received[0]?.args ?? []
    expect(contractId).toBe(mnq)
    expect(decodeHubArgument(quoteSchema, quote)).toMatchObject([{ ok: true, value: { symbol: 'F.US.MNQ' } }])
    await client.connection.invoke(marketHubMethods.quotes.unsubscribe, mnq)
    const before = client.received.length
    gateway.sim.exchange.moveMarket(mnq, -4)
    gateway.sim.clock.advance(1_000)
    await client.settled()
    expect(client.received).toHaveLength(before)
  })

  it('comes back after a reset, to an empty list of subscriptions', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user', { skipNegotiation })
    await subscribeAll(client)
    const reconnected = new Promise((resolve) => client.connection.onreconnected(resolve))
    gateway.sim.faults.hub('user', { verb: 'rst' })
    await reconnected
    gateway.buy(1)
    await client.settled()
    expect(client.received).toEqual([])
    expect(gateway.sim.connections()).toMatchObject([{ isOpen: true, subscriptions: [] }])
  })

  it('is refused without a session', async () => {
    await using gateway = await practiceGateway()
    await expect(gateway.client('user', skipNegotiation, 'nonsense').connection.start()).rejects.toThrow(
      skipNegotiation ? 'WebSocket failed to connect' : '401',
    )
    expect(gateway.sim.connections()).toEqual([])
  })
})

describe('a subscription', () => {
  it('brings nothing of another account, and nothing before it was made or after it was taken back', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    gateway.buy(1)
    await client.connection.invoke(userHubMethods.positions.subscribe, accountId)
    gateway.buy(1, mnq, secondAccountId)
    await client.settled()
    expect(client.received).toEqual([])
    gateway.buy(1)
    expect(await client.targets(1)).toEqual(['GatewayUserPosition'])
    await client.connection.invoke(userHubMethods.positions.unsubscribe, accountId)
    gateway.buy(1)
    await client.settled()
    expect(client.received).toHaveLength(1)
  })

  it('to accounts covers the accounts of the user, and no others', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    await client.connection.invoke('subscribeaccounts')
    gateway.sim.exchange.setCanTrade(foreignAccountId, false)
    gateway.sim.exchange.setCanTrade(secondAccountId, false)
    await client.targets(1)
    await client.settled()
    expect(client.received).toMatchObject([{ args: [{ action: 1, data: { id: secondAccountId, canTrade: false } }] }])
  })

  it.each([
    ['SubscribeOrders', [foreignAccountId], "An unexpected error occurred invoking 'SubscribeOrders' on the server."],
    ['SubscribeOrders', [12], "An unexpected error occurred invoking 'SubscribeOrders' on the server."],
    ['SubscribeOrders', [], "Failed to invoke 'SubscribeOrders' due to an error on the server."],
    ['SubscribeOrders', ['7001001'], "Failed to invoke 'SubscribeOrders' due to an error on the server."],
    ['SubscribeContractQuotes', [mnq], 'HubException: Method does not exist.'],
    ['SubscribeTrades2', [accountId], 'HubException: Method does not exist.'],
  ])('%s(%j) is refused with the text of a real server', async (method, args, text) => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    await expect(client.connection.invoke(method, ...args)).rejects.toThrow(text)
    expect(client.connection.state).toBe('Connected')
  })

  it.each([
    [false, 1],
    [true, 2],
  ])(
    'made twice, with duplicateSubscriptions=%j, brings each event %d times',
    async (duplicateSubscriptions, times) => {
      await using gateway = await practiceGateway({ knobs: { duplicateSubscriptions } })
      const client = await gateway.connect('user')
      await client.connection.invoke(userHubMethods.trades.subscribe, accountId)
      await client.connection.invoke(userHubMethods.trades.subscribe, accountId)
      gateway.buy(1)
      await client.targets(times)
      await client.settled()
      expect(client.received).toHaveLength(times)
    },
  )

  it('brings a snapshot if it is set to', async () => {
    await using gateway = await practiceGateway({ knobs: { snapshotOnSubscribe: true } })
    gateway.buy(3)
    const client = await gateway.connect('user')
    await subscribeAll(client)
    await client.settled()
    const targets = client.received.map(({ target }) => target)
    expect(targets).toEqual(['GatewayUserAccount', 'GatewayUserAccount', 'GatewayUserPosition'])
  })
})

describe('the spelling of events', () => {
  const spellings: readonly (readonly [KnobChanges, unknown])[] = [
    [{}, { action: 1, data: { size: 1, type: 1 } }],
    [{ wrapper: false }, { size: 1, type: 1 }],
    [{ array: true }, [{ action: 1, data: { size: 1 } }]],
    [{ pascalCase: true }, { Action: 1, Data: { Size: 1, AccountId: accountId } }],
    [{ numbersAsText: true }, { action: 1, data: { size: '1', accountId: String(accountId) } }],
  ]

  it.each(spellings)('with %j is %j, and the decoder reads it', async (knobs, expected) => {
    await using gateway = await practiceGateway({ knobs })
    const client = await gateway.connect('user')
    await client.connection.invoke(userHubMethods.positions.subscribe, accountId)
    gateway.buy(1)
    await client.targets(1)
    const [argument] = client.received[0]?.args ?? []
    expect(argument).toMatchObject(Object(expected))
    expect(decodeHubArgument(positionSchema, argument)).toMatchObject([
      { ok: true, value: { type: 1, size: 1, accountId } },
    ])
  })

  it.each([
    [true, false],
    [false, true],
  ])('with omitNulls=%j has nulls: %j', async (omitNulls, hasNulls) => {
    await using gateway = await practiceGateway({ knobs: { omitNulls } })
    const client = await gateway.connect('user')
    await client.connection.invoke(userHubMethods.orders.subscribe, accountId)
    gateway.buy(1)
    await client.targets(1)
    expect(JSON.stringify(client.received[0]).includes('null')).toBe(hasNulls)
  })
})

/** A bare socket, for what the real client would never send. */
async function bareSocket(
  url: string,
  headers: Record<string, string>,
): Promise<{ socket: WebSocket; texts: string[]; closed: Promise<number> }> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers })
  const texts: string[] = []
  socket.on('message', (data: Buffer) => texts.push(data.toString()))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return { socket, texts, closed }
}

describe('the protocol', () => {
  it.each([
    ['{"protocol":"messagepack","version":1}\u001E', "The protocol 'messagepack' is not supported."],
    ['{"protocol":"json","version":2}\u001E', "The server does not support version 2 of the 'json' protocol."],
    ['hello\u001E', 'The handshake request is malformed.'],
  ])('refuses the handshake %j', async (handshake, error) => {
    await using gateway = await practiceGateway()
    const { socket, texts, closed } = await bareSocket(`${gateway.sim.url}/hubs/user`, {
      authorization: `Bearer ${gateway.token}`,
    })
    socket.send(handshake)
    await closed
    expect(texts).toEqual([`${JSON.stringify({ error })}\u001E`])
  })

  it('pings a silent client, and closes it when it stays silent', async () => {
    await using gateway = await practiceGateway({ knobs: { pingMs: 20, clientTimeoutMs: 90 } })
    const { socket, texts, closed } = await bareSocket(`${gateway.sim.url}/hubs/user`, {
      authorization: `Bearer ${gateway.token}`,
    })
    socket.send('{"protocol":"json","version":1}\u001E')
    await closed
    expect(texts[0]).toBe('{}\u001E')
    expect(texts.slice(1, -1).every((text) => text === '{"type":6}\u001E')).toBe(true)
    expect(texts.length).toBeGreaterThan(3)
    expect(texts.at(-1)).toContain('"type":7')
  })

  it('gives up on a client that never shakes hands', async () => {
    await using gateway = await practiceGateway({ knobs: { handshakeTimeoutMs: 20 } })
    const { closed, texts } = await bareSocket(`${gateway.sim.url}/hubs/user`, {
      authorization: `Bearer ${gateway.token}`,
    })
    expect(await closed).toBe(1006)
    expect(texts).toEqual([])
  })

  it('answers several records of one message, and an invocation without an id not at all', async () => {
    await using gateway = await practiceGateway()
    const { socket, texts } = await bareSocket(`${gateway.sim.url}/hubs/user`, {
      authorization: `Bearer ${gateway.token}`,
    })
    const records = [
      { protocol: 'json', version: 1 },
      { type: 1, target: 'SubscribeOrders', arguments: [accountId] },
      { type: 1, target: 'SubscribeTrades', arguments: [accountId], invocationId: 'a' },
      { type: 4, target: 'Stream', arguments: [], invocationId: 'b' },
    ]
    const answered = new Promise((resolve) => socket.on('message', () => texts.length === 3 && resolve(undefined)))
    socket.send(records.map((record) => `${JSON.stringify(record)}\u001E`).join(''))
    await answered
    expect(texts.slice(1)).toEqual([
      '{"type":3,"invocationId":"a","result":null}\u001E',
      expect.stringContaining('"invocationId":"b","error"'),
    ])
    expect(gateway.sim.connections()[0]?.subscriptions).toEqual([`orders ${accountId}`, `trades ${accountId}`])
  })

  it('takes the token from the query when there is no header, and the header when there are both', async () => {
    await using gateway = await practiceGateway()
    const url = `${gateway.sim.url}/hubs/market?access_token=`
    const { socket } = await bareSocket(url + gateway.token, {})
    socket.close()
    await expect(bareSocket(url + gateway.token, { authorization: 'Bearer nonsense' })).rejects.toThrow('401')
    await expect(bareSocket(`${url}nonsense`, {})).rejects.toThrow('401')
    const header = await bareSocket(`${url}nonsense`, { authorization: `Bearer ${gateway.token}` })
    header.socket.close()
  })

  it('gives a connection token for one upgrade of one hub', async () => {
    await using gateway = await practiceGateway()
    const headers = { authorization: `Bearer ${gateway.token}` }
    const negotiated = await post(`${gateway.sim.url}/hubs/user/negotiate?negotiateVersion=1`, undefined, gateway.token)
    expect(negotiated.body).toMatchObject({
      negotiateVersion: 1,
      connectionId: expect.any(String),
      availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
    })
    const token = String(negotiated.body['connectionToken'])
    await expect(bareSocket(`${gateway.sim.url}/hubs/market?id=${token}`, headers)).rejects.toThrow('404')
    const { socket } = await bareSocket(`${gateway.sim.url}/hubs/user?id=${token}`, headers)
    expect(gateway.sim.connections()[0]?.connectionId).toBe(negotiated.body['connectionId'])
    await expect(bareSocket(`${gateway.sim.url}/hubs/user?id=${token}`, headers)).rejects.toThrow('404')
    await expect(bareSocket(`${gateway.sim.url}/hubs/nothing`, headers)).rejects.toThrow('404')
    socket.close()
  })
})

describe('a token and its live socket', () => {
  it('the socket survives the expiry, a new one is refused', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    gateway.sim.clock.advance(86_400_000)
    await client.settled()
    expect(client.connection.state).toBe('Connected')
    await expect(gateway.client('user', false).connection.start()).rejects.toThrow('401')
  })

  it('the socket is cut at the expiry if it is set to', async () => {
    await using gateway = await practiceGateway({ knobs: { cutSocketsAtExpiry: true } })
    const client = await gateway.connect('user')
    gateway.sim.clock.advance(86_400_000)
    await client.reconnecting
    expect(gateway.sim.connections()).toEqual([])
  })

  it('with singleSession a second login ends the first with GatewayLogout', async () => {
    await using gateway = await practiceGateway({ knobs: { singleSession: true } })
    const client = await gateway.connect('user')
    await gateway.call('loginKey', { userName: 'stranger', apiKey: 'stranger-key' }, null)
    const { body } = await gateway.call('loginKey', { userName: 'trader', apiKey: 'trader-key' }, null)
    expect(await client.targets(1)).toEqual(['GatewayLogout'])
    expect((await gateway.call('validate', undefined)).status).toBe(401)
    expect((await gateway.call('validate', undefined, String(body['token']))).status).toBe(200)
  })
})
