import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import * as rest from '../../src/wire/rest.ts'
import { account, longPosition, marketOrder, openingTrade } from './samples.ts'

const ok = { success: true, errorCode: 0, errorMessage: null }

const lists: readonly (readonly [string, z.ZodType, object])[] = [
  ['accounts', rest.accountsReply, account],
  ['orders', rest.ordersReply, marketOrder],
  ['positions', rest.positionsReply, longPosition],
  ['trades', rest.tradesReply, openingTrade],
  ['bars', rest.barsReply, { t: '2026-11-03T15:04:00+00:00', o: 1, h: 1, l: 1, c: 1, v: 1 }],
  [
    'contracts',
    rest.contractsReply,
    { id: 'CON.F.US.MNQ.Z26', name: 'MNQZ6', description: '', tickSize: 0.25, tickValue: 0.5, activeContract: true },
  ],
]

describe.each(lists)('a reply with %s', (field, schema, element) => {
  it('tells "none" from a list that is missing or null', () => {
    expect(schema.parse({ ...ok, [field]: [] })).toHaveProperty(field, [])
    expect(schema.parse({ ...ok, [field]: null })).toHaveProperty(field, null)
    expect(schema.parse(ok)).not.toHaveProperty(field)
  })

  it('holds its elements, and is refused as a whole when one does not fit', () => {
    expect(schema.parse({ ...ok, [field]: [element, element] })).toHaveProperty(`${field}.length`, 2)
    expect(schema.safeParse({ ...ok, [field]: [element, {}] }).success).toBe(false)
    expect(schema.safeParse({ ...ok, [field]: [element, null] }).success).toBe(false)
    expect(schema.safeParse({ ...ok, [field]: element }).success).toBe(false)
  })
})

describe('an envelope', () => {
  it.each([
    [{ success: false, errorCode: 99, errorMessage: null }],
    [{ success: false, errorCode: 2, errorMessage: 'Not enough margin.' }],
    [{ success: false, errorCode: -1 }],
    [{ success: true, errorCode: 0, errorMessage: null, extra: [] }],
  ])('%j is one', (reply) => {
    expect(rest.envelopeReply.safeParse(reply).success).toBe(true)
  })

  it.each([
    null,
    undefined,
    '',
    '<html>',
    [],
    {},
    { errorCode: 0 },
    { success: true },
    { success: 'ok', errorCode: 0 },
  ])('%j is none', (reply) => {
    expect(rest.envelopeReply.safeParse(reply).success).toBe(false)
  })
})

it('a refused placement may name the rejected order', () => {
  const refusal = { success: false, errorCode: 2, errorMessage: null, orderId: 3_425_270_858 }
  expect(rest.placeReply.parse(refusal)).toEqual(refusal)
  expect(rest.placeReply.parse({ success: false, errorCode: 2 }).orderId).toBeUndefined()
})

it('one order comes as `order` or as the only element of `orders`', () => {
  expect(rest.orderReply.parse({ ...ok, order: marketOrder }).order?.id).toBe(marketOrder.id)
  expect(rest.orderReply.parse({ ...ok, orders: [marketOrder] }).orders?.[0]?.id).toBe(marketOrder.id)
})

describe('a request', () => {
  const placement = { accountId: 7, contractId: 'CON.F.US.MNQ.Z26', type: 2, side: 0, size: 1 }
  const good: readonly (readonly [string, z.ZodType, object])[] = [
    ['loginKey', rest.loginKeyRequest, { userName: 'a', apiKey: 'b' }],
    ['loginApp', rest.loginAppRequest, { userName: 'a', password: 'b', deviceId: 'c', appId: 'd', verifyKey: 'e' }],
    ['searchAccounts', rest.searchAccountsRequest, { onlyActiveAccounts: true }],
    ['searchContracts', rest.searchContractsRequest, { searchText: 'MNQ', live: false }],
    ['contractById', rest.contractByIdRequest, { contractId: 'x' }],
    ['availableContracts', rest.availableContractsRequest, { live: false }],
    [
      'retrieveBars',
      rest.retrieveBarsRequest,
      {
        contractId: 'x',
        live: false,
        startTime: 's',
        endTime: 'e',
        unit: 2,
        unitNumber: 1,
        limit: 10,
        includePartialBar: false,
      },
    ],
    ['searchWindow', rest.searchWindowRequest, { accountId: 7, startTimestamp: 's' }],
    ['account', rest.accountRequest, { accountId: 7 }],
    ['order', rest.orderRequest, { accountId: 7, orderId: 3_425_270_858 }],
    ['queryOrders', rest.queryOrdersRequest, { filter: { accountId: 7 } }],
    ['place', rest.placeOrderRequest, placement],
    ['modify', rest.modifyOrderRequest, { accountId: 7, orderId: 3_425_270_858 }],
    ['close', rest.closeContractRequest, { accountId: 7, contractId: 'x' }],
    ['partialClose', rest.partialCloseContractRequest, { accountId: 7, contractId: 'x', size: 1 }],
  ]

  it.each(good)('%s binds with its required fields and with fields nobody knows', (_name, schema, body) => {
    expect(schema.parse(body)).toEqual(body)
    expect(schema.parse({ ...body, startTiem: 1 })).toEqual(body)
  })

  it.each(good)('%s does not bind without any one of them', (_name, schema, body) => {
    for (const field of Object.keys(body)) {
      const incomplete = Object.fromEntries(Object.entries(body).filter(([key]) => key !== field))
      expect(schema.safeParse(incomplete).success).toBe(false)
    }
  })

  it.each([
    ['a text enumeration', { ...placement, type: 'Market' }],
    ['a digit text as enumeration', { ...placement, side: '0' }],
    ['an unknown side', { ...placement, side: 2 }],
    ['half a contract', { ...placement, size: 0.5 }],
    ['an account beyond int32', { ...placement, accountId: 3_000_000_000 }],
    ['a bracket without ticks', { ...placement, stopLossBracket: { type: 4 } }],
  ])('place does not bind with %s', (_name, body) => {
    expect(rest.placeOrderRequest.safeParse(body).success).toBe(false)
  })

  it('a query does not bind with its filter fields at the root', () => {
    expect(rest.queryOrdersRequest.safeParse({ accountId: 7, statuses: [1] }).success).toBe(false)
  })
})

it('every route has its own path below /api', () => {
  const paths = Object.values(rest.restRoutes).map((route) => route.path)
  expect(new Set(paths).size).toBe(20)
  expect(paths.every((path) => path.startsWith('/api/'))).toBe(true)
})
