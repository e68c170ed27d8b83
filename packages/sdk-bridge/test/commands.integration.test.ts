import { OrderId, ticks } from '@rm/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountIdOf, contractIdOf } from '../src/to-domain.ts'
import { API_KEY, bridgeTo } from './bridge-setup.ts'
import { envelope, type Reaction, refusal, ScriptedGateway } from './scripted-gateway.ts'

const CLOSE = '/api/Position/closeContract'
const PLACE = '/api/Order/place'
const MODIFY = '/api/Order/modify'
const POSITIONS = '/api/Position/searchOpen'
const ORDERS = '/api/Order/v2/query'
const ACCOUNT = accountIdOf(7_001_234)

const close = {
  kind: 'close-position',
  accountId: ACCOUNT,
  contractId: contractIdOf('CON.F.US.MNQ.Z26'),
} as const

let far: ScriptedGateway
beforeEach(async () => {
  far = await ScriptedGateway.start()
  far.on(CLOSE, () => envelope())
  far.on(POSITIONS, () => envelope({ positions: [] }))
  far.on(ORDERS, () => envelope({ orders: [], totalCount: 0 }))
})
afterEach(() => far.stop())

describe('a command', () => {
  test('goes out with the account, the contract and the token, and is accepted', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect(await bridge.gateway.send(close, 'c1')).toEqual({ kind: 'accepted' })
    expect(far.requestsTo(CLOSE)).toEqual([
      {
        path: CLOSE,
        body: { accountId: 7_001_234, contractId: 'CON.F.US.MNQ.Z26' },
        token: far.requestsTo(CLOSE)[0]?.token,
      },
    ])
  })

  test.each<[string, Reaction]>([
    ['no answer', 'hang'],
    ['a connection cut before the answer', 'reset'],
    ['a connection cut in the answer', 'cut'],
    ['an answer after the deadline', { ...envelope(), delayMs: 400 }],
    ['429', { status: 429, headers: { 'Retry-After': '3' } }],
    ['502 with HTML', { status: 502, body: '<html></html>' }],
    ['an empty 200', {}],
    ['an order that is pending', refusal(6)],
  ])('that meets %s is in doubt, and is not repeated', async (_, reaction) => {
    far.on(CLOSE, () => reaction)
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect((await bridge.gateway.send(close, 'c1')).kind).toBe('unknown')
    expect(far.requestsTo(CLOSE)).toHaveLength(1)
  })

  test('is told with its id, like the login before it, and neither with a secret', async () => {
    await using bridge = bridgeTo(far, { traffic: { requests: true, responses: true, slowMs: 60_000 } })
    await bridge.gateway.login()
    await bridge.gateway.send(close, 'c-7')
    expect(bridge.traffic.map(({ facts }) => facts)).toMatchObject([
      { path: '/api/Auth/loginKey', outcome: 'answered', status: 200 },
      { path: CLOSE, outcome: 'answered', status: 200, accountId: 7_001_234, commandId: 'c-7' },
    ])
    const text = JSON.stringify(bridge.traffic)
    expect(text).not.toContain(API_KEY)
    expect(text).not.toContain(far.requestsTo(CLOSE)[0]?.token)
    expect(text).toContain(String.raw`\"token\":\"***\"`)
  })

  test('that the gateway refuses says why', async () => {
    far.on(CLOSE, () => refusal(8, null))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect(await bridge.gateway.send(close, 'c1')).toEqual({
      kind: 'refused',
      refusal: 'account-rejected',
      code: 8,
      message: null,
    })
  })

  test('to a gateway that does not listen any more was certainly not sent', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await far.stop()
    expect((await bridge.gateway.send(close, 'c1')).kind).toBe('not-sent')
    far = await ScriptedGateway.start()
  })

  test('that the rate budget cannot take in time is not sent', async () => {
    await using bridge = bridgeTo(far, { rateBudget: { windowMs: 60_000, requests: 3, reservedForEnforcement: 2 } })
    await bridge.gateway.login()
    const outcomes = await Promise.all([1, 2, 3].map(() => bridge.gateway.send(close, 'c1')))
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'not-sent'])
    expect(far.requestsTo(CLOSE)).toHaveLength(2)
  })

  test('that moves an order or takes a profit leaves the reserve to closes and stops', async () => {
    const order = { ...close, price: ticks(84_000), tickSize: 0.25, contracts: 1 }
    const place = { ...order, kind: 'place-order', side: 'sell', tag: 'rm1-tag' } as const
    const move = { ...order, kind: 'modify-order', protection: 'stop', orderId: OrderId.parse(7) } as const
    for (const path of [PLACE, MODIFY]) far.on(path, () => envelope())
    await using bridge = bridgeTo(far, { rateBudget: { windowMs: 60_000, requests: 4, reservedForEnforcement: 2 } })
    await bridge.gateway.login()
    const outcomes: string[] = []
    for (const command of [
      move,
      move,
      { ...place, protection: 'target' },
      { ...place, protection: 'stop' },
      close,
    ] as const)
      outcomes.push((await bridge.gateway.send(command, 'c1')).kind)
    expect(outcomes).toEqual(['accepted', 'not-sent', 'not-sent', 'accepted', 'accepted'])
    expect(far.requestsTo(PLACE)).toHaveLength(1)
  })

  test('is not held up by reads that hang on all their connections', async () => {
    far.on(POSITIONS, () => 'hang')
    await using bridge = bridgeTo(far, { timeouts: { requestMs: 5_000 } })
    await bridge.gateway.login()
    const reads = Array.from({ length: 20 }, () => bridge.gateway.readExposure(ACCOUNT).catch(() => null))
    await far.until(() => far.requestsTo(POSITIONS).length > 0)
    expect(await bridge.gateway.send(close, 'c1')).toEqual({ kind: 'accepted' })
    await bridge.gateway.stop()
    await Promise.all(reads)
  })

  test('does not wait for reads that the gateway has told to slow down', async () => {
    far.on(POSITIONS, () => ({ status: 429, headers: { 'Retry-After': '30' } }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const read = bridge.gateway.readExposure(ACCOUNT).catch(() => null)
    await far.until(() => far.requestsTo(POSITIONS).length > 0)
    expect(await bridge.gateway.send(close, 'c1')).toEqual({ kind: 'accepted' })
    await bridge.gateway.stop()
    await read
  })

  test('goes out on a connection that the login has opened, whatever reads use', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await bridge.gateway.readExposure(ACCOUNT)
    const opened = far.openConnections
    await bridge.gateway.send(close, 'c1')
    expect(far.openConnections).toBe(opened)
  })
})
