import { describe, expect, it } from 'vitest'
import { envelopeReply } from '@rm/sdk-bridge/wire'
import type { RestFaultInput } from '../src/fault-vocabulary.ts'
import {
  accountId,
  mnq,
  post,
  practiceGateway,
  type PracticeGateway,
  secondAccountId,
  start,
} from './practice-gateway.ts'

const close = { accountId, contractId: mnq }

/** Signed size of the position on the exchange itself. */
function held(gateway: PracticeGateway): number {
  gateway.sim.clock.advance(10)
  return gateway.sim.exchange.positions(accountId)[0]?.size ?? 0
}

/** Waits until the simulator has seen so many calls. */
async function seen(gateway: PracticeGateway, calls: number): Promise<void> {
  while (gateway.sim.requests.after(0).length < calls) await new Promise((resolve) => setImmediate(resolve))
}

const spoilt: readonly (readonly [string, RestFaultInput, 'act' | 'drop', number | 'no reply'])[] = [
  ['502 instead of acting', { verb: 'status', status: 502, html: true }, 'drop', 502],
  ['502 after acting', { verb: 'status', status: 502, executed: 'act' }, 'act', 502],
  ['429', { verb: 'status', status: 429, retryAfterSeconds: 3 }, 'drop', 429],
  ['401', { verb: 'status', status: 401 }, 'drop', 401],
  ['reset instead of acting', { verb: 'rst', at: 'start' }, 'drop', 'no reply'],
  ['reset in the body after acting', { verb: 'rst', at: 'body', executed: 'act' }, 'act', 'no reply'],
  ['a code', { verb: 'code', code: 5 }, 'drop', 200],
  ['a code of the future after acting', { verb: 'code', code: 99, message: 'Later.', executed: 'act' }, 'act', 200],
  ['acknowledged and forgotten', { verb: 'ack-noop' }, 'drop', 200],
  ['garbage', { verb: 'garbage', form: 'truncated' }, 'drop', 200],
  ['garbage after acting', { verb: 'garbage', form: 'html', executed: 'act' }, 'act', 200],
  ['an empty reply', { verb: 'garbage', form: 'empty', executed: 'act' }, 'act', 200],
]

describe('a close', () => {
  it.each(spoilt)(
    'met by %s: the reply and the effect are what the test asked for, once',
    async (_name, fault, effect, status) => {
      await using gateway = await practiceGateway()
      gateway.buy(2)
      gateway.sim.faults.rest('closeContract', fault)
      const reply = await gateway.call('closeContract', close).catch(() => 'no reply' as const)
      expect(reply === 'no reply' ? reply : reply.status).toBe(status)
      expect(held(gateway)).toBe(effect === 'act' ? 0 : 2)
      expect(gateway.sim.requests.after(0).at(-1)).toMatchObject({
        route: 'closeContract',
        accountId,
        userName: 'trader',
        body: close,
        faults: [fault.verb],
        isExecuted: effect === 'act',
      })
      const next = await gateway.call('closeContract', close)
      expect(next.body).toMatchObject({ success: effect === 'drop' })
    },
  )

  it.each([
    ['drop', 2],
    ['act', 0],
  ] as const)('that hangs (%s) gets no reply and leaves %d contracts', async (executed, left) => {
    await using gateway = await practiceGateway()
    gateway.buy(2)
    gateway.sim.faults.rest('closeContract', { verb: 'hang', executed })
    const reply = fetch(`${gateway.sim.url}/api/Position/closeContract`, {
      method: 'POST',
      body: JSON.stringify(close),
      headers: { authorization: `Bearer ${gateway.token}` },
      signal: AbortSignal.timeout(60),
    })
    await expect(reply).rejects.toThrow('timeout')
    expect(held(gateway)).toBe(left)
    expect(gateway.sim.requests.after(0).at(-1)).toMatchObject({ status: null })
  })

  it('that is delayed acts at once and is answered late; one that is slow acts late', async () => {
    await using gateway = await practiceGateway()
    gateway.buy(2)
    gateway.sim.faults.rest('closeContract', { verb: 'delay', ms: 8_000 })
    const delayed = gateway.call('closeContract', close)
    await seen(gateway, 2)
    expect(held(gateway)).toBe(0)
    gateway.sim.clock.advance(8_000)
    expect((await delayed).body).toMatchObject({ success: true })

    gateway.buy(1)
    gateway.sim.faults.rest('any', { verb: 'slow' })
    const slow = gateway.call('closeContract', close)
    await seen(gateway, 3)
    gateway.sim.clock.advance(4_900)
    expect(held(gateway)).toBe(1)
    gateway.sim.clock.advance(20_000)
    expect((await slow).body).toMatchObject({ success: true })
    expect(held(gateway)).toBe(0)
  })
})

describe('an order', () => {
  it('that is rejected later was accepted, and works until then', async () => {
    await using gateway = await practiceGateway()
    const { bid } = gateway.sim.exchange.bestPrices(mnq)
    gateway.sim.faults.rest('placeOrder', { verb: 'reject-later', ms: 500 })
    const order = { accountId, contractId: mnq, type: 1, side: 0, size: 1, limitPrice: bid - 10 }
    expect((await gateway.call('placeOrder', order)).body).toMatchObject({ success: true })
    gateway.sim.clock.advance(400)
    expect(gateway.sim.exchange.orders(accountId)).toMatchObject([{ status: 1 }])
    gateway.sim.clock.advance(100)
    expect(gateway.sim.exchange.orders(accountId)).toMatchObject([{ status: 5 }])
  })
})

function ping(gateway: PracticeGateway): Promise<Response> {
  return fetch(`${gateway.sim.url}/api/Status/ping`)
}

describe('the health check', () => {
  it('tells the wrong time where every reply does', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.faults.rest('any', { verb: 'date', skewMs: 600_000 })
    expect(Date.parse((await ping(gateway)).headers.get('date') ?? '')).toBe(start + 600_000)
  })

  it('may be cut, late, or never answered', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.faults.rest('ping', { verb: 'rst' })
    await expect(ping(gateway)).rejects.toThrow('fetch failed')
    gateway.sim.faults.rest('ping', { verb: 'delay', ms: 1_000 })
    const late = ping(gateway)
    await seen(gateway, 3)
    gateway.sim.clock.advance(1_000)
    expect((await late).status).toBe(200)
    gateway.sim.faults.rest('any', { verb: 'hang' })
    const signal = AbortSignal.timeout(50)
    await expect(fetch(`${gateway.sim.url}/api/Status/ping`, { signal })).rejects.toThrow('timeout')
  })
})

/** How twenty calls end that fail by an even chance. */
async function outcomes(): Promise<readonly number[]> {
  await using gateway = await practiceGateway()
  gateway.sim.faults.rest('any', { verb: 'status', status: 500 }, { times: null, probability: 0.5 })
  const statuses: number[] = []
  for (let call = 0; call < 20; call += 1) statuses.push((await gateway.call('validate', {})).status)
  return statuses
}

describe('a plan', () => {
  it('hits the calls of its route, account and turn, and no others', async () => {
    await using gateway = await practiceGateway()
    const fault: RestFaultInput = { verb: 'status', status: 503 }
    const statusOf = async (id: number): Promise<number> =>
      (await gateway.call('searchOpenPositions', { accountId: id })).status
    gateway.sim.faults.rest('searchOpenPositions', fault, { accountId, skip: 1, times: 2 })
    expect((await gateway.call('searchOpenOrders', { accountId })).status).toBe(200)
    expect(await statusOf(secondAccountId)).toBe(200)
    const statuses: number[] = []
    for (let call = 0; call < 4; call += 1) statuses.push(await statusOf(accountId))
    expect(statuses).toEqual([200, 503, 503, 200])
    expect(gateway.sim.faults.planned()).toEqual([])
  })

  it('without end lasts until it is cleared, over a family of routes', async () => {
    await using gateway = await practiceGateway()
    const id = gateway.sim.faults.rest('reads', { verb: 'status', status: 500 }, { times: null })
    const kept = gateway.sim.faults.rest('mutations', { verb: 'code', code: 4 }, { times: null })
    for (let call = 0; call < 3; call += 1) {
      expect((await gateway.call('searchOpenPositions', { accountId })).status).toBe(500)
    }
    expect((await gateway.call('cancelOrder', { accountId, orderId: 1 })).body).toMatchObject({ errorCode: 4 })
    expect((await gateway.call('validate', {})).status).toBe(200)
    gateway.sim.faults.clear(id)
    expect((await gateway.call('searchOpenPositions', { accountId })).status).toBe(200)
    expect(gateway.sim.faults.planned()).toMatchObject([{ id: kept, route: 'mutations', hits: 1 }])
  })

  it('by chance is the same for the same seed', async () => {
    const first = await outcomes()
    expect(new Set(first)).toEqual(new Set([200, 500]))
    expect(await outcomes()).toEqual(first)
  })

  it('refuses a fault that does not exist', async () => {
    await using gateway = await practiceGateway()
    expect(() => gateway.sim.faults.rest('any', { verb: 'status', status: 200 })).toThrow('400')
    expect(() => gateway.sim.faults.rest('any', { verb: 'hang' }, { times: 0 })).toThrow('times')
  })
})

describe('a read', () => {
  it.each([
    ['absent', undefined],
    ['null', null],
  ] as const)('with nolist (%s) has %j where the list was', async (as, value) => {
    await using gateway = await practiceGateway()
    gateway.buy(1)
    gateway.sim.faults.rest('searchOpenPositions', { verb: 'nolist', as })
    const { body } = await gateway.call('searchOpenPositions', { accountId })
    expect(envelopeReply.parse(body).success).toBe(true)
    expect([body['positions'], 'positions' in body]).toEqual([value, as === 'null'])
  })

  it('with lag shows what was, until the time has passed', async () => {
    await using gateway = await practiceGateway()
    gateway.buy(1)
    gateway.sim.faults.rest('searchOpenPositions', { verb: 'lag', ms: 2_000 }, { times: null })
    const sizes = async (): Promise<unknown> =>
      (await gateway.call('searchOpenPositions', { accountId })).body['positions']
    expect(await sizes()).toMatchObject([{ size: 1 }])
    gateway.sim.clock.advance(5_000)
    gateway.buy(2)
    expect(await sizes()).toMatchObject([{ size: 1 }])
    gateway.sim.clock.advance(1_900)
    expect(await sizes()).toMatchObject([{ size: 1 }])
    gateway.sim.clock.advance(100)
    expect(await sizes()).toMatchObject([{ size: 3 }])
    gateway.sim.faults.clear()
    gateway.buy(1)
    expect(await sizes()).toMatchObject([{ size: 4 }])
  })

  it('with date has a header that is wrong by as much', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.faults.rest('any', { verb: 'date', skewMs: -600_000 })
    const reply = await gateway.call('validate', {})
    expect([reply.status, Date.parse(reply.headers.get('date') ?? '')]).toEqual([200, start - 600_000])
  })

  it('with Retry-After and HTML has both', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.faults.rest('reads', { verb: 'status', status: 503, retryAfterSeconds: 3, html: true })
    const reply = await gateway.call('searchOpenOrders', { accountId })
    expect([reply.headers.get('retry-after'), reply.headers.get('content-type')]).toEqual(['3', 'text/html'])
    expect(reply.text).toContain('<html>')
  })
})

describe('the credential', () => {
  it('a budget spent by somebody else leaves that much less', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.faults.rest('any', { verb: 'spend', calls: 198 })
    const statuses: number[] = []
    for (let call = 0; call < 3; call += 1) statuses.push((await gateway.call('validate', {})).status)
    expect(statuses).toEqual([200, 200, 429])
    gateway.sim.faults.clear()
    expect((await gateway.call('validate', {})).status).toBe(200)
  })

  it('may get tokens that say nothing of their end, or nonsense', async () => {
    await using gateway = await practiceGateway()
    const expiryOf = async (): Promise<unknown> => {
      const [, payload = ''] = String((await gateway.call('validate', {})).body['newToken']).split('.')
      return Object(JSON.parse(Buffer.from(payload, 'base64url').toString())).exp
    }
    expect(await expiryOf()).toBe((start + 86_400_000) / 1_000)
    gateway.sim.knobs.turn({ tokenExpiry: 'missing' })
    expect(await expiryOf()).toBeUndefined()
    gateway.sim.knobs.turn({ tokenExpiry: 'absurd' })
    expect(await expiryOf()).toBe(86_400)
  })

  it('revoked by a call dies for every token of the user', async () => {
    await using gateway = await practiceGateway()
    const second = String((await gateway.call('validate', {})).body['newToken'])
    gateway.sim.faults.rest('closeContract', { verb: 'revoke' })
    expect((await gateway.call('closeContract', close)).status).toBe(401)
    expect((await gateway.call('validate', {}, second)).status).toBe(401)
    expect((await gateway.call('loginKey', { userName: 'trader', apiKey: 'trader-key' }, null)).body).toMatchObject({
      success: true,
    })
  })

  it('a login can be refused by its user name', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.faults.rest('loginKey', { verb: 'code', code: 3 }, { userName: 'trader' })
    const login = (userName: string): Promise<{ body: object }> =>
      gateway.call('loginKey', { userName, apiKey: `${userName}-key` }, null)
    expect((await login('stranger')).body).toMatchObject({ success: true })
    expect((await login('trader')).body).toMatchObject({ success: false, errorCode: 3 })
  })

  it('is not in the log of requests', async () => {
    await using gateway = await practiceGateway()
    await gateway.call('validate', {})
    await post(`${gateway.sim.url}/api/nothing`, '{}', gateway.token)
    const log = JSON.stringify(gateway.sim.requests.after(0))
    expect(log).toContain('loginKey')
    expect(log).not.toContain('trader-key')
    expect(log).not.toContain(gateway.token)
  })
})
