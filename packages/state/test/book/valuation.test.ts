import {
  ContractId,
  type ContractSpec,
  instant,
  instantOf,
  later,
  parseUsd,
  type PositionValue,
  type Quote,
  type Ticks,
  toTicks,
  type Usd,
  usd,
} from '@rm/domain'
import { aPosition, contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeQuote, settleExtremes } from '../../src/book.ts'
import { sumValues, type ValuationInputs, valuePosition } from '../../src/book/valuation.ts'
import { Story } from './story.ts'

const { ES, MNQ, NQ, CL, ZN, ZF } = contracts

describe('the value of a position', () => {
  const anchors: readonly (readonly [
    ContractSpec,
    number,
    number,
    { readonly bid?: number; readonly ask?: number },
    string,
  ])[] = [
    [ES, 1, 6_000, { bid: 6_010 }, '500.00'],
    [MNQ, 2, 21_000, { bid: 20_990 }, '-40.00'],
    [NQ, 1, 21_000, { bid: 20_985 }, '-300.00'],
    [ES, -1, 5_800, { ask: 5_806 }, '-300.00'],
    [CL, -2, 70, { ask: 70.16 }, '-320.00'],
    [ZN, 3, 110.5, { bid: 110.40625 }, '-281.25'],
    [ZF, 1, 106, { bid: 105.9921875 }, '-7.8125'],
    [CL, 1, 0.05, { bid: -37.63, ask: -37.6 }, '-37680.00'],
    [MNQ, 3, 21_000.083333, { bid: 21_000 }, '-0.5'],
  ]
  test.each(anchors)('%o of %d at %d with %o is %s', (contract, signedSize, averagePrice, prices, expected) => {
    expect(valueOf({ contract, signedSize, averagePrice, quote: quoteOf(contract, prices) })).toMatchObject({
      kind: 'known',
      current: dollars(expected),
    })
  })

  const unknowns: readonly {
    readonly name: string
    readonly inputs: Partial<ValuationInputs>
    readonly value: Partial<PositionValue>
  }[] = [
    {
      name: 'while the contract record is unknown',
      inputs: { contract: null },
      value: { reason: 'the contract record is unknown', lastKnown: null },
    },
    {
      name: 'with a tick value of nothing',
      inputs: { contract: { ...MNQ, tickValue: usd(0) } },
      value: { lastKnown: null },
    },
    { name: 'without a quote', inputs: { quote: null }, value: { reason: 'no quote of MNQZ6 yet', lastKnown: null } },
    {
      name: 'without a price to exit at',
      inputs: { quote: quoteOf(MNQ, { ask: 1 }) },
      value: { reason: 'no bid of MNQZ6 yet', lastKnown: null },
    },
    {
      name: 'with a stale quote in an open market',
      inputs: { now: instant(10_001) },
      value: { reason: 'the quote of MNQZ6 is 10 s old', lastKnown: dollars('-40') },
    },
  ]
  test.each(unknowns)('is unknown $name', ({ inputs, value }) => {
    expect(valueOf(inputs)).toMatchObject({ kind: 'unknown', ...value })
  })

  test('is known with a quote just young enough, and with an old one while the market is closed', () => {
    expect(valueOf({ now: instant(10_000) })).toMatchObject({ kind: 'known' })
    expect(valueOf({ now: instant(999_999), isMarketOpen: false })).toMatchObject({
      kind: 'known',
      current: dollars('-40'),
    })
  })

  test('is nothing when all contracts are in R already, whatever the quote', () => {
    expect(valueOf({ signedSize: 0, quote: null })).toEqual({ kind: 'known', current: 0, worst: 0, best: 0 })
  })

  test('keeps the worst and the best since the last evaluation', () => {
    const coalesced = [20_985, 20_980, 20_990].reduce<Quote | null>((quote, bid) => merge(quote, MNQ, { bid }), null)
    expect(valueOf({ quote: coalesced })).toEqual({
      kind: 'known',
      current: dollars('-40'),
      worst: dollars('-80'),
      best: dollars('-40'),
    })
    const settled = coalesced === null ? null : settleExtremes(coalesced, instant(0))
    expect(valueOf({ quote: settled })).toMatchObject({ worst: dollars('-40') })
  })

  test('turns its extremes over for a short', () => {
    const coalesced = [20_985, 20_980, 20_990].reduce<Quote | null>((quote, ask) => merge(quote, MNQ, { ask }), null)
    expect(valueOf({ signedSize: -2, quote: coalesced })).toMatchObject({
      current: dollars('40'),
      worst: dollars('40'),
      best: dollars('80'),
    })
  })
})

const unvaluedOf = (story: Story, quotes: readonly Quote[] = []) => story.view(quotes).positions[0]?.unvalued

describe('what is missing of a position', () => {
  const entered = aPosition(MNQ, 2, { averagePrice: 21_000 })
  const now = instantOf('2026-03-09T14:00:00Z')

  test('is nothing while it is valued', () => {
    const quote = { ...quoteOf(MNQ, { bid: 20_990 }), receivedAt: now }
    expect(unvaluedOf(new Story().position(entered), [quote])).toBeNull()
  })

  test('is a quote since the last one came, or since the market opened if that is later', () => {
    const quote = { ...quoteOf(MNQ, { bid: 20_990 }), receivedAt: later(now, 1_000) }
    const story = new Story().position(entered).at('14:00:30')
    expect(unvaluedOf(story, [quote])).toEqual({ missing: 'quote', since: later(now, 1_000) })
    story.marketOpenSince = later(now, 20_000)
    expect(unvaluedOf(story, [quote])).toEqual({ missing: 'quote', since: later(now, 20_000) })
    expect(unvaluedOf(story)).toEqual({ missing: 'quote', since: later(now, 20_000) })
  })

  test('is nothing that anybody owes while the market is closed', () => {
    const story = new Story().position(entered).at('14:00:30')
    story.isMarketOpen = false
    story.marketOpenSince = null
    expect(unvaluedOf(story)).toBeNull()
  })

  test('is the tick value since the position is known, whether the market is open or not', () => {
    const unlisted = { ...MNQ, id: ContractId.parse('CON.F.US.XYZ.Z26') }
    const story = new Story().position(aPosition(unlisted, 1)).at('14:00:30')
    story.marketOpenSince = null
    expect(unvaluedOf(story)).toEqual({ missing: 'tick-value', since: now })
  })
})

describe('U and U*', () => {
  const cases: readonly {
    readonly name: string
    readonly values: readonly PositionValue[]
    readonly sum: readonly [boolean, number, number]
  }[] = [
    { name: 'a flat account', values: [], sum: [true, 0, 0] },
    { name: 'known positions', values: [known(100, -20), known(-50, -60)], sum: [true, 50, -80] },
    { name: 'an unknown loss', values: [known(100, 90), unknown(-30)], sum: [false, 100, 60] },
    { name: 'an unknown profit', values: [known(100, 90), unknown(30)], sum: [false, 100, 90] },
    { name: 'nothing known', values: [unknown(null)], sum: [false, 0, 0] },
  ]
  test.each(cases)('of $name', ({ values, sum: [isKnown, current, pessimistic] }) => {
    expect(sumValues(values)).toEqual({ known: isKnown, current, pessimistic })
  })
})

test('a value is zero at the average, opposite for the other side, and lies between worst and best', () => {
  const price = fc.integer({ min: 80_000, max: 90_000 })
  fc.assert(
    fc.property(
      fc.array(price, { minLength: 1, maxLength: 8 }),
      price,
      fc.integer({ min: 1, max: 20 }),
      (prices, average, size) => {
        const quote = prices.reduce<Quote | null>((merged, p) => merge(merged, MNQ, { bid: p / 4, ask: p / 4 }), null)
        const inputs = { quote, averagePrice: average / 4 }
        const [long, short] = [valueOf({ ...inputs, signedSize: size }), valueOf({ ...inputs, signedSize: -size })]
        if (long.kind === 'unknown' || short.kind === 'unknown') throw new Error('a value should be known')
        expect(long.current).toBe(0 - short.current || 0)
        expect(long.current).toBe(((prices.at(-1) ?? 0) - average) * size * MNQ.tickValue || 0)
        expect([long.worst <= long.current, long.current <= long.best]).toEqual([true, true])
        expect([long.worst, long.best]).toEqual([0 - short.best || 0, 0 - short.worst || 0])
      },
    ),
    { numRuns: propertyRuns() },
  )
})

test('an account without positions is worth nothing, and that is known', () => {
  const size = fc.integer({ min: 1, max: 9 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(MNQ, ES), size), { maxLength: 6 }),
      fc.boolean(),
      (opened, isOpen) => {
        const story = new Story()
        story.isMarketOpen = isOpen
        for (const [contract, contracts_] of opened) story.position(aPosition(contract, contracts_))
        // Nothing was ever quoted, so what is held cannot be valued.
        expect(story.view().unrealized.known).toBe(opened.length === 0)
        for (const contract of [MNQ, ES]) story.position(aPosition(contract, 0))
        expect(story.view().unrealized).toEqual({ known: true, current: 0, pessimistic: 0 })
      },
    ),
    { numRuns: propertyRuns() },
  )
})

test('a value that lacks anything is unknown, and its last known loss is never more than a loss', () => {
  const missing = fc.constantFrom('contract', 'quote', 'side', 'age', 'tick value')
  fc.assert(
    fc.property(missing, fc.integer({ min: 1, max: 20 }), fc.boolean(), (what, size, isLong) => {
      const signedSize = isLong ? size : -size
      const inputs: Record<typeof what, Partial<ValuationInputs>> = {
        contract: { contract: null },
        quote: { quote: null },
        side: { quote: quoteOf(MNQ, isLong ? { ask: 20_990 } : { bid: 20_990 }) },
        age: { quote: quoteOf(MNQ, { bid: 20_990, ask: 20_990 }), now: instant(10_001) },
        'tick value': { contract: { ...MNQ, tickValue: usd(0) } },
      }
      const value = valueOf({ signedSize, ...inputs[what] })
      expect(value.kind).toBe('unknown')
      expect(sumValues([value]).known).toBe(false)
      expect(sumValues([value]).pessimistic).toBeLessThanOrEqual(0)
    }),
    { numRuns: propertyRuns() },
  )
})

function valueOf(changes: Partial<ValuationInputs>): PositionValue {
  return valuePosition({
    signedSize: 2,
    averagePrice: 21_000,
    contract: MNQ,
    quote: quoteOf(MNQ, { bid: 20_990 }),
    isMarketOpen: true,
    staleAfterMs: 10_000,
    now: instant(0),
    ...changes,
  })
}

function quoteOf(contract: ContractSpec, prices: { readonly bid?: number; readonly ask?: number }): Quote {
  const quote = merge(null, contract, prices)
  if (quote === null) throw new Error('no quote')
  return quote
}

function merge(
  previous: Quote | null,
  contract: ContractSpec,
  { bid, ask }: { readonly bid?: number; readonly ask?: number },
): Quote | null {
  const change = {
    contractId: contract.id,
    at: instant(0),
    ...(bid !== undefined && { bid: onGrid(bid, contract) }),
    ...(ask !== undefined && { ask: onGrid(ask, contract) }),
  }
  return mergeQuote(previous, change, contract, instant(0)).quote
}

function onGrid(price: number, contract: ContractSpec): Ticks {
  const count = toTicks(price, contract.tickSize)
  if (count === null) throw new Error(`${price} is off the grid`)
  return count
}

function dollars(text: string): Usd {
  return parseUsd(text) ?? usd(Number.NaN)
}

function known(current: number, worst: number): PositionValue {
  return { kind: 'known', current: usd(current), worst: usd(worst), best: usd(current) }
}

function unknown(lastKnown: number | null): PositionValue {
  return { kind: 'unknown', reason: '', lastKnown: lastKnown === null ? null : usd(lastKnown) }
}
