import {
  accountsReply,
  barsReply,
  contractReply,
  contractsReply,
  envelopeReply,
  loginReply,
  orderReply,
  ordersReply,
  pingPath,
  placeReply,
  positionsReply,
  type RestRouteName,
  restRoutes,
  tradesReply,
  validateReply,
} from '@rm/sdk-bridge/wire'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  accountId,
  foreignAccountId,
  login,
  mes,
  mnq,
  post,
  practiceGateway,
  secondAccountId,
  start,
} from './practice-gateway.ts'

const placement = { accountId, contractId: mnq, type: 2, side: 0, size: 1 }
const from = new Date(start - 60_000).toISOString()

/** Every route with a body that binds, and the schema of its reply. */
const calls: readonly (readonly [RestRouteName, object, z.ZodType])[] = [
  ['loginKey', { userName: 'trader', apiKey: 'trader-key' }, loginReply],
  ['loginApp', { userName: 'trader', password: 'trader-key', deviceId: 'd', appId: 'a', verifyKey: 'v' }, loginReply],
  ['validate', {}, validateReply],
  ['searchAccounts', { onlyActiveAccounts: true }, accountsReply],
  ['searchContracts', { searchText: 'MNQ', live: false }, contractsReply],
  ['contractById', { contractId: mnq }, contractReply],
  ['availableContracts', { live: false }, contractsReply],
  [
    'retrieveBars',
    {
      contractId: mnq,
      live: false,
      startTime: from,
      endTime: new Date(start).toISOString(),
      unit: 2,
      unitNumber: 1,
      limit: 10,
      includePartialBar: true,
    },
    barsReply,
  ],
  ['placeOrder', placement, placeReply],
  ['closeContract', { accountId, contractId: mnq }, envelopeReply],
  ['searchOrders', { accountId, startTimestamp: from }, ordersReply],
  ['searchOpenOrders', { accountId }, ordersReply],
  ['queryOrders', { filter: { accountId } }, ordersReply],
  ['searchOpenPositions', { accountId }, positionsReply],
  ['searchTrades', { accountId, startTimestamp: from }, tradesReply],
]

describe('every route', () => {
  it("answers 200 with an envelope that its schema accepts, and the gateway's own time in the header", async () => {
    await using gateway = await practiceGateway()
    for (const [route, body, schema] of calls) {
      const reply = await gateway.call(route, body)
      expect({ route, ...reply }).toMatchObject({
        route,
        status: 200,
        body: { success: true, errorCode: 0, errorMessage: null },
      })
      expect([route, schema.safeParse(reply.body).error]).toEqual([route, undefined])
      expect(reply.headers.get('date')).toBe('Wed, 18 Nov 2026 15:30:00 GMT')
      gateway.sim.clock.advance(20)
    }
  })

  it.each(calls)('%s: a body that does not bind is answered with problem JSON', async (route, body) => {
    await using gateway = await practiceGateway()
    for (const field of Object.keys(body)) {
      const reply = await gateway.call(route, { ...body, [field]: { not: 'this' } })
      expect(reply).toMatchObject({ status: 400, body: { title: expect.any(String), status: 400 } })
      expect(Object.keys(Object(reply.body['errors']))[0]).toContain(`$.${field}`)
      expect(reply.headers.get('content-type')).toContain('application/problem+json')
    }
  })

  it('wants a token of a session that is alive, with an empty body otherwise', async () => {
    await using gateway = await practiceGateway()
    const forged = `${gateway.token.slice(0, -2)}xx`
    for (const [name, { path, authenticated }] of Object.entries(restRoutes)) {
      for (const token of [null, 'nonsense', 'a.b.c', forged]) {
        const { status, text } = await post(`${gateway.sim.url}${path}`, '{}', token)
        expect([name, status, authenticated ? text : '']).toEqual([name, authenticated ? 401 : 400, ''])
      }
    }
  })

  it('is found in any case, and nothing else is', async () => {
    await using gateway = await practiceGateway()
    const { url } = gateway.sim
    const found = await post(`${url}/API/account/SEARCH`, '{"onlyActiveAccounts":true}', gateway.token)
    expect(found.body).toMatchObject({ success: true })
    expect(await post(`${url}/api/api/Account/search`, '{}', gateway.token)).toMatchObject({ status: 404, text: '' })
    const ping = await fetch(`${url}${pingPath}`)
    expect([ping.status, await ping.text()]).toEqual([200, 'pong'])
  })

  it('refuses broken JSON and text where an enumeration belongs', async () => {
    await using gateway = await practiceGateway()
    const { path } = restRoutes.placeOrder
    expect((await post(`${gateway.sim.url}${path}`, '{"accountId":', gateway.token)).status).toBe(400)
    expect((await gateway.call('placeOrder', { ...placement, type: 'Market' })).status).toBe(400)
    expect((await gateway.call('queryOrders', { accountId, statuses: [1] })).status).toBe(400)
    expect(gateway.sim.exchange.ledger()).toEqual([])
  })
})

describe('a session', () => {
  it('is refused to a wrong name or key with HTTP 200 and code 3', async () => {
    await using gateway = await practiceGateway()
    for (const body of [
      { userName: 'trader', apiKey: 'wrong' },
      { userName: 'nobody', apiKey: 'trader-key' },
    ]) {
      const refusal = await gateway.call('loginKey', body, null)
      expect(refusal).toMatchObject({ status: 200, body: { success: false, errorCode: 3, token: null } })
    }
  })

  it('carries the claims of a real token and ends at its expiry', async () => {
    await using gateway = await practiceGateway()
    const claims = JSON.parse(Buffer.from(gateway.token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >
    expect(claims).toMatchObject({
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name': 'trader',
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier': expect.stringMatching(/^\d+$/),
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/sid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      mfa: 'verified',
      exp: start / 1_000 + 86_400,
    })
    gateway.sim.clock.advance(86_399_000)
    expect((await gateway.call('validate', {})).status).toBe(200)
    gateway.sim.clock.advance(1_000)
    expect((await gateway.call('validate', {})).status).toBe(401)
  })

  it.each([
    [true, 200],
    [false, 401],
  ])('with oldTokenSurvivesValidate=%j its renewed token leaves the old one at %d', async (survives, status) => {
    await using gateway = await practiceGateway({ knobs: { oldTokenSurvivesValidate: survives } })
    const { body } = await gateway.call('validate', undefined)
    const renewed = String(body['newToken'])
    expect((await gateway.call('searchAccounts', { onlyActiveAccounts: true }, renewed)).status).toBe(200)
    expect((await gateway.call('searchAccounts', { onlyActiveAccounts: true })).status).toBe(status)
  })

  it('ends with logout', async () => {
    await using gateway = await practiceGateway()
    expect((await gateway.call('logout', undefined)).body).toEqual({ success: true, errorCode: 0, errorMessage: null })
    expect((await gateway.call('validate', undefined)).status).toBe(401)
  })
})

describe('accounts and contracts', () => {
  it('show a user only what is his', async () => {
    await using gateway = await practiceGateway()
    const mine = accountsReply.parse((await gateway.call('searchAccounts', { onlyActiveAccounts: true })).body)
    expect(mine.accounts?.map(({ id }) => id)).toEqual([accountId, secondAccountId])
    for (const route of ['searchOpenPositions', 'searchOpenOrders'] as const) {
      expect((await gateway.call(route, { accountId: foreignAccountId })).body).toMatchObject({
        success: false,
        errorCode: 1,
      })
    }
    const placed = await gateway.call('placeOrder', { ...placement, accountId: foreignAccountId })
    expect(placed.body).toEqual({ success: false, errorCode: 1, errorMessage: null, orderId: null })
    const other = await login(gateway.sim, 'stranger')
    const theirs = accountsReply.parse((await gateway.call('searchAccounts', { onlyActiveAccounts: true }, other)).body)
    expect(theirs.accounts?.map(({ id }) => id)).toEqual([foreignAccountId])
  })

  it('leave locked accounts out of the active ones', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.exchange.setCanTrade(accountId, false)
    const active = accountsReply.parse((await gateway.call('searchAccounts', { onlyActiveAccounts: true })).body)
    const all = accountsReply.parse((await gateway.call('searchAccounts', { onlyActiveAccounts: false })).body)
    expect([active.accounts?.length, all.accounts?.length]).toEqual([1, 2])
  })

  it('answer the wrong market data tier with an empty success, and a fuzzy search with more than the product', async () => {
    await using gateway = await practiceGateway()
    expect((await gateway.call('availableContracts', { live: true })).body).toMatchObject({
      success: true,
      contracts: [],
    })
    const hits = contractsReply.parse((await gateway.call('searchContracts', { searchText: 'ES', live: false })).body)
    expect(hits.contracts?.length).toBeGreaterThan(2)
    expect(hits.contracts?.length).toBeLessThanOrEqual(20)
    expect(hits.contracts?.every(({ activeContract }) => activeContract)).toBe(true)
    const miss = await gateway.call('contractById', { contractId: 'CON.F.US.ES.Z26' })
    expect(miss.body).toMatchObject({ success: false, errorCode: 1, contract: null })
  })

  it.each([
    [{ contractId: 'CON.F.US.ES.Z26' }, 1],
    [{ unit: 0 }, 2],
    [{ unit: 7 }, 2],
    [{ unitNumber: 0 }, 3],
    [{ limit: 0 }, 4],
    [{ limit: 20_001 }, 4],
  ])('bars with %j are refused with code %d', async (change, errorCode) => {
    await using gateway = await practiceGateway()
    const [, body] = calls.find(([route]) => route === 'retrieveBars') ?? []
    expect((await gateway.call('retrieveBars', { ...body, ...change })).body).toMatchObject({
      success: false,
      errorCode,
    })
  })
})

describe('orders, positions and trades', () => {
  it('come with explicit nulls and at most six digits, where the stream has seven', async () => {
    await using gateway = await practiceGateway()
    await gateway.call('placeOrder', { ...placement, customTag: 'mine' })
    gateway.sim.clock.advance(50)
    const [order] = Object((await gateway.call('searchOrders', { accountId, startTimestamp: from })).body['orders'])
    expect(order).toMatchObject({ status: 2, fillVolume: 1, limitPrice: null, stopPrice: null, customTag: 'mine' })
    expect(order).not.toHaveProperty('parentOrderId')
    expect(order.creationTimestamp).toMatch(/^2026-11-18T15:30:00(\.\d{1,6})?\+00:00$/)
    const [trade] = Object((await gateway.call('searchTrades', { accountId, startTimestamp: from })).body['trades'])
    expect(trade).toMatchObject({ profitAndLoss: null, voided: false, orderId: order.id, size: 1 })
  })

  it('a search without its start finds nothing instead of failing', async () => {
    await using gateway = await practiceGateway()
    gateway.buy(1)
    expect((await gateway.call('searchOrders', { accountId, startTime: from })).body).toMatchObject({
      success: true,
      orders: [],
    })
    expect((await gateway.call('searchTrades', { accountId, startTime: from })).body).toMatchObject({ trades: [] })
    expect((await gateway.call('searchTrades', { accountId, startTimestamp: from })).body).toMatchObject({
      trades: [{ accountId }],
    })
    const later = new Date(start + 60_000).toISOString()
    expect((await gateway.call('searchTrades', { accountId, startTimestamp: later })).body).toMatchObject({
      trades: [],
    })
    expect((await gateway.call('searchTrades', { accountId, startTimestamp: 'noon' })).status).toBe(400)
  })

  it('open orders are those of status 1, the query pages through all of them', async () => {
    await using gateway = await practiceGateway()
    const { bid } = gateway.sim.exchange.bestPrices(mnq)
    const resting = { ...placement, type: 1, limitPrice: bid - 100 }
    for (let count = 0; count < 103; count += 1) await gateway.call('placeOrder', resting)
    await gateway.call('placeOrder', {
      ...placement,
      stopLossBracket: { ticks: -40, type: 4 },
      type: 1,
      limitPrice: bid - 200,
    })
    gateway.sim.clock.advance(50)
    const open = ordersReply.parse((await gateway.call('searchOpenOrders', { accountId })).body)
    expect(open.orders?.every(({ status }) => status === 1)).toBe(true)
    const page = async (change: object): Promise<z.infer<typeof ordersReply>> =>
      ordersReply.parse(
        (
          await gateway.call('queryOrders', {
            filter: { accountId, statuses: [1, 8] },
            includeTotalCount: true,
            ...change,
          })
        ).body,
      )
    const first = await page({ pageSize: 500 })
    const second = await page({ pageOffset: 100 })
    expect([first.orders?.length, second.orders?.length, first.totalCount]).toEqual([100, 5, 105])
    const ids = [...(first.orders ?? []), ...(second.orders ?? [])].map(({ id }) => id)
    expect(new Set(ids).size).toBe(105)
    expect(second.orders?.some(({ status, parentOrderId }) => status === 8 && parentOrderId !== undefined)).toBe(true)
    const newestFirst = await page({ sortBy: 1, sortDirection: 1, pageSize: 1 })
    expect(newestFirst.orders?.[0]?.id).toBe(Math.max(...ids))
    expect((await page({ filter: { accountId, contractId: mes } })).totalCount).toBe(105)
  })

  it('one order is found by its id in any status, and only in its account', async () => {
    await using gateway = await practiceGateway()
    const { orderId } = placeReply.parse((await gateway.call('placeOrder', placement)).body)
    gateway.sim.clock.advance(50)
    const found = orderReply.parse((await gateway.call('orderById', { accountId, orderId })).body)
    expect(found.order).toMatchObject({ id: orderId, status: 2 })
    const missed = await gateway.call('orderById', { accountId: secondAccountId, orderId })
    expect(missed.body).toMatchObject({ success: false, errorCode: 1, order: null })
  })

  it('a refused order has an id and says why, and the ledger names the daemon for what came over REST', async () => {
    await using gateway = await practiceGateway()
    gateway.sim.exchange.setCanTrade(accountId, false)
    const refusal = placeReply.parse((await gateway.call('placeOrder', placement)).body)
    expect(refusal).toMatchObject({ success: false, orderId: expect.any(Number) })
    gateway.sim.exchange.setCanTrade(accountId, true)
    gateway.buy(2)
    await gateway.call('partialCloseContract', { accountId, contractId: mnq, size: 1 })
    gateway.sim.clock.advance(50)
    await gateway.call('closeContract', { accountId, contractId: mnq })
    gateway.sim.clock.advance(50)
    const fills = gateway.sim.exchange
      .ledger()
      .flatMap((entry) => (entry.kind === 'fill' ? [[entry.author, entry.positionBefore, entry.positionAfter]] : []))
    expect(fills).toEqual([
      ['trader', 0, 2],
      ['daemon', 2, 1],
      ['daemon', 1, 0],
    ])
    expect((await gateway.call('closeContract', { accountId, contractId: mnq })).body).toMatchObject({ errorCode: 2 })
  })
})

describe('the rate limit', () => {
  it('allows 200 calls in any 60 seconds, over all routes, per user', async () => {
    await using gateway = await practiceGateway()
    for (let call = 0; call < 200; call += 1) await gateway.call('searchOpenPositions', { accountId })
    expect(await gateway.call('validate', {})).toMatchObject({ status: 429, text: '' })
    expect(gateway.sim.exchange.ledger()).toEqual([])
    const other = await login(gateway.sim, 'stranger')
    expect((await gateway.call('searchOpenPositions', { accountId: foreignAccountId }, other)).status).toBe(200)
    gateway.sim.clock.advance(59_999)
    expect((await gateway.call('validate', {})).status).toBe(429)
    gateway.sim.clock.advance(1)
    expect((await gateway.call('validate', {})).status).toBe(200)
  })

  it('can be set, for those who need more than a real gateway gives', async () => {
    await using gateway = await practiceGateway({ knobs: { callLimit: 2 } })
    const statuses: number[] = []
    for (let call = 0; call < 3; call += 1) statuses.push((await gateway.call('validate', {})).status)
    gateway.sim.knobs.turn({ callLimit: 3 })
    statuses.push((await gateway.call('validate', {})).status)
    expect(statuses).toEqual([200, 200, 429, 200])
  })

  it('allows 50 bar requests in 30 seconds beside the others, and says when to come back if it is set to', async () => {
    await using gateway = await practiceGateway({ knobs: { retryAfter: true } })
    const [, body] = calls.find(([route]) => route === 'retrieveBars') ?? []
    for (let call = 0; call < 50; call += 1) expect((await gateway.call('retrieveBars', body)).status).toBe(200)
    const refused = await gateway.call('retrieveBars', body)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    expect((await gateway.call('validate', {})).status).toBe(200)
  })
})
