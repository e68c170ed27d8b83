import { formatInstant, instantOf } from '@rm/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountIdOf, contractIdOf } from '../src/to-domain.ts'
import { bridgeTo } from './bridge-setup.ts'
import { envelope, type Reaction, refusal, ScriptedGateway } from './scripted-gateway.ts'
import { account, closingTrade, longPosition, marketOrder, openingTrade, stopChild } from './wire/samples.ts'

const ACCOUNTS = '/api/Account/search'
const POSITIONS = '/api/Position/searchOpen'
const QUERY = '/api/Order/v2/query'
const OPEN_ORDERS = '/api/Order/searchOpen'
const HISTORY = '/api/Order/search'
const TRADES = '/api/Trade/search'
const AVAILABLE = '/api/Contract/available'
const BY_ID = '/api/Contract/searchById'
const ACCOUNT = accountIdOf(account.id)
const SINCE = instantOf('2026-11-03T00:00:00Z')

const mnq = {
  id: 'CON.F.US.MNQ.Z26',
  name: 'MNQZ6',
  description: 'Micro',
  tickSize: 0.25,
  tickValue: 0.5,
  activeContract: true,
  symbolId: 'F.US.MNQ',
}

let far: ScriptedGateway
beforeEach(async () => {
  far = await ScriptedGateway.start()
  far.on(ACCOUNTS, () => envelope({ accounts: [account, { ...account, id: 99 }] }))
  far.on(POSITIONS, () => envelope({ positions: [longPosition] }))
  far.on(QUERY, () => envelope({ orders: [stopChild], totalCount: 1 }))
  far.on(OPEN_ORDERS, () => envelope({ orders: [stopChild] }))
  far.on(TRADES, () => envelope({ trades: [closingTrade, openingTrade] }))
  far.on(AVAILABLE, () => envelope({ contracts: [mnq] }))
  far.on(BY_ID, () => envelope({ contract: mnq }))
})
afterEach(() => far.stop())

/** Serves this many orders in pages, as the gateway does; what `change` does to them happens before the page of that number. */
function serve(count: number, change: (page: number, orders: object[]) => void = () => {}): void {
  const orders: object[] = Array.from({ length: count }, (_, index) => ({ ...marketOrder, id: 1_000 + index }))
  let page = 0
  far.on(QUERY, ({ body }) => {
    page += 1
    change(page, orders)
    const offset = Number(body['pageOffset'])
    return envelope({ orders: orders.slice(offset, offset + 100), totalCount: orders.length })
  })
}

describe('reading an account', () => {
  test('finds an order by its tag among those of any status, when it is asked to', async () => {
    const rejected = { ...marketOrder, id: 77, status: 5, customTag: 'rm1-tag' }
    far.on(HISTORY, () => envelope({ orders: [rejected] }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const { history } = await bridge.gateway.readExposure(ACCOUNT, SINCE)
    expect(history).toMatchObject([{ id: 77, status: 'rejected', tag: 'rm1-tag' }])
    expect(far.requestsTo(HISTORY)[0]?.body).toEqual({ accountId: ACCOUNT, startTimestamp: formatInstant(SINCE) })
    far.on(HISTORY, () => envelope({}))
    await expect(bridge.gateway.readExposure(ACCOUNT, SINCE)).rejects.toThrow(HISTORY)
  })

  test('brings account, positions, orders and trades of one moment', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const before = bridge.gateway.clock.elapsedMs()
    const snapshot = await bridge.gateway.readAccount(ACCOUNT, SINCE)
    expect(snapshot).toMatchObject({
      accountId: ACCOUNT,
      account: { id: ACCOUNT, balance: 504_123_800 },
      positions: [{ signedSize: 2 }],
      orders: [{ id: stopChild.id, type: 'stop' }],
      ordersComplete: true,
      history: null,
      trades: [
        { id: closingTrade.id, realizedPnl: -800_000, microseconds: 100 },
        { id: openingTrade.id, realizedPnl: null, microseconds: 890 },
      ],
    })
    expect(snapshot.requestedMs).toBeGreaterThanOrEqual(before)
    expect(far.requestsTo(TRADES)[0]?.body).toEqual({ accountId: ACCOUNT, startTimestamp: '2026-11-03T00:00:00.000Z' })
    expect(far.requestsTo(ACCOUNTS)[0]?.body).toEqual({ onlyActiveAccounts: false })
  })

  test('searches the accounts once for several that are read at the same time', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    far.on(POSITIONS, () => envelope({ positions: [] }))
    far.on(QUERY, () => envelope({ orders: [], totalCount: 0 }))
    far.on(TRADES, () => envelope({ trades: [] }))
    await Promise.all([ACCOUNT, accountIdOf(99)].map((id) => bridge.gateway.readAccount(id, SINCE)))
    expect(far.requestsTo(ACCOUNTS)).toHaveLength(1)
  })

  test('that the gateway does not list says so beside what else was read', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    far.on(ACCOUNTS, () => envelope({ accounts: [] }))
    far.on(POSITIONS, () => envelope({ positions: [] }))
    far.on(QUERY, () => envelope({ orders: [], totalCount: 0 }))
    far.on(TRADES, () => envelope({ trades: [] }))
    expect(await bridge.gateway.readAccount(ACCOUNT, SINCE)).toMatchObject({ account: 'unlisted', positions: [] })
  })
})

describe('a list', () => {
  test('that is empty proves that there is nothing', async () => {
    far.on(POSITIONS, () => envelope({ positions: [] }))
    far.on(QUERY, () => envelope({ orders: [], totalCount: 0 }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect(await bridge.gateway.readExposure(ACCOUNT)).toMatchObject({
      positions: [],
      orders: [],
      ordersComplete: true,
      history: null,
    })
  })

  const broken: [string, Reaction][] = [
    ['absent', envelope()],
    ['null', envelope({ positions: null, orders: null, trades: null })],
    ['no list', envelope({ positions: {}, orders: {}, trades: {} })],
  ]
  for (const path of [POSITIONS, QUERY, TRADES]) {
    test.each(broken)(`of ${path} that is %s fails the read (G-15)`, async (_, reaction) => {
      far.on(path, () => reaction)
      await using bridge = bridgeTo(far)
      await bridge.gateway.login()
      await expect(bridge.gateway.readAccount(ACCOUNT, SINCE)).rejects.toThrow(path)
    })
  }

  test.each([
    ['an element that does not decode', { positions: [longPosition, { ...longPosition, contractId: null }] }],
    ['a position without direction', { positions: [{ ...longPosition, type: 0 }] }],
    ['an element of another account', { positions: [{ ...longPosition, accountId: 1 }] }],
  ])('with %s fails the read', async (_, payload) => {
    far.on(POSITIONS, () => envelope(payload))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await expect(bridge.gateway.readExposure(ACCOUNT)).rejects.toThrow(POSITIONS)
  })
})

describe('working orders', () => {
  test('are asked for in every status that can change exposure', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await bridge.gateway.readExposure(ACCOUNT)
    expect(far.requestsTo(QUERY)[0]?.body).toMatchObject({ filter: { accountId: ACCOUNT, statuses: [1, 6, 7, 8] } })
  })

  test.each([0, 1, 99, 100, 101, 250])('are all read when there are %i', async (count) => {
    serve(count)
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const { orders, ordersComplete } = await bridge.gateway.readExposure(ACCOUNT)
    expect(new Set(orders.map(({ id }) => id)).size).toBe(count)
    expect(ordersComplete).toBe(true)
  })

  test('are read again when their number changed between two pages', async () => {
    serve(150, (page, orders) => {
      if (page === 2) orders.shift()
    })
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const { orders } = await bridge.gateway.readExposure(ACCOUNT)
    expect(orders).toHaveLength(149)
    expect(far.requestsTo(QUERY)).toHaveLength(4)
  })

  test('that never hold still fail the read', async () => {
    serve(150, (page, orders) => {
      orders.push({ ...marketOrder, id: 5_000 + page })
    })
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await expect(bridge.gateway.readExposure(ACCOUNT)).rejects.toThrow('kept changing')
  })

  test.each([
    [404, 1],
    [400, 2],
  ])('come from the open ones, marked incomplete, when the query answers %i', async (status, asked) => {
    far.on(QUERY, () => ({ status }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect(await bridge.gateway.readExposure(ACCOUNT)).toMatchObject({
      orders: [{ id: stopChild.id }],
      ordersComplete: false,
      history: null,
    })
    await bridge.gateway.readExposure(ACCOUNT)
    expect(far.requestsTo(QUERY)).toHaveLength(asked)
  })

  test('are not taken from the open ones when the query merely fails', async () => {
    far.on(QUERY, () => ({ status: 503 }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await expect(bridge.gateway.readExposure(ACCOUNT)).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' })
    expect(far.requestsTo(OPEN_ORDERS)).toHaveLength(0)
  })
})

describe('a read that fails on its way', () => {
  test.each<[string, Reaction]>([
    ['503 with HTML', { status: 503, body: '<html></html>' }],
    ['garbage', { body: '{"success":tr' }],
    ['an empty 200', {}],
    ['a cut connection', 'cut'],
    ['a reset', 'reset'],
  ])('by %s is repeated, and what then comes counts (G-05, G-12)', async (_, reaction) => {
    let attempts = 0
    far.on(POSITIONS, () => {
      attempts += 1
      return attempts < 3 ? reaction : envelope({ positions: [longPosition] })
    })
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect((await bridge.gateway.readExposure(ACCOUNT)).positions).toHaveLength(1)
    expect(attempts).toBe(3)
  })

  test('is not repeated more often than allowed', async () => {
    far.on(POSITIONS, () => ({ status: 500 }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await expect(bridge.gateway.readExposure(ACCOUNT)).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' })
    expect(far.requestsTo(POSITIONS)).toHaveLength(3)
  })

  test('is not repeated when the gateway said no', async () => {
    far.on(POSITIONS, () => refusal(1))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await expect(bridge.gateway.readExposure(ACCOUNT)).rejects.toThrow('AccountNotFound')
    expect(far.requestsTo(POSITIONS)).toHaveLength(1)
  })

  test('opens the breaker for reads that can wait, and not for verification', async () => {
    for (const path of [ACCOUNTS, POSITIONS, QUERY]) far.on(path, () => ({ status: 500 }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await expect(bridge.gateway.accounts()).rejects.toThrow('status 500')
    await expect(bridge.gateway.accounts()).rejects.toThrow(/status 500|too many reads failed/)
    const asked = far.requestsTo(ACCOUNTS).length
    await expect(bridge.gateway.accounts()).rejects.toThrow('too many reads failed')
    expect(far.requestsTo(ACCOUNTS)).toHaveLength(asked)
    await expect(bridge.gateway.readExposure(ACCOUNT)).rejects.toThrow('status 500')
    expect(far.requestsTo(POSITIONS)).toHaveLength(3)
  })

  test('waits as long as the gateway asks for (G-01)', async () => {
    let refusedAt = 0
    let cameAt = 0
    far.on(ACCOUNTS, () => {
      if (refusedAt === 0) {
        refusedAt = performance.now()
        return { status: 429, headers: { 'Retry-After': '1' } }
      }
      cameAt = performance.now()
      return envelope({ accounts: [] })
    })
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await bridge.gateway.accounts()
    expect(cameAt - refusedAt).toBeGreaterThanOrEqual(950)
  })

  test('is not repeated after a refusal for rate when somebody owes a close and will look again himself', async () => {
    far.on(POSITIONS, () => ({ status: 429 }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    await expect(bridge.gateway.readExposure(ACCOUNT)).rejects.toThrow('429')
    expect(far.requestsTo(POSITIONS)).toHaveLength(1)
  })
})

describe('contracts', () => {
  test('are those of the other data tier when this one has none', async () => {
    far.on(AVAILABLE, ({ body }) => envelope({ contracts: body['live'] === true ? [mnq] : [] }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect(await bridge.gateway.contracts()).toHaveLength(1)
    expect(far.requestsTo(AVAILABLE).map(({ body }) => body['live'])).toEqual([false, true])
  })

  test('that are held and no front month are read beside the list', async () => {
    const held = 'CON.F.US.MNQ.H27'
    far.on(BY_ID, () => envelope({ contract: { ...mnq, id: held } }))
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const contracts = await bridge.gateway.contracts([contractIdOf(mnq.id), contractIdOf(held)])
    expect(contracts.map(({ id }) => id)).toEqual([mnq.id, held])
    expect(far.requestsTo(BY_ID).map(({ body }) => body['contractId'])).toEqual([held])
  })

  test('that are listed or remembered are not asked for again', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const [spec] = await bridge.gateway.contracts()
    expect(await bridge.gateway.contract(contractIdOf(mnq.id))).toEqual(spec)
    const remembered = { ...spec, id: contractIdOf('CON.F.US.MNQ.H27') } as NonNullable<typeof spec>
    bridge.gateway.learnContracts([remembered])
    expect(await bridge.gateway.contract(remembered.id)).toEqual(remembered)
    expect(far.requestsTo(BY_ID)).toHaveLength(0)
  })

  test('that are not listed are looked up once; one that does not exist is null', async () => {
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    const id = contractIdOf(mnq.id)
    const [first, second] = await Promise.all([bridge.gateway.contract(id), bridge.gateway.contract(id)])
    expect(first).toMatchObject({ root: 'MNQ' })
    expect(second).toEqual(first)
    expect(far.requestsTo(BY_ID)).toHaveLength(1)
    far.on(BY_ID, () => refusal(1))
    expect(await bridge.gateway.contract(contractIdOf('CON.F.US.ES.Z26'))).toBeNull()
  })

  test('with an unusable record are left out, the others kept', async () => {
    far.on(AVAILABLE, () =>
      envelope({
        contracts: [
          { ...mnq, tickValue: 0 },
          { ...mnq, id: 'CON.F.US.MES.Z26' },
        ],
      }),
    )
    await using bridge = bridgeTo(far)
    await bridge.gateway.login()
    expect((await bridge.gateway.contracts()).map(({ id }) => id)).toEqual(['CON.F.US.MES.Z26'])
  })
})
