import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:https'
import { fileURLToPath } from 'node:url'
import { userHubMethods } from '@rm/sdk-bridge/wire'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { scenarioScript } from '../src/trading-script.ts'
import { accountId, mnq, practiceGateway, type PracticeGateway, secondAccountId, start } from './practice-gateway.ts'

async function control(
  gateway: PracticeGateway,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const reply = await fetch(`${gateway.sim.controlUrl}/sim/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: reply.status, body: await reply.json() }
}

const tlsAddress = z.object({ url: z.string(), authority: z.string() })
const market = { accountId, contractId: mnq, type: 2, side: 1, size: 2 }

describe('the control plane', () => {
  it('trades as the trader, without token or budget, and shows state, ledger, requests and events', async () => {
    await using gateway = await practiceGateway()
    const client = await gateway.connect('user')
    await client.connection.invoke(userHubMethods.positions.subscribe, accountId)
    expect(await control(gateway, 'POST', 'trader/place', market)).toMatchObject({ body: { success: true } })
    await control(gateway, 'POST', 'clock', { advanceMs: 100 })
    await client.targets(1)
    expect(await control(gateway, 'GET', 'state')).toMatchObject({
      body: {
        now: start + 100,
        accounts: [{ account: { id: accountId }, positions: [{ type: 2, size: 2 }], orders: [], trades: 1 }, {}, {}],
        connections: [{ hub: 'user', userName: 'trader', subscriptions: [`positions ${accountId}`] }],
        faults: [],
      },
    })
    expect(await control(gateway, 'GET', 'ledger')).toMatchObject({
      body: [
        { kind: 'order', author: 'trader' },
        { kind: 'fill', author: 'trader', positionBefore: 0, positionAfter: -2 },
      ],
    })
    expect(await control(gateway, 'GET', 'ledger?after=1')).toMatchObject({ body: [{ kind: 'fill' }] })
    expect(await control(gateway, 'GET', 'requests')).toMatchObject({ body: [{ route: 'loginKey', status: 200 }] })
    expect(await control(gateway, 'GET', 'events')).toMatchObject({
      body: [{ target: 'GatewayUserPosition', accountId, receivers: 1 }],
    })
    await control(gateway, 'POST', 'trader/partialClose', { accountId, contractId: mnq, size: 1 })
    gateway.sim.clock.advance(100)
    expect(await control(gateway, 'POST', 'trader/close', { accountId, contractId: mnq })).toMatchObject({
      body: { success: true },
    })
    gateway.sim.clock.advance(100)
    expect(gateway.sim.exchange.positions(accountId)).toEqual([])
  })

  it('modifies and cancels a resting order', async () => {
    await using gateway = await practiceGateway()
    const { ask } = gateway.sim.exchange.bestPrices(mnq)
    const placed = await control(gateway, 'POST', 'trader/place', { ...market, type: 1, limitPrice: ask + 50 })
    const { orderId } = Object(placed.body)
    gateway.sim.clock.advance(100)
    await control(gateway, 'POST', 'trader/modify', { accountId, orderId, limitPrice: ask + 60 })
    gateway.sim.clock.advance(100)
    expect(gateway.sim.exchange.orders(accountId)).toMatchObject([{ id: orderId, status: 1, limitPrice: ask + 60 }])
    await control(gateway, 'POST', 'trader/cancel', { accountId, orderId })
    gateway.sim.clock.advance(100)
    expect(gateway.sim.exchange.orders(accountId)).toMatchObject([{ status: 3 }])
  })

  it('plans and clears faults of both kinds', async () => {
    await using gateway = await practiceGateway()
    const rest = { route: 'validate', fault: { verb: 'status', status: 500 }, scope: { times: null } }
    expect(await control(gateway, 'POST', 'faults/rest', rest)).toEqual({ status: 200, body: { id: 1 } })
    expect((await gateway.call('validate', {})).status).toBe(500)
    await control(gateway, 'POST', 'faults/hub', { hub: 'user', fault: { verb: 'down' } })
    await expect(gateway.client('user', false).connection.start()).rejects.toThrow(/connect|fetch failed|socket/i)
    await control(gateway, 'DELETE', 'faults/1')
    expect((await gateway.call('validate', {})).status).toBe(200)
    await control(gateway, 'DELETE', 'faults')
    await gateway.connect('user')
  })

  it('turns knobs, one at a time', async () => {
    await using gateway = await practiceGateway()
    const before = gateway.sim.knobs.now
    expect(await control(gateway, 'PATCH', 'knobs', { wrapper: false })).toMatchObject({ body: { wrapper: false } })
    expect(gateway.sim.knobs.now).toEqual({ ...before, wrapper: false })
  })

  it('turns the knobs of the exchange as well, and shows both', async () => {
    await using gateway = await practiceGateway()
    const exchange = { largestFill: 2, fillLatencyMs: [5, 5], ocoCancelMs: [100, 200], eventOrder: 'shuffled' }
    expect(await control(gateway, 'PATCH', 'knobs', { exchange })).toMatchObject({ body: { exchange } })
    expect(gateway.sim.exchange.knobs).toMatchObject(exchange)
    await control(gateway, 'PATCH', 'knobs', { exchange: { largestFill: null } })
    expect(gateway.sim.exchange.knobs.largestFill).toBe(Number.POSITIVE_INFINITY)
  })

  it('takes an account off the list of the login, and puts it back', async () => {
    await using gateway = await practiceGateway()
    const listed = async (): Promise<unknown> =>
      (await gateway.call('searchAccounts', { onlyActiveAccounts: false })).body['accounts']
    await control(gateway, 'POST', `accounts/${accountId}/listed`, { listed: false })
    expect(await listed()).toMatchObject([{ id: secondAccountId }])
    expect((await gateway.call('searchOpenPositions', { accountId })).body).toMatchObject({ success: true })
    await control(gateway, 'POST', `accounts/${accountId}/listed`, { listed: true })
    expect(await listed()).toMatchObject([{ id: accountId }, { id: secondAccountId }])
  })

  it('rejects an order that works', async () => {
    await using gateway = await practiceGateway()
    const { ask } = gateway.sim.exchange.bestPrices(mnq)
    const { orderId } = gateway.sim.exchange.place(
      { accountId, contractId: mnq, type: 1, side: 1, size: 2, limitPrice: ask + 50 },
      'trader',
    )
    gateway.sim.clock.advance(100)
    await control(gateway, 'POST', `accounts/${accountId}/orders/${orderId}/reject`)
    expect(gateway.sim.exchange.orders(accountId)).toMatchObject([{ id: orderId, status: 5 }])
    expect((await control(gateway, 'POST', `accounts/${accountId}/orders/${orderId}/reject`)).status).toBe(404)
  })

  it.each([
    ['good', null],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['foreign-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('opens a TLS address whose certificate is %s', async (certificate, refusal) => {
    await using gateway = await practiceGateway()
    const { body } = await control(gateway, 'POST', 'tls', { certificate })
    const { url, authority } = tlsAddress.parse(body)
    const reached = Promise.withResolvers<unknown>()
    get(`${url}/api/Status/ping`, { ca: authority, agent: false }, (reply) =>
      reached.resolve(reply.resume().statusCode),
    ).once('error', (error) => reached.resolve(Object(error).code))
    expect(await reached.promise).toBe(refusal ?? 200)
  })

  it('sets the clock, prices, the account switch, tokens, and injects events', async () => {
    await using gateway = await practiceGateway()
    await control(gateway, 'POST', 'clock', { set: '2026-11-18T10:00:00-06:00' })
    expect(await control(gateway, 'GET', 'clock')).toMatchObject({ body: { now: Date.UTC(2026, 10, 18, 16) } })
    await control(gateway, 'POST', 'market', { contractId: mnq, price: 25_000 })
    expect(gateway.sim.exchange.bestPrices(mnq).bid).toBe(25_000)
    await control(gateway, 'POST', 'market', { contractId: mnq, ticks: -8 })
    expect(gateway.sim.exchange.bestPrices(mnq).bid).toBe(24_998)
    await control(gateway, 'POST', `accounts/${accountId}/canTrade`, { canTrade: false })
    expect(gateway.sim.exchange.accounts()[0]).toMatchObject({ id: accountId, canTrade: false })
    const client = await gateway.connect('user')
    const event = { target: 'GatewayUserTrade', arguments: [{ action: 0, data: {} }] }
    expect(await control(gateway, 'POST', 'hubs/user/inject', event)).toMatchObject({ body: { receivers: 1 } })
    expect(await client.targets(1)).toEqual(['GatewayUserTrade'])
    await control(gateway, 'POST', 'tokens/revoke', { userName: 'trader' })
    expect((await gateway.call('validate', {})).status).toBe(401)
  })

  it('voids a trade', async () => {
    await using gateway = await practiceGateway()
    gateway.buy(1)
    const [trade] = gateway.sim.exchange.trades(accountId)
    await control(gateway, 'POST', `accounts/${accountId}/trades/${trade?.id}/void`)
    expect(gateway.sim.exchange.trades(accountId)).toMatchObject([{ id: trade?.id, voided: true }])
    expect((await control(gateway, 'POST', `accounts/${accountId}/trades/1/void`)).status).toBe(404)
  })

  it('lets the traders begin, and tells their story', async () => {
    const script = scenarioScript({
      name: 'one-buy',
      title: 'One buys',
      startsAt: '2026-11-18T09:30:00-06:00',
      regimes: ['still'],
      accounts: [{ id: accountId, name: 'PRAC', balance: 50_000 }],
      traders: [
        {
          account: accountId,
          story: 'buys',
          steps: [{ do: 'market', at: '1s', contract: 'MNQ', side: 'buy', size: 1 }],
        },
      ],
    })
    await using gateway = await practiceGateway({ script })
    expect(await control(gateway, 'GET', 'state')).toMatchObject({
      body: { script: { name: 'one-buy', state: 'waiting' } },
    })
    expect(await control(gateway, 'POST', 'script/begin')).toMatchObject({ body: { script: { state: 'playing' } } })
    gateway.sim.clock.advance(2_000)
    expect(await control(gateway, 'GET', 'story')).toMatchObject({
      body: [{ sequence: 1, accountId, step: { do: 'market' }, outcome: { kind: 'done' } }],
    })
    expect(await control(gateway, 'POST', 'script/begin')).toMatchObject({ body: { script: { state: 'over' } } })
  })

  it.each([
    ['POST', 'faults/rest', { route: 'nowhere', fault: { verb: 'hang' } }, 400],
    ['POST', 'faults/hub', { hub: 'user', fault: { verb: 'explode' } }, 400],
    ['PATCH', 'knobs', { wraper: true }, 400],
    ['PATCH', 'knobs', { exchange: { fillLatencyMs: [10, 5] } }, 400],
    ['POST', 'tls', { certificate: 'borrowed' }, 400],
    ['POST', 'clock', { set: 'noon' }, 400],
    ['POST', 'market', { contractId: 'CON.F.US.NOPE.Z26', price: 1 }, 400],
    ['POST', 'accounts/99/canTrade', { canTrade: true }, 404],
    ['GET', 'nothing', undefined, 404],
  ])('%s %s %j is answered with %3$d and the reason', async (method, path, body, status) => {
    await using gateway = await practiceGateway()
    const reply = await control(gateway, method, path, body)
    expect(reply.status).toBe(status)
    expect(Object(reply.body)['error']).toEqual(expect.any(String))
  })
})

describe('the process', () => {
  const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url))

  /** The simulator as a process, and the line by which it announces itself. */
  async function started(
    ...args: readonly string[]
  ): Promise<{ child: ReturnType<typeof spawn>; line: Record<string, string> }> {
    const child = spawn(process.execPath, ['--conditions=@rm/source', entry, '--json', ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [chunk] = await once(child.stdout, 'data')
    return { child, line: JSON.parse(String(chunk)) as Record<string, string> }
  }

  it("announces its addresses, serves the scenario's day, and ends on SIGTERM with 0", async () => {
    const { child, line } = await started('--scenario', 'practice-day', '--hold')
    const ping = await fetch(`${line['url']}/api/Status/ping`)
    expect(ping.headers.get('date')).toMatch(/^Wed, 18 Nov 2026 15:29:2\d GMT$/)
    const state = await fetch(`${line['controlUrl']}/sim/state`)
    expect(await state.json()).toMatchObject({ script: { name: 'practice-day', state: 'waiting' } })
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  })

  it('ends when its standard input does, if it is told to', async () => {
    const { child } = await started('--exit-with-parent')
    const exit = once(child, 'exit')
    child.stdin?.end()
    expect(await exit).toEqual([0, null])
  })

  it('ends over the control plane', async () => {
    const { child, line } = await started()
    const exit = once(child, 'exit')
    await fetch(`${line['controlUrl']}/sim/shutdown`, { method: 'POST' })
    expect(await exit).toEqual([0, null])
  })

  it('refuses a port that is none', async () => {
    const child = spawn(process.execPath, ['--conditions=@rm/source', entry, '--port', 'http'], { stdio: 'ignore' })
    expect((await once(child, 'exit'))[0]).not.toBe(0)
  })
})
