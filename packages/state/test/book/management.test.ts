import { hasOwnTag, type Order, ticks, UNMANAGED } from '@rm/domain'
import { anOrder, aPosition, aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { isSizeKnownSince, openCycleOf, orderWithTag, restoreBook, withManagement } from '../../src/book.ts'
import { exitPrices } from '../../src/book/valuation.ts'
import { flatQuote, Story, time } from './story.ts'

const { MNQ } = contracts
const TAG = `rm1-${'a'.repeat(25)}`
const REMEMBERED = { breakEvenDone: ticks(84_000), trailExtreme: ticks(84_020), placements: 3 }

function opened(): Story {
  return new Story()
    .at('14:00:00')
    .trade(aTrade(1, MNQ, { size: 3, at: time('14:00:00') }))
    .position(aPosition(MNQ, 3, { openedAt: time('14:00:00') }))
}

function aheadMs(story: Story): number | null | undefined {
  return story.view().positions[0]?.exitAheadSinceMs
}

const stop = (changes: Partial<Order> = {}): Order =>
  anOrder(7, MNQ, { type: 'stop', side: 'sell', size: 3, stopPrice: 20_990, tag: TAG, ...changes })

describe('the memory of the trade management', () => {
  test('belongs to the cycle: a growth keeps it, a flip and a new position begin without one', () => {
    const story = opened()
    const cycle = story.cycle(MNQ)
    expect(cycle.management).toEqual(UNMANAGED)
    const managed = withManagement(story.book, cycle, REMEMBERED)
    story.book = managed.book
    expect(managed.cycle).toEqual({ ...cycle, management: REMEMBERED })
    story.at('14:00:05').position(aPosition(MNQ, 5, { openedAt: time('14:00:00') }))
    expect(story.cycle(MNQ).management).toEqual(REMEMBERED)
    expect(story.view().positions[0]?.management).toEqual(REMEMBERED)
    story.at('14:00:10').position(aPosition(MNQ, -2, { openedAt: time('14:00:00') }))
    expect(story.cycle(MNQ).management).toEqual(UNMANAGED)
  })

  test('survives a restart with its cycle', () => {
    const story = opened()
    const { cycle } = withManagement(story.book, story.cycle(MNQ), REMEMBERED)
    const book = restoreBook(story.book.accountId, { trades: [], cycles: [cycle], lastTurnAt: null }, story.calendar)
    expect(openCycleOf(book, MNQ.id)?.management).toEqual(REMEMBERED)
    const restarted = new Story({}, book).at('14:10:00').snapshot({
      positions: [aPosition(MNQ, 3, { openedAt: time('14:00:00') })],
    })
    expect(restarted.cycle(MNQ).management).toEqual(REMEMBERED)
  })
})

describe('an order that is looked for by its tag', () => {
  test('is found while it works and after it has ended', () => {
    const story = opened().order(stop())
    expect(orderWithTag(story.book, TAG)).toMatchObject({ id: 7, status: 'open' })
    story.order(stop({ status: 'cancelled', updatedAt: time('14:00:09') }))
    expect(orderWithTag(story.book, TAG)).toMatchObject({ status: 'cancelled' })
    expect(orderWithTag(story.book, 'another')).toBeNull()
  })

  test('is found in the history of a reading, without being called drift', () => {
    const ended = stop({ status: 'filled', filled: 3, createdAt: time('13:00:00'), updatedAt: time('13:30:00') })
    const story = opened()
      .at('14:01:00')
      .snapshot({
        positions: [aPosition(MNQ, 3, { openedAt: time('14:00:00') })],
        history: [ended, anOrder(8, MNQ, { status: 'open' })],
      })
    expect(orderWithTag(story.book, TAG)).toMatchObject({ status: 'filled' })
    expect(story.last.drift).toEqual([])
    // What works is told by the list of working orders alone.
    expect(story.book.orders.working).toEqual([])
  })

  test('ends a working order whose end was missed', () => {
    const story = opened().order(stop())
    story.at('14:01:00').snapshot({
      positions: [aPosition(MNQ, 3, { openedAt: time('14:00:00') })],
      history: [stop({ status: 'rejected', updatedAt: time('14:00:30') })],
    })
    expect(orderWithTag(story.book, TAG)).toMatchObject({ status: 'rejected' })
    expect(story.book.orders.working.filter(hasOwnTag)).toEqual([])
  })
})

describe('the size of a position', () => {
  test('is ahead of its event once an order against it has filled', () => {
    const story = opened().at('14:00:01').order(stop())
    expect(aheadMs(story)).toBeNull()
    story.at('14:00:05').order(stop({ status: 'filled', filled: 3, updatedAt: time('14:00:05') }))
    expect(aheadMs(story)).toBe(story.clock.elapsedMs())
    story.at('14:00:06').position(aPosition(MNQ, 1, { openedAt: time('14:00:00') }))
    expect(aheadMs(story)).toBeNull()
  })

  test('is ahead of its event once a closing trade was told', () => {
    const story = opened()
      .at('14:00:05')
      .trade(aTrade(2, MNQ, { side: 'sell', size: 1, at: time('14:00:05'), realizedPnl: contracts.MNQ.tickValue }))
    expect(aheadMs(story)).not.toBeNull()
    story.position(aPosition(MNQ, 2, { openedAt: time('14:00:00') }))
    expect(aheadMs(story)).toBeNull()
  })

  test('is not ahead for an entry that filled, nor for the same fill told twice', () => {
    const story = opened()
      .at('14:00:05')
      .order(anOrder(8, MNQ, { status: 'filled', filled: 1 }))
    expect(aheadMs(story)).toBeNull()
    const filled = stop({ status: 'filled', filled: 3, updatedAt: time('14:00:05') })
    story.order(filled).position(aPosition(MNQ, 1, { openedAt: time('14:00:00') }))
    story.at('14:00:06').order(filled)
    expect(aheadMs(story)).toBeNull()
    story.position(aPosition(MNQ, 0, { openedAt: time('14:00:00') }))
    expect(aheadMs(story)).toBeUndefined()
  })

  test('is known after a doubt once the stream spoke of it, or a reading that cannot lag so far behind', () => {
    const story = opened()
    const doubtedMs = story.clock.elapsedMs() + 1
    expect(isSizeKnownSince(story.book, MNQ.id, doubtedMs)).toBe(false)
    const positions = [aPosition(MNQ, 3, { openedAt: time('14:00:00') })]
    story.at('14:00:02').snapshot({ positions })
    expect(isSizeKnownSince(story.book, MNQ.id, doubtedMs)).toBe(false)
    story.at('14:00:03.100').snapshot({ positions })
    expect(isSizeKnownSince(story.book, MNQ.id, doubtedMs)).toBe(true)
    const told = opened()
      .at('14:00:01')
      .position(aPosition(MNQ, 2, { openedAt: time('14:00:00') }))
    expect(isSizeKnownSince(told.book, MNQ.id, doubtedMs)).toBe(true)
  })
})

describe('exit prices', () => {
  const inputs = {
    signedSize: 3,
    averagePrice: 21_000,
    contract: MNQ,
    quote: { ...flatQuote(MNQ.id, ticks(84_000), time('14:00:00')), bidHigh: ticks(84_010), askLow: ticks(83_990) },
    isMarketOpen: true,
    staleAfterMs: 10_000,
    now: time('14:00:05'),
  }

  test('are the bid of now and the best one since the last look, for a short the asks', () => {
    expect(exitPrices('long', inputs)).toEqual({ current: 84_000, best: 84_010 })
    expect(exitPrices('short', inputs)).toEqual({ current: 84_000, best: 83_990 })
  })

  test('are unknown where the value is', () => {
    expect(exitPrices('long', { ...inputs, quote: null })).toBeNull()
    expect(exitPrices('long', { ...inputs, contract: null })).toBeNull()
    expect(exitPrices('long', { ...inputs, now: time('14:00:10.001') })).toBeNull()
    expect(exitPrices('long', { ...inputs, now: time('14:00:10.001'), isMarketOpen: false })).not.toBeNull()
  })
})

describe('contracts that a position grew by before anybody told of the fill', () => {
  test('are known as such until their trade comes', () => {
    const story = grown()
    expect(growthAhead(story)).toBe(2)
    expect(growthAhead(story.trade(aTrade(1, MNQ, { size: 2, at: time('14:00:00') })))).toBe(0)
    expect(story.view().orders).toMatchObject([{ filled: 2 }])
  })

  test('or until their order does', () => {
    expect(
      growthAhead(
        grown()
          .at('14:00:00.020')
          .order(entry({ filled: 2, updatedAt: time('14:00:00.020') })),
      ),
    ).toBe(0)
  })

  test('or until a second has passed', () => {
    expect(growthAhead(grown().at('14:00:01.500'))).toBe(0)
  })

  test('are none when the trade came first', () => {
    expect(growthAhead(opened())).toBe(0)
  })
})

function entry(changes: Partial<Order> = {}): Order {
  return anOrder(1, MNQ, { type: 'limit', size: 4, createdAt: time('14:00:00'), ...changes })
}

function grown(): Story {
  return new Story()
    .at('14:00:00')
    .order(entry())
    .position(aPosition(MNQ, 2, { openedAt: time('14:00:00') }))
}

function growthAhead(story: Story): number | undefined {
  return story.view().positions[0]?.grownAhead
}
