import { formatInstant, type QuoteChange, toPrice } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import {
  accountOf,
  contractOf,
  hasNegativeSize,
  orderOf,
  PayloadFault,
  positionOf,
  quoteOf,
  tradeOf,
} from '../src/to-domain.ts'
import {
  accountSchema,
  contractSchema,
  orderSchema,
  positionSchema,
  quoteSchema,
  tradeSchema,
  type WireContract,
  type WireOrder,
  type WireQuote,
  type WireTrade,
} from '../src/wire.ts'
import {
  account,
  closedPosition,
  closingTrade,
  longPosition,
  marketOrder,
  openingTrade,
  quote,
  stopChild,
} from './wire/samples.ts'

const mnq: WireContract = {
  id: 'CON.F.US.MNQ.Z26',
  name: 'MNQZ6',
  description: 'Micro E-mini Nasdaq-100: December 2026',
  tickSize: 0.25,
  tickValue: 0.5,
  activeContract: true,
  symbolId: 'F.US.MNQ',
}
const crude: WireContract = { ...mnq, id: 'CON.F.US.CLE.Z26', name: 'CLZ6', tickSize: 0.01, tickValue: 10 }

const order = (fields: Partial<WireOrder> = {}) => orderOf(orderSchema.parse({ ...marketOrder, ...fields }))
const trade = (fields: Partial<WireTrade> = {}) => {
  const wire = { ...openingTrade, ...fields }
  return tradeOf(tradeSchema.parse(wire), wire.creationTimestamp)
}
const contract = (wire: WireContract) => contractOf(contractSchema.parse(wire))

describe('an account', () => {
  test('keeps its balance to the cent and its flags', () => {
    expect(accountOf(accountSchema.parse(account))).toEqual({
      id: 7_001_234,
      name: '50KTC-V2-100200-30040050',
      balance: 504_123_800,
      canTrade: true,
      simulated: true,
      visible: true,
    })
  })

  test('says null where the gateway said nothing', () => {
    const old = { id: 1, name: 'PRAC-1', canTrade: false, isVisible: false }
    expect(accountOf(accountSchema.parse(old))).toMatchObject({
      balance: null,
      simulated: null,
      canTrade: false,
      visible: false,
    })
  })

  test('with an amount that is no money is a fault', () => {
    expect(() => accountOf(accountSchema.parse({ ...account, balance: 0.123_456 }))).toThrow(PayloadFault)
  })

  test('without an id is a fault', () => {
    expect(() => accountOf(accountSchema.parse({ ...account, id: 0 }))).toThrow(PayloadFault)
  })
})

describe('a contract', () => {
  test('knows product, root and exact tick value', () => {
    expect(contract(mnq)).toEqual({
      id: 'CON.F.US.MNQ.Z26',
      name: 'MNQZ6',
      product: 'MNQ',
      root: 'MNQ',
      tickSize: 0.25,
      tickValue: 5_000,
      active: true,
    })
    expect(contract(crude)).toMatchObject({ product: 'CLE', root: 'CL', tickValue: 100_000 })
  })

  test.each([
    { ...mnq, tickSize: 0 },
    { ...mnq, tickValue: 0 },
    { ...mnq, tickValue: -0.5 },
    { ...mnq, tickValue: 0.000_01 },
  ])('that would value a position at nothing is a fault: %o', (wire) => {
    expect(() => contract(wire)).toThrow(PayloadFault)
  })
})

describe('an order', () => {
  test('of a bracket keeps parent, prices and tag', () => {
    expect(orderOf(orderSchema.parse(stopChild))).toMatchObject({
      id: 3_500_000_102,
      type: 'stop',
      side: 'sell',
      size: 2,
      filled: 0,
      stopPrice: 25_010.25,
      limitPrice: null,
      status: 'open',
      tag: 'rm-a1b2-SL',
      parentId: 3_500_000_101,
    })
  })

  test.each([
    [0, 'unknown'],
    [1, 'open'],
    [2, 'filled'],
    [3, 'cancelled'],
    [4, 'expired'],
    [5, 'rejected'],
    [6, 'pending'],
    [7, 'pending-cancel'],
    [8, 'suspended'],
    [99, 'unknown'],
  ])('of status %i is %s (R-22)', (status, expected) => {
    expect(order({ status }).status).toBe(expected)
  })

  test.each([
    [0, 'unknown'],
    [1, 'limit'],
    [2, 'market'],
    [3, 'stop-limit'],
    [4, 'stop'],
    [5, 'trailing-stop'],
    [6, 'join-bid'],
    [7, 'join-ask'],
    [42, 'unknown'],
  ])('of type %i is %s (R-22)', (type, expected) => {
    expect(order({ type }).type).toBe(expected)
  })

  test('without an update stamp was last changed when it was created', () => {
    const { createdAt, updatedAt } = order({ updateTimestamp: null })
    expect(updatedAt).toBe(createdAt)
    expect(formatInstant(createdAt)).toBe('2026-11-03T15:04:05.123Z')
  })

  test('that is filled and does not say how far is filled whole', () => {
    expect(order({ status: 2, fillVolume: null }).filled).toBe(2)
    expect(order({ status: 1, fillVolume: null }).filled).toBe(0)
  })

  test('of no size is a fault', () => {
    expect(() => order({ size: 0 })).toThrow(PayloadFault)
  })
})

describe('a position', () => {
  test.each([
    [1, 2, 2],
    [2, 2, -2],
    [0, 0, 0],
    [2, 0, 0],
    [1, -3, 3],
    [2, -3, -3],
  ])('of type %i and size %i holds %i contracts', (type, size, signedSize) => {
    expect(positionOf(positionSchema.parse({ ...longPosition, type, size })).signedSize).toBe(signedSize)
  })

  test('tells a negative size apart', () => {
    expect(hasNegativeSize(positionSchema.parse({ ...longPosition, size: -1 }))).toBe(true)
    expect(hasNegativeSize(positionSchema.parse(closedPosition))).toBe(false)
  })
})

describe('a trade', () => {
  test('that opens has no P&L, and costs to the cent', () => {
    expect(trade()).toMatchObject({
      realizedPnl: null,
      fees: 7_200,
      commissions: 5_000,
      side: 'buy',
      microseconds: 890,
    })
  })

  test('that closes at break-even has a P&L of zero', () => {
    expect(trade({ profitAndLoss: 0 }).realizedPnl).toBe(0)
    expect(tradeOf(tradeSchema.parse(closingTrade), closingTrade.creationTimestamp).realizedPnl).toBe(-800_000)
  })

  test('without commissions has none', () => {
    expect(trade({ commissions: null }).commissions).toBe(0)
  })

  test.each([
    ['2026-11-03T15:04:05+00:00', 0, 0],
    ['2026-11-03T15:04:05.1+00:00', 100, 0],
    ['2026-11-03T15:04:05.1234+00:00', 123, 400],
    ['2026-11-03T15:04:05.12789+00:00', 127, 890],
    ['2026-11-03T15:04:05.123456+00:00', 123, 456],
    ['2026-11-03T15:04:05.1234567+00:00', 123, 456],
  ])('stamped %s keeps milliseconds %i and microseconds %i', (creationTimestamp, ms, microseconds) => {
    const { at, microseconds: kept } = trade({ creationTimestamp })
    expect([at % 1_000, kept]).toEqual([ms, microseconds])
  })

  test.each<Partial<WireTrade>>([{ fees: 0.000_01 }, { profitAndLoss: 1e20 }, { size: 0 }, { id: 0 }])(
    'with %o is a fault',
    (fields) => {
      expect(() => trade(fields)).toThrow(PayloadFault)
    },
  )
})

describe('a quote', () => {
  const nasdaq = contract(mnq)
  const oil = contract(crude)
  const read = (spec: typeof nasdaq, prices: Partial<WireQuote>) =>
    quoteOf(spec, quoteSchema.parse({ symbol: 'F.US.X', lastUpdated: quote.lastUpdated, ...prices }))

  test('is in ticks of its contract, with what is absent left out (R-23)', () => {
    const { change, ignored } = read(nasdaq, { bestBid: 25_030, bestAsk: 25_030.5 })
    expect(change).toEqual({
      contractId: mnq.id,
      at: Date.parse('2026-11-03T15:04:06.434Z'),
      bid: 100_120,
      ask: 100_122,
    })
    expect(ignored).toBe(0)
    expect(toPrice(change.bid ?? (0 as never), nasdaq.tickSize)).toBe(25_030)
  })

  test('without prices changes nothing but the time (R-23)', () => {
    expect(named(read(nasdaq, { volume: 5 }).change)).toEqual([])
  })

  test.each<[Partial<WireQuote>, string[], number]>([
    [{ bestBid: 0, bestAsk: 25_030.5 }, ['ask'], 1],
    [{ bestBid: -0.25, bestAsk: 0.25 }, ['ask'], 1],
    [{ lastPrice: 0 }, [], 1],
  ])('with %o of a product that is never below zero ignores those prices (R-23)', (prices, kept, ignored) => {
    const reading = read(nasdaq, prices)
    expect([named(reading.change), reading.ignored]).toEqual([kept, ignored])
  })

  test.each<[Partial<WireQuote>, string[], number]>([
    [{ bestBid: -37.63, bestAsk: -37.6 }, ['bid', 'ask'], 0],
    [{ bestBid: -37.63, bestAsk: 0.05, lastPrice: -37 }, ['bid', 'ask', 'last'], 0],
    [{ lastPrice: -37 }, [], 1],
    [{ bestBid: -37.63 }, [], 1],
  ])('with %o of crude oil is believed only when bid and ask are both there (R-23)', (prices, kept, ignored) => {
    const reading = read(oil, prices)
    expect([named(reading.change), reading.ignored]).toEqual([kept, ignored])
  })

  test('off the grid is a fault', () => {
    expect(() => read(nasdaq, { bestBid: 25_030.1 })).toThrow(PayloadFault)
  })
})

/** The prices that a change brings. */
function named(change: QuoteChange): string[] {
  return Object.keys(change).filter((key) => key !== 'contractId' && key !== 'at')
}
