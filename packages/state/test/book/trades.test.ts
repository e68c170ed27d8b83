import { type DayPnl, instantOf, OrderId, parseUsd, type Trade, TradeId, type Usd, usd } from '@rm/domain'
import { aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { emptyBook, restoreBook } from '../../src/book.ts'
import { Story, time } from './story.ts'

describe('realized P&L of the trading day', () => {
  const cases: readonly {
    readonly name: string
    readonly trades: readonly Trade[]
    readonly net: string
    readonly gross: string
  }[] = [
    { name: 'is nothing without trades', trades: [], net: '0', gross: '0' },
    {
      name: 'adds closing trades',
      trades: [closing(1, '100'), closing(2, '50'), closing(3, '-200')],
      net: '-50',
      gross: '-50',
    },
    {
      name: 'counts a trade once that was delivered twice',
      trades: [closing(9, '-300'), closing(9, '-300')],
      net: '-300',
      gross: '-300',
    },
    {
      name: 'takes costs off the net alone',
      trades: [withCosts(closing(1, '-480'), '12.40', '8.00')],
      net: '-500.40',
      gross: '-480',
    },
    {
      name: 'counts the costs of an opening half-turn',
      trades: [withCosts(opening(1), '0.72', '0.50')],
      net: '-1.22',
      gross: '0',
    },
    {
      name: 'reverses a voided trade once',
      trades: [closing(1, '-300'), voided(closing(1, '-300')), voided(closing(1, '-300'))],
      net: '0',
      gross: '0',
    },
    {
      name: 'keeps a void that a late copy of the trade contradicts',
      trades: [voided(closing(1, '-300')), closing(1, '-300')],
      net: '0',
      gross: '0',
    },
    {
      name: 'ignores an opening half-turn that was sent again under a new id',
      trades: [withCosts(opening(1), '0.72', '0.50'), withCosts(opening(5, { orderId: orderId(1) }), '0.72', '0.50')],
      net: '-1.22',
      gross: '0',
    },
    {
      name: 'ignores it also when the copy comes first',
      trades: [withCosts(opening(5, { orderId: orderId(1) }), '0.72', '0.50'), withCosts(opening(1), '0.72', '0.50')],
      net: '-1.22',
      gross: '0',
    },
    {
      name: 'counts a half-turn that differs in a microsecond',
      trades: [
        withCosts(opening(1), '0.72', '0.50'),
        withCosts(opening(5, { orderId: orderId(1), microseconds: 1 }), '0.72', '0.50'),
      ],
      net: '-2.44',
      gross: '0',
    },
    {
      name: 'counts two closes that look alike',
      trades: [closing(1, '-60'), closing(2, '-60', { orderId: orderId(1) })],
      net: '-120',
      gross: '-120',
    },
    {
      name: 'counts the copy when the original is voided',
      trades: [
        withCosts(opening(1), '0.72', '0.50'),
        withCosts(opening(5, { orderId: orderId(1) }), '0.72', '0.50'),
        voided(opening(1)),
      ],
      net: '-1.22',
      gross: '0',
    },
    {
      name: 'takes the last word on the costs of a trade',
      trades: [withCosts(opening(1), '0.72', '0'), withCosts(opening(1), '0.72', '0.50')],
      net: '-1.22',
      gross: '0',
    },
    {
      name: 'leaves out yesterday',
      trades: [closing(1, '-300', { at: instantOf('2026-03-08T21:59:59.999Z') }), closing(2, '-50')],
      net: '-50',
      gross: '-50',
    },
    {
      name: 'counts a trade stamped exactly at the reset',
      trades: [closing(1, '-300', { at: instantOf('2026-03-08T22:00:00Z') })],
      net: '-300',
      gross: '-300',
    },
  ]
  test.each(cases)('$name', ({ trades, net, gross }) => {
    const story = new Story()
    for (const trade of trades) story.trade(trade)
    expect(story.view().realized).toEqual({ net: dollars(net), gross: dollars(gross) } satisfies DayPnl)
  })

  test('changes yesterday alone when a trade of yesterday comes late (T-09)', () => {
    const story = new Story()
      .trade(closing(2, '-50'))
      .trade(closing(1, '-300', { at: instantOf('2026-03-06T15:00:00Z') }))
    expect(story.view().realized.net).toBe(dollars('-50'))
    expect(story.book.trades.map(({ day, realized }) => [day.label, realized.net])).toEqual([
      ['2026-03-06', dollars('-300')],
      ['2026-03-09', dollars('-50')],
    ])
  })

  test('forgets the days before the previous one when a new day begins', () => {
    const story = new Story().trade(closing(1, '-1'))
    story.clock.advanceTo('2026-03-10T14:00:00Z')
    story.trade(closing(2, '-2', { at: instantOf('2026-03-10T14:00:00Z') }))
    story.clock.advanceTo('2026-03-11T14:00:00Z')
    story.trade(closing(3, '-3', { at: instantOf('2026-03-11T14:00:00Z') }))
    expect(story.book.trades.map(({ day }) => day.label)).toEqual(['2026-03-10', '2026-03-11'])
  })

  test('does not forget today for a trade that is stamped far ahead', () => {
    const story = new Story()
      .trade(closing(1, '-300'))
      .trade(closing(2, '-1', { at: instantOf('2027-03-09T14:00:00Z') }))
    expect(story.view().realized.net).toBe(dollars('-300'))
  })
})

describe('the trades of a step', () => {
  test('are the version to store, and new ones once', () => {
    const story = new Story().trade(closing(1, '-300'))
    expect(story.last.trades).toEqual([{ trade: closing(1, '-300'), origin: 'trader' }])
    expect([...story.last.newTrades]).toEqual([1])
    story.trade(closing(1, '-300'))
    expect(story.last.trades).toEqual([])
    story.trade(voided(closing(1, '-300')))
    expect(story.last.trades.map(({ trade }) => trade.voided)).toEqual([true])
    expect(story.last.newTrades.size).toBe(0)
  })

  test('store a re-sent half-turn without calling it new', () => {
    const story = new Story().trade(opening(1)).trade(opening(5, { orderId: orderId(1) }))
    expect(story.last.trades).toHaveLength(1)
    expect(story.last.newTrades.size).toBe(0)
    expect(story.view().trades.map(({ trade }) => trade.id)).toEqual([1])
  })

  test('count the lower id of a half-turn and its copy, whichever came first', () => {
    const story = new Story().trade(opening(5, { orderId: orderId(1) })).trade(opening(1))
    expect(story.view().trades.map(({ trade }) => trade.id)).toEqual([1])
    expect(story.last.newTrades.size).toBe(0)
  })

  test('say who caused the order', () => {
    const story = new Story({ ownOrders: [orderId(7)] }).trade(closing(7, '-1')).trade(closing(8, '-1'))
    expect(story.view().trades.map(({ origin }) => origin)).toEqual(['enforcer', 'trader'])
  })

  test('keep the stamp that was heard first, so that a surface that rounds differently changes nothing', () => {
    const story = new Story().trade(opening(1, { microseconds: 899 })).trade(opening(1, { microseconds: 900 }))
    expect(story.last.trades).toEqual([])
  })
})

test('a restored book counts what the store kept', () => {
  const story = new Story()
    .trade(closing(1, '-300'))
    .trade(opening(2))
    .trade(opening(5, { orderId: orderId(2) }))
    .trade(voided(closing(3, '-9')))
  const stored = story.book.trades.flatMap(({ all }) => all).toReversed()
  const restored = restoreBook(TEST_ACCOUNT, { trades: stored, cycles: [], lastTurnAt: null }, story.calendar)
  expect(restored.trades).toEqual(story.book.trades)
  expect(restored.trades).not.toEqual(emptyBook(TEST_ACCOUNT).trades)
})

function closing(id: number, pnl: string, changes: Partial<Trade> = {}): Trade {
  return aTrade(id, contracts.MNQ, { side: 'sell', realizedPnl: dollars(pnl), at: time('14:00:00'), ...changes })
}

function opening(id: number, changes: Partial<Trade> = {}): Trade {
  return aTrade(id, contracts.MNQ, { at: time('14:00:00'), ...changes })
}

function withCosts(trade: Trade, fees: string, commissions: string): Trade {
  return { ...trade, fees: dollars(fees), commissions: dollars(commissions) }
}

function voided(trade: Trade): Trade {
  return { ...trade, voided: true }
}

function orderId(id: number): OrderId {
  return OrderId.parse(id)
}

function dollars(text: string): Usd {
  return parseUsd(text) ?? usd(Number.NaN)
}

test('a void of a trade that nobody reported before is stored and counts nothing', () => {
  const story = new Story().trade(voided(closing(4, '-9')))
  expect(story.last.trades.map(({ trade }) => trade.id)).toEqual([TradeId.parse(4)])
  expect(story.view().trades).toEqual([])
})
