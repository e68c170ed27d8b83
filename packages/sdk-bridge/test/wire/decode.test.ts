import { describe, expect, it } from 'vitest'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { decodeHubArgument } from '../../src/wire/decode.ts'
import { orderSchema, positionSchema, tradeSchema } from '../../src/wire/entities.ts'
import { marketTradeSchema, quoteSchema } from '../../src/wire/hubs.ts'
import { closedPosition, longPosition, marketOrder, openingTrade, quote } from './samples.ts'

const order = orderSchema.parse(marketOrder)

/** What a server with .NET naming sends. */
function pascal(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key.charAt(0).toUpperCase() + key.slice(1), field]),
  )
}

const wrapped = { action: 1, data: marketOrder }
const bare = { ok: true, action: undefined, value: order }
const update = { ok: true, action: 1, value: order }

describe('a hub argument', () => {
  it.each([
    ['the wrapper', wrapped, [update]],
    ['the bare entity', marketOrder, [bare]],
    ['an array of wrappers', [wrapped, wrapped], [update, update]],
    ['an array of entities', [marketOrder], [bare]],
    ['arrays in arrays', [[wrapped], [[marketOrder]]], [update, bare]],
    ['a wrapper around an array', { action: 1, data: [marketOrder, marketOrder] }, [update, update]],
    ['null elements', [null, wrapped, null], [update]],
    ['an empty array', [], []],
    ['a PascalCase wrapper', { Action: 1, Data: pascal(marketOrder) }, [update]],
    ['a PascalCase entity in a camelCase wrapper', { action: 1, data: pascal(marketOrder) }, [update]],
    ['a bare PascalCase entity', pascal(marketOrder), [bare]],
    ['an action as text', { action: '1', data: marketOrder }, [update]],
    ['an action of null', { action: null, data: marketOrder }, [bare]],
    ['an action nobody knows', { action: 'upserted', data: marketOrder }, [bare]],
    ['action 2 of the future', { action: 2, data: marketOrder }, [{ ...update, action: 2 }]],
    ['unknown fields', { action: 1, data: { ...marketOrder, tomorrow: 1 }, sequence: 7 }, [update]],
  ])('decodes %s (R-21)', (_form, argument, expected) => {
    expect(decodeHubArgument(orderSchema, argument)).toEqual(expected)
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'order'],
    ['a number', 7],
    ['an empty object', {}],
    ['a wrapper without data', { action: 1 }],
    ['a wrapper around null', { action: 1, data: null }],
    ['a wrapper around a text', { action: 1, data: 'order' }],
    ['data without an action', { data: marketOrder }],
    ['an entity without its side', { action: 1, data: { ...marketOrder, side: undefined } }],
    ['a PascalCase entity without its side', { action: 1, data: pascal({ ...marketOrder, side: undefined }) }],
    ['another entity', { action: 1, data: longPosition }],
    ['arrays without end', [[[[[wrapped]]]]]],
  ])('reports %s and drops nothing (R-20)', (_form, argument) => {
    const decoded = decodeHubArgument(orderSchema, argument)
    expect(decoded).toHaveLength(1)
    expect(decoded[0]).toMatchObject({ ok: false, reason: expect.stringMatching(/./) })
  })

  it('keeps the good elements of an array beside a bad one', () => {
    const decoded = decodeHubArgument(orderSchema, [wrapped, { action: 1, data: { id: 1 } }, wrapped])
    expect(decoded.map((element) => element.ok)).toEqual([true, false, true])
  })

  it('names the field that does not fit, hands the raw value back and shows none of its values in the reason', () => {
    const raw = { ...marketOrder, side: undefined, customTag: 'private' }
    const [decoded] = decodeHubArgument(orderSchema, { action: 1, data: raw })
    expect(decoded).toEqual({ ok: false, reason: expect.stringContaining('side'), raw })
    expect(JSON.stringify(decoded?.ok === false && decoded.reason)).not.toContain('private')
  })

  it('takes the camelCase field where both spellings are there', () => {
    const both = { ...pascal(marketOrder), id: 1 }
    expect(decodeHubArgument(orderSchema, both)).toMatchObject([{ ok: true, value: { id: 1 } }])
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (argument) => {
        expect(Array.isArray(decodeHubArgument(orderSchema, argument))).toBe(true)
      }),
      { numRuns: propertyRuns() },
    )
  })
})

describe('each entity', () => {
  it('comes out of its recorded frame', () => {
    expect(decodeHubArgument(positionSchema, { action: 2, data: closedPosition })).toMatchObject([
      { ok: true, action: 2, value: { size: 0, averagePrice: 25_030.25 } },
    ])
    expect(decodeHubArgument(tradeSchema, { action: 0, data: openingTrade })).toMatchObject([
      { ok: true, action: 0, value: { id: 3_100_000_009, creationTimestamp: Date.parse('2026-11-03T15:04:05.127Z') } },
    ])
  })

  it('a sparse quote holds only the fields that came', () => {
    const [decoded] = decodeHubArgument(quoteSchema, {
      symbol: quote.symbol,
      lastUpdated: quote.lastUpdated,
      bestBid: 1,
    })
    expect(decoded).toEqual({
      ok: true,
      action: undefined,
      value: { symbol: 'F.US.MNQ', lastUpdated: Date.parse('2026-11-03T15:04:06.434Z'), bestBid: 1 },
    })
  })

  it('market trades come one or many', () => {
    const trade = { symbolId: 'F.US.MNQ', price: 1, timestamp: '2026-11-03T15:04:06.05+00:00', type: 0, volume: 3 }
    expect(decodeHubArgument(marketTradeSchema, trade)).toHaveLength(1)
    expect(decodeHubArgument(marketTradeSchema, [trade, null, trade])).toHaveLength(2)
  })
})
