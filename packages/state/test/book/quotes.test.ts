import { type ContractSpec, type Instant, instant, type Quote, type QuoteChange, ticks } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeQuote, settleExtremes } from '../../src/book.ts'
import { exitPrice } from '../../src/book/quotes.ts'

const { MNQ, CL } = contracts
type Prices = { readonly bid?: number; readonly ask?: number; readonly last?: number }

describe('a quote', () => {
  test('keeps what a change does not speak of', () => {
    expect(merged([{ bid: 100, ask: 101, last: 99 }, { ask: 102 }])).toMatchObject({ bid: 100, ask: 102, last: 99 })
  })

  test('is not replaced by an older one', () => {
    const newer = merge(null, { bid: 100 }, 5, 5)
    expect(merge(newer, { bid: 90 }, 4, 6)).toBe(newer)
    expect(merge(newer, { bid: 90 }, 5, 6)).toMatchObject({ bid: 90 })
  })

  test('is confirmed by a change without a price', () => {
    expect(merge(merge(null, { bid: 100 }, 5, 5), {}, 9, 9)).toMatchObject({ bid: 100, receivedAt: 9 })
  })

  test('is not kept from moving by a stamp that is far ahead', () => {
    const ahead = merge(null, { bid: 100 }, 86_400_000, 1_000)
    expect(merge(ahead, { bid: 90 }, 4_000, 4_000)).toMatchObject({ bid: 90 })
  })

  test('widens its extremes until they are settled', () => {
    const quote = merged([
      { bid: 100, ask: 101 },
      { bid: 90, ask: 91 },
      { bid: 95, ask: 96 },
    ])
    expect(quote).toMatchObject({ bidLow: 90, bidHigh: 100, askLow: 91, askHigh: 101 })
    expect(settleExtremes(quote, instant(3))).toMatchObject({ bidLow: 95, bidHigh: 95, askLow: 96, askHigh: 96 })
  })

  test('is suspect for a second when it is crossed, and the worse side counts', () => {
    const crossed = merged([{ bid: 100, ask: 101 }, { bid: 105 }])
    expect(crossed).toMatchObject({ suspectUntil: 1_001, bidLow: 100, askHigh: 105 })
    expect(exits(crossed, 1_000)).toEqual([101, 105])
    expect(exits(crossed, 1_001)).toEqual([105, 101])
    expect(merged([{ bid: 100, ask: 101 }, { bid: 101 }])).toMatchObject({ suspectUntil: null })
  })

  test('falls back to the last trade for a side that was never seen', () => {
    expect(exits(merged([{ last: 99 }]), 0)).toEqual([99, 99])
    expect(exits(merged([{ last: 99, bid: 98 }]), 0)).toEqual([98, 99])
    expect(exits(merged([{ bid: 98 }]), 0)).toEqual([98, null])
  })

  const belowZero: readonly {
    readonly name: string
    readonly contract: ContractSpec | null
    readonly change: Prices
    readonly bid: number
    readonly refused: number
  }[] = [
    {
      name: 'taken for an energy with both sides in order',
      contract: CL,
      change: { bid: -3_763, ask: -3_760 },
      bid: -3_763,
      refused: 0,
    },
    { name: 'refused for an index', contract: MNQ, change: { bid: -1, ask: 0 }, bid: 5, refused: 2 },
    { name: 'refused while the contract is unknown', contract: null, change: { bid: 0 }, bid: 5, refused: 1 },
    { name: 'refused when it crosses', contract: CL, change: { ask: -5 }, bid: 5, refused: 1 },
    { name: 'taken when the other side is known', contract: CL, change: { bid: -5 }, bid: -5, refused: 0 },
    {
      name: 'refused without touching the field beside it',
      contract: MNQ,
      change: { bid: 4, last: 0 },
      bid: 4,
      refused: 1,
    },
  ]
  test.each(belowZero)('of zero or less is $name', ({ contract, change, bid, refused }) => {
    const known = merge(null, { bid: 5, ask: 6 }, 0, 0)
    const merge2 = mergeQuote(known, changeOf(change, 1), contract, instant(1))
    expect(merge2).toMatchObject({ quote: { bid }, refused })
  })

  test('does not exist while only impossible prices were seen, and grows old when only those come', () => {
    expect(mergeQuote(null, changeOf({ last: 0 }, 1), MNQ, instant(1))).toEqual({ quote: null, refused: 1 })
    expect(merge(merge(null, { bid: 5 }, 0, 0), { bid: 0 }, 9, 9).receivedAt).toBe(0)
  })
})

test('the extremes bound every exit since they were settled', () => {
  const price = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined })
  const change = fc.record({
    bid: price,
    ask: price,
    last: price,
    after: fc.integer({ min: -500, max: 900 }),
    settles: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let quote: Quote | null = null
      let now = 10_000
      let seen: (readonly [number | null, number | null])[] = []
      for (const { bid, ask, last, after, settles } of changes) {
        now += Math.max(0, after)
        const prices: Prices = {
          ...(bid !== undefined && { bid }),
          ...(ask !== undefined && { ask }),
          ...(last !== undefined && { last }),
        }
        const before: Quote | null = quote
        quote = merge(quote, prices, now + Math.min(0, after), now)
        if (before !== null && now + Math.min(0, after) < before.at) expect(quote).toBe(before)
        if (quote.receivedAt === now) seen.push(exits(quote, now))
        for (const [forLong, forShort] of seen) {
          if (forLong !== null)
            expect([forLong >= Number(quote.bidLow), forLong <= Number(quote.bidHigh)]).toEqual([true, true])
          if (forShort !== null)
            expect([forShort >= Number(quote.askLow), forShort <= Number(quote.askHigh)]).toEqual([true, true])
        }
        if (settles) {
          quote = settleExtremes(quote, instant(now))
          seen = []
        }
      }
    }),
    { numRuns: propertyRuns() },
  )
})

test('a crossed change makes the quote suspect for a second, in which the worse side counts', () => {
  const price = fc.integer({ min: 1, max: 30 })
  fc.assert(
    fc.property(price, price, fc.integer({ min: 0, max: 2_000 }), (bid, ask, afterMs) => {
      const quote = merge(null, { bid, ask }, 0, 0)
      const isSuspect = bid > ask && afterMs < 1_000
      expect(quote.suspectUntil).toBe(bid > ask ? 1_000 : null)
      expect(exits(quote, afterMs)).toEqual(isSuspect ? [Math.min(bid, ask), Math.max(bid, ask)] : [bid, ask])
    }),
    { numRuns: propertyRuns() },
  )
})

function merged(changes: readonly Prices[]): Quote {
  let quote: Quote | null = null
  for (const [index, change] of changes.entries()) quote = merge(quote, change, index, index)
  if (quote === null) throw new Error('no change')
  return quote
}

function merge(previous: Quote | null, change: Prices, at: number, receivedAt: number): Quote {
  const { quote } = mergeQuote(previous, changeOf(change, at), MNQ, instant(receivedAt))
  if (quote === null) throw new Error('nothing was taken')
  return quote
}

function changeOf({ bid, ask, last }: Prices, at: number): QuoteChange {
  return {
    contractId: MNQ.id,
    at: instant(at),
    ...(bid !== undefined && { bid: ticks(bid) }),
    ...(ask !== undefined && { ask: ticks(ask) }),
    ...(last !== undefined && { last: ticks(last) }),
  }
}

function exits(quote: Quote, at: number): readonly [number | null, number | null] {
  const now: Instant = instant(at)
  return [exitPrice(quote, 'long', now), exitPrice(quote, 'short', now)]
}
