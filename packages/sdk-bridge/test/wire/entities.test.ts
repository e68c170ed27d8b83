import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  accountSchema,
  barSchema,
  contractSchema,
  orderSchema,
  positionSchema,
  tradeSchema,
} from '../../src/wire/entities.ts'
import { depthSchema, marketTradeSchema, quoteSchema } from '../../src/wire/hubs.ts'
import {
  account,
  closedPosition,
  closingTrade,
  longPosition,
  marketOrder,
  openingTrade,
  quote,
  stopChild,
} from './samples.ts'

const contract = {
  id: 'CON.F.US.MNQ.Z26',
  name: 'MNQZ6',
  description: 'Micro E-mini Nasdaq-100: December 2026',
  tickSize: 0.25,
  tickValue: 0.5,
  activeContract: true,
  symbolId: 'F.US.MNQ',
}
const bar = { t: '2026-11-03T15:04:00+00:00', o: 1, h: 2, l: 0.5, c: 1.5, v: 10 }
const marketTrade = {
  symbolId: 'F.US.MNQ',
  price: 25_030.5,
  timestamp: '2026-11-03T15:04:06.05+00:00',
  type: 0,
  volume: 3,
}
const depth = { timestamp: '2026-11-03T15:04:06.4173693+00:00', type: 4, price: 25_030, volume: 2, currentVolume: 0 }

interface Case {
  readonly name: string
  readonly schema: z.ZodType
  readonly sample: object
  readonly stamps: readonly string[]
  /** Fields that a gateway may leave out or set to null. */
  readonly optional: readonly string[]
}

const cases: readonly Case[] = [
  { name: 'account', schema: accountSchema, sample: account, stamps: [], optional: ['balance', 'simulated'] },
  { name: 'contract', schema: contractSchema, sample: contract, stamps: [], optional: ['description', 'symbolId'] },
  {
    name: 'order',
    schema: orderSchema,
    sample: { ...stopChild, limitPrice: 25_000.5, filledPrice: 25_001.125, linkedOrderId: 3_500_000_100 },
    stamps: ['creationTimestamp', 'updateTimestamp'],
    optional: [
      'symbolId',
      'updateTimestamp',
      'limitPrice',
      'stopPrice',
      'fillVolume',
      'filledPrice',
      'customTag',
      'parentOrderId',
      'linkedOrderId',
      'trailDistance',
      'trailPrice',
    ],
  },
  {
    name: 'position',
    schema: positionSchema,
    sample: longPosition,
    stamps: ['creationTimestamp'],
    optional: ['contractDisplayName'],
  },
  {
    name: 'trade',
    schema: tradeSchema,
    sample: closingTrade,
    stamps: ['creationTimestamp'],
    optional: ['profitAndLoss', 'commissions'],
  },
  { name: 'bar', schema: barSchema, sample: bar, stamps: ['t'], optional: [] },
  {
    name: 'quote',
    schema: quoteSchema,
    sample: {
      ...quote,
      symbolName: '/MNQ',
      lastPrice: 25_030.25,
      change: -12.5,
      changePercent: -0.05,
      open: 25_040,
      high: 25_100,
      low: 25_000,
      volume: 812_345,
    },
    stamps: ['lastUpdated', 'timestamp'],
    optional: [
      'contract',
      'symbolName',
      'lastPrice',
      'bestBid',
      'bestAsk',
      'change',
      'changePercent',
      'open',
      'high',
      'low',
      'volume',
      'timestamp',
    ],
  },
  {
    name: 'market trade',
    schema: marketTradeSchema,
    sample: marketTrade,
    stamps: ['timestamp'],
    optional: ['symbolId'],
  },
  { name: 'depth row', schema: depthSchema, sample: depth, stamps: ['timestamp'], optional: ['currentVolume'] },
]

function without(sample: object, field: string): object {
  return Object.fromEntries(Object.entries(sample).filter(([key]) => key !== field))
}

describe.each(cases)('$name', ({ schema, sample, stamps, optional }) => {
  const required = Object.keys(sample).filter((field) => !optional.includes(field))

  it('keeps every field, with stamps as epoch milliseconds', () => {
    const expected = Object.entries(sample).map(([field, value]): [string, unknown] =>
      stamps.includes(field) ? [field, Math.trunc(Date.parse(String(value)))] : [field, value],
    )
    expect(schema.parse(sample)).toEqual(Object.fromEntries(expected))
  })

  it('ignores fields it does not know (G-22)', () => {
    expect(schema.parse({ ...sample, tomorrow: { deep: true } })).toEqual(schema.parse(sample))
  })

  it('reads numbers that came as text (G-22)', () => {
    const textual = Object.entries(sample).map(([field, value]) => [
      field,
      typeof value === 'number' ? String(value) : value,
    ])
    expect(schema.parse(Object.fromEntries(textual))).toEqual(schema.parse(sample))
  })

  it.each(required)('is refused without %s (R-20)', (field) => {
    expect(schema.safeParse(without(sample, field)).success).toBe(false)
    expect(schema.safeParse({ ...sample, [field]: null }).success).toBe(false)
    expect(schema.safeParse({ ...sample, [field]: { not: 'this' } }).success).toBe(false)
  })
})

describe.each(cases.filter(({ optional }) => optional.length > 0))('$name', ({ schema, sample, optional }) => {
  it.each(optional)('takes %s as absent or null, never as zero, and not as an object (G-22)', (field) => {
    expect(schema.parse(without(sample, field))).not.toHaveProperty(field)
    expect(schema.parse({ ...sample, [field]: null })).toHaveProperty(field, null)
    expect(schema.safeParse({ ...sample, [field]: { not: 'this' } }).success).toBe(false)
  })
})

describe('an order', () => {
  it.each([0, 1, '0', '1'])('with side %j has that side', (side) => {
    expect(orderSchema.parse({ ...marketOrder, side }).side).toBe(Number(side))
  })

  it.each([2, -1, 'buy', true, '', undefined])('with side %j is refused instead of being taken for a buy', (side) => {
    expect(orderSchema.safeParse({ ...marketOrder, side }).success).toBe(false)
  })

  it.each([0, 7, 8, 99])('with status %d is kept as it is (R-22)', (status) => {
    expect(orderSchema.parse({ ...marketOrder, status }).status).toBe(status)
  })
})

describe('a position', () => {
  it('of size 0 is closed whatever its type says', () => {
    expect(positionSchema.parse(closedPosition).size).toBe(0)
    expect(positionSchema.parse({ ...closedPosition, type: 77 }).size).toBe(0)
  })

  it.each([0, 3, -1])('of size 2 with type %d has no direction and is refused', (type) => {
    const parsed = positionSchema.safeParse({ ...longPosition, type })
    expect(parsed.error?.issues).toMatchObject([{ path: ['type'] }])
  })

  it('of negative size is passed on for the reader to raise an alarm', () => {
    expect(positionSchema.parse({ ...longPosition, type: 2, size: -2 })).toMatchObject({ type: 2, size: -2 })
  })
})

describe('a trade', () => {
  it('tells an opening half-turn from a close at break-even', () => {
    expect(tradeSchema.parse(openingTrade).profitAndLoss).toBeUndefined()
    expect(tradeSchema.parse({ ...openingTrade, profitAndLoss: null }).profitAndLoss).toBeNull()
    expect(tradeSchema.parse({ ...openingTrade, profitAndLoss: 0 }).profitAndLoss).toBe(0)
  })
})
