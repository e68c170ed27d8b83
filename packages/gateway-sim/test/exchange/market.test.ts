import type { WireQuote } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { steppedClock } from '../../src/clock.ts'
import { Exchange } from '../../src/exchange/exchange.ts'
import type { Regime } from '../../src/exchange/price-path.ts'
import { mes, mnq, stage, wednesdayMorning } from './stage.ts'

const everyRegime = ['calm', 'trend', 'spike'] as const
const changing = [
  'bestBid',
  'bestAsk',
  'lastPrice',
  'open',
  'high',
  'low',
  'volume',
  'change',
  'changePercent',
] as const

function quotesOf(
  seconds: number,
  options: { seed?: number; regimes?: readonly [Regime, ...Regime[]]; also?: string } = {},
): WireQuote[] {
  const clock = steppedClock(Date.parse(wednesdayMorning))
  const exchange = new Exchange({
    seed: options.seed ?? 3,
    clock,
    accounts: [],
    regimes: options.regimes ?? everyRegime,
  })
  const quotes: WireQuote[] = []
  exchange.subscribe((event) => {
    if (event.kind === 'quote' && event.contractId === mnq) quotes.push(event.data)
  })
  exchange.watchQuotes(mnq)
  if (options.also !== undefined) exchange.watchQuotes(options.also)
  clock.advance(seconds * 1_000)
  return quotes
}

describe('generated market', () => {
  test('repeats itself for the same seed, whoever else is quoted, and not for another seed', () => {
    expect(quotesOf(20)).toEqual(quotesOf(20))
    expect(quotesOf(20, { also: mes })).toEqual(quotesOf(20))
    expect(quotesOf(20, { seed: 4 })).not.toEqual(quotesOf(20))
  })

  test('quotes MNQ about forty times a second when calm', () => {
    const perSecond = quotesOf(60, { regimes: ['calm'] }).length / 60
    expect(perSecond).toBeGreaterThan(36)
    expect(perSecond).toBeLessThan(44)
  })

  test('bursts in a spike', () => {
    expect(quotesOf(5, { regimes: ['spike'] }).length / 5).toBeGreaterThan(200)
  })

  test('walks in whole ticks with a spread of one tick', () => {
    let bid = Number.NaN
    let ask = Number.NaN
    for (const quote of quotesOf(60)) {
      bid = quote.bestBid ?? bid
      ask = quote.bestAsk ?? ask
      expect(ask - bid).toBe(0.25)
      expect(Number.isInteger(bid * 4)).toBe(true)
    }
    expect(bid).not.toBe(25_000)
  })

  test('the first quote carries every field, later ones only what has changed', () => {
    const [first, ...later] = quotesOf(30)
    expect(Object.keys(first ?? {}).toSorted()).toEqual(
      ['symbol', 'contract', 'lastUpdated', 'timestamp', ...changing].toSorted(),
    )
    const merged: Record<string, unknown> = { ...first }
    for (const quote of later) {
      const fields = changing.filter((field) => quote[field] !== undefined)
      expect(fields.length).toBeGreaterThan(0)
      for (const field of fields) expect(quote[field]).not.toBe(merged[field])
      Object.assign(merged, quote)
    }
    const sparse = later.filter((quote) => changing.filter((field) => quote[field] !== undefined).length <= 3)
    expect(sparse.length).toBeGreaterThan(later.length * 0.6)
    expect(later.some(({ lastPrice }) => lastPrice === undefined)).toBe(true)
    expect(later.some(({ bestBid }) => bestBid === undefined)).toBe(true)
  })

  test('session high and low bound every last price', () => {
    const merged: { lastPrice?: number; high?: number; low?: number } = {}
    for (const quote of quotesOf(60)) {
      Object.assign(merged, quote)
      expect(merged.lastPrice).toBeLessThanOrEqual(merged.high ?? Number.NaN)
      expect(merged.lastPrice).toBeGreaterThanOrEqual(merged.low ?? Number.NaN)
    }
  })

  test('is named by contract and by product root', () => {
    expect(quotesOf(1)[0]).toMatchObject({ symbol: 'F.US.MNQ', contract: mnq })
  })
})

describe('who is quoted', () => {
  test('nobody without a subscriber, an order or a position', () => {
    const on = stage({ regimes: ['calm'] })
    on.clock.advance(5_000)
    expect(on.events).toEqual([])
  })

  test('a contract until its last subscriber leaves; ending twice counts once', () => {
    const on = stage({ regimes: ['calm'] })
    const [first, second] = [on.exchange.watchQuotes(mnq), on.exchange.watchQuotes(mnq)]
    first()
    first()
    on.clock.advance(1_000)
    expect(on.events.length).toBeGreaterThan(20)
    second()
    on.events.length = 0
    on.clock.advance(1_000)
    expect(on.events).toEqual([])
  })

  test('a contract that a position depends on, until it is closed', () => {
    const on = stage({ regimes: ['calm'] })
    on.market('buy', 1)
    on.events.length = 0
    on.clock.advance(1_000)
    expect(on.events.length).toBeGreaterThan(20)
    on.exchange.closeContract(7001001, mnq, 'trader')
    on.clock.advance(1_000)
    on.events.length = 0
    on.clock.advance(1_000)
    expect(on.events).toEqual([])
  })

  test('a late subscriber gets every field with the next quote', () => {
    const on = stage()
    on.exchange.watchQuotes(mnq)
    on.clock.advance(1_000)
    on.events.length = 0
    on.exchange.watchQuotes(mnq)
    on.clock.advance(100)
    expect(on.events[0]).toMatchObject({ kind: 'quote', data: { bestBid: 25_000, bestAsk: 25_000.25 } })
  })

  test('an unknown contract never', () => {
    const on = stage()
    on.exchange.watchQuotes('CON.F.US.ES.Z26')()
    on.clock.advance(1_000)
    expect(on.events).toEqual([])
  })
})

describe('scripted prices', () => {
  test('a jump stands at once: best bid and last there, best ask one tick above', () => {
    const on = stage()
    on.exchange.setPrice(mnq, 24_900)
    expect(on.events.at(-1)).toMatchObject({ data: { bestBid: 24_900, bestAsk: 24_900.25, lastPrice: 24_900 } })
    on.exchange.moveMarket(mnq, -4)
    expect(on.exchange.bestPrices(mnq)).toEqual({ bid: 24_899, ask: 24_899.25, tickSize: 0.25 })
  })

  test('a drift passes between the prices and arrives in time', () => {
    const on = stage({ regimes: ['spike'] })
    on.exchange.pinRegime(mnq, 'still')
    on.exchange.watchQuotes(mnq)
    on.exchange.driftPrice(mnq, 25_050, 4_000)
    on.clock.advance(2_000)
    expect(on.exchange.bestPrices(mnq).bid).toBeCloseTo(25_025, -1)
    on.clock.advance(2_100)
    expect(on.exchange.bestPrices(mnq).bid).toBe(25_050)
    on.clock.advance(10_000)
    expect(on.exchange.bestPrices(mnq).bid).toBe(25_050)
  })

  test('an unknown contract has no price', () => {
    expect(() => stage().exchange.setPrice('CON.F.US.ES.Z26', 1)).toThrow(RangeError)
  })
})

describe('bars', () => {
  const minute = 60_000
  const start = Date.parse(wednesdayMorning)
  const query = { contractId: mnq, unit: 2, unitNumber: 1, limit: 1_000, includePartialBar: false }

  test('come newest first, whole, on the grid, and repeat themselves', () => {
    const { exchange } = stage()
    const bars = exchange.bars({ ...query, from: start - 60 * minute, to: start })
    expect(bars).toHaveLength(60)
    expect(bars.map(({ t }) => Date.parse(t))).toEqual(
      Array.from({ length: 60 }, (_, index) => start - (index + 1) * minute),
    )
    for (const { o, h, l, c } of bars) {
      expect(h).toBeGreaterThanOrEqual(Math.max(o, c))
      expect(l).toBeLessThanOrEqual(Math.min(o, c))
      expect(Number.isInteger(o * 4)).toBe(true)
    }
    expect(stage().exchange.bars({ ...query, from: start - 30 * minute, to: start })).toEqual(bars.slice(0, 30))
    expect(bars[0]?.c).toBe(25_000)
  })

  test('since the start they are what was traded', () => {
    const on = stage()
    on.exchange.setPrice(mnq, 25_010)
    on.exchange.setPrice(mnq, 24_990)
    on.exchange.setPrice(mnq, 25_001)
    on.clock.advance(minute)
    const [bar] = on.exchange.bars({ ...query, from: start, to: start + minute })
    expect(bar).toMatchObject({ o: 25_010, h: 25_010, l: 24_990, c: 25_001 })
  })

  test('the bar that is not over yet is there only when it is asked for', () => {
    const on = stage()
    on.exchange.setPrice(mnq, 25_010)
    on.clock.advance(20_000)
    const window = { from: start, to: start + minute }
    expect(on.exchange.bars({ ...query, ...window })).toEqual([])
    expect(on.exchange.bars({ ...query, ...window, includePartialBar: true })).toHaveLength(1)
  })

  test('there are none from the halt, none of ticks, and never more than the limit', () => {
    const { exchange } = stage()
    const yesterday = Date.parse('2026-11-17T22:00:00Z')
    expect(exchange.bars({ ...query, from: yesterday, to: yesterday + 60 * minute })).toEqual([])
    expect(exchange.bars({ ...query, from: yesterday - minute, to: yesterday + 61 * minute })).toHaveLength(2)
    expect(exchange.bars({ ...query, unit: 7, from: start - minute, to: start })).toEqual([])
    expect(exchange.bars({ ...query, limit: 5, from: start - 60 * minute, to: start })).toHaveLength(5)
  })
})
