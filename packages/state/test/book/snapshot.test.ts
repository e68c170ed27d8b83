import { type Order, type Position, usd } from '@rm/domain'
import { anAccount, anOrder, aPosition, aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { observedMs, signedSize } from '../../src/book.ts'
import { Story, time } from './story.ts'

const { MNQ, ES } = contracts

describe('a snapshot', () => {
  test('is believed whole at the start, without calling anything drift', () => {
    const story = new Story().snapshot({ account: anAccount(), positions: [mnq(2)], orders: [anOrder(1, MNQ)] })
    expect(story.book.account).toEqual(anAccount())
    expect(story.view()).toMatchObject({ positions: [{ signedSize: 2 }], orders: [{ id: 1 }] })
    expect(story.last).toMatchObject({ drift: [], disputed: false, enlarged: MNQ.id })
  })

  test('corrects what the stream said long ago, and says so', () => {
    const story = new Story()
      .snapshot({})
      .position(mnq(2))
      .order(anOrder(1, MNQ))
      .at('14:00:10')
      .snapshot({ positions: [mnq(3)] })
    expect(signedSize(story.book, MNQ.id)).toBe(3)
    expect(story.view().orders).toEqual([])
    expect(story.last.drift).toEqual([
      'order 1 was open, the gateway does not list it',
      'the position in CON.F.US.MNQ.Z26 was 2 at 21000, the gateway says 3 at 21000',
    ])
    expect(story.last).toMatchObject({ disputed: false, enlarged: MNQ.id })
  })

  test('closes a position whose end was missed', () => {
    const story = new Story().position(mnq(2)).at('14:00:10').snapshot({})
    expect(story.view().positions).toEqual([])
    expect(story.last.cycles).toMatchObject([{ closedAt: time('14:00:10') }])
    expect(observedMs(story.book, MNQ.id)).toBe(10_000)
  })

  test('does not undo what the stream said after it was asked for', () => {
    const story = new Story()
      .snapshot({})
      .at('14:00:10')
      .position(mnq(2))
      .order(anOrder(1, MNQ))
      .account(anAccount({ canTrade: false }))
    story.at('14:00:11').snapshot({ account: anAccount() }, 5_000)
    expect(signedSize(story.book, MNQ.id)).toBe(2)
    expect(story.view().orders).toHaveLength(1)
    expect(story.book.account?.canTrade).toBe(false)
    expect(story.last).toMatchObject({ disputed: false, drift: [] })
  })

  const contradictions: readonly { readonly name: string; readonly play: (story: Story) => Story }[] = [
    { name: 'a position that it lacks', play: (s) => s.position(mnq(2)).at('14:00:12').snapshot({}) },
    {
      name: 'a close that it does not know',
      play: (s) =>
        s
          .position(mnq(0))
          .at('14:00:12')
          .snapshot({ positions: [mnq(1)] }),
    },
    { name: 'an order that it lacks', play: (s) => s.order(anOrder(1, MNQ)).at('14:00:12').snapshot({}) },
    {
      name: 'the end of an order that it lists',
      play: (s) =>
        s
          .order(anOrder(1, MNQ, { status: 'cancelled' }))
          .at('14:00:12')
          .snapshot({ orders: [anOrder(1, MNQ)] }),
    },
    {
      name: 'an account that it describes otherwise',
      play: (s) =>
        s
          .account(anAccount({ canTrade: false }))
          .at('14:00:12')
          .snapshot({ account: anAccount() }),
    },
  ]
  test.each(contradictions)('is disputed when the stream said shortly before: $name', ({ play }) => {
    const opening = new Story().at('14:00:10')
    const story = play(opening)
    const { positions, orders } = story.view()
    expect(story.last).toMatchObject({ disputed: true, drift: [] })
    story.at('14:00:20').snapshot({ positions: positions.map(() => mnq(2)), orders, account: story.book.account })
    expect(story.last).toMatchObject({ disputed: false, drift: [] })
  })

  test('wins over the same word of the stream once REST can no longer lag', () => {
    const story = new Story().position(mnq(2)).at('14:00:03').snapshot({})
    expect(story.last.disputed).toBe(true)
    expect(signedSize(story.book, MNQ.id)).toBe(2)
    story.at('14:00:03.001').snapshot({})
    expect(story.last.disputed).toBe(false)
    expect(signedSize(story.book, MNQ.id)).toBe(0)
  })

  test('wins at once with a life of the position that the stream has not told of: no lag shows it', () => {
    const story = new Story().snapshot({}).at('14:00:10').position(mnq(0)).at('14:00:11')
    story.snapshot({ positions: [aPosition(MNQ, -5, { openedAt: time('14:00:10.500') })] })
    expect(signedSize(story.book, MNQ.id)).toBe(-5)
    expect(story.last).toMatchObject({ disputed: false, missedByStream: true })
  })

  test('does not blame the stream while it may still be about to tell of a position', () => {
    const opening = aTrade(1, MNQ, { at: time('14:00:09.900') })
    const story = new Story().snapshot({}).at('14:00:10')
    story.snapshot({ positions: [mnq(1)], trades: [opening] })
    expect(story.last).toMatchObject({ missedByStream: false, drift: [expect.stringContaining('the gateway says 1')] })
    // It had its time.
    expect(story.at('14:00:13').snapshot({ positions: [mnq(1)] }).last.missedByStream).toBe(false)
    expect(story.at('14:00:13.001').snapshot({ positions: [mnq(1)] }).last.missedByStream).toBe(true)
    const late = new Story().snapshot({}).at('14:00:13')
    late.snapshot({ positions: [mnq(1)], trades: [opening] })
    expect(late.last.missedByStream).toBe(true)
  })

  test('does not blame a stream that told of a position a moment after the reading', () => {
    const opening = aTrade(1, MNQ, { at: time('14:00:09.900') })
    const story = new Story().snapshot({}).at('14:00:10')
    story
      .snapshot({ positions: [mnq(1)], trades: [opening] })
      .at('14:00:10.100')
      .position(mnq(1))
    expect(story.at('14:00:20').snapshot({ positions: [mnq(1)] }).last.missedByStream).toBe(false)
  })

  test('is not disputed by a stream that agrees', () => {
    const story = new Story().position(mnq(2)).order(anOrder(1, MNQ)).account(anAccount()).at('14:00:01')
    story.snapshot({ account: anAccount(), positions: [mnq(2)], orders: [anOrder(1, MNQ)] })
    expect(story.last).toMatchObject({ disputed: false, drift: [], enlarged: null, cycles: [] })
  })

  test('asked earlier but answered later does not undo a newer one', () => {
    const story = new Story()
      .at('14:00:10')
      .snapshot({ positions: [mnq(1)] })
      .at('14:00:11')
      .snapshot({}, 5_000)
    expect(signedSize(story.book, MNQ.id)).toBe(1)
  })

  test('names no enlarged contract when there are several', () => {
    expect(new Story().snapshot({ positions: [mnq(1), aPosition(ES, 1)] }).last.enlarged).toBeNull()
  })
})

describe('the orders of a snapshot', () => {
  test('that is incomplete end only orders that are open', () => {
    const story = new Story()
      .order(working())
      .order(anOrder(2, MNQ, { status: 'suspended' }))
      .order(anOrder(3, MNQ, { status: 'pending' }))
    story.at('14:00:10').snapshot({ ordersComplete: false })
    expect(story.view().orders.map(({ id }) => id)).toEqual([2, 3])
    expect(story.at('14:00:20').snapshot({}).view().orders).toEqual([])
  })

  test('lose to a newer update of the stream, however old', () => {
    const story = new Story().order(working({ stopPrice: 2, updatedAt: time('14:00:01') })).at('14:00:30')
    expect(story.snapshot({ orders: [working({ stopPrice: 1 })] }).view().orders).toMatchObject([{ stopPrice: 2 }])
  })

  test('do not reopen an order that ended', () => {
    const story = new Story().order(working({ status: 'filled', filled: 1 })).at('14:00:30')
    expect(story.snapshot({ orders: [working({ updatedAt: time('14:00:05') })] }).view().orders).toEqual([])
  })

  test('that vanished come back with newer news only', () => {
    const story = new Story().order(working()).at('14:00:10').snapshot({})
    expect(story.order(working()).view().orders).toEqual([])
    expect(story.order(working({ updatedAt: time('14:00:09') })).view().orders).toHaveLength(1)
  })

  test('that vanished come back when a later snapshot lists them', () => {
    const story = new Story()
      .order(working())
      .at('14:00:10')
      .snapshot({})
      .at('14:00:20')
      .snapshot({ orders: [working()] })
    expect(story.view().orders).toHaveLength(1)
  })
})

describe('the trades of a snapshot', () => {
  test('are united with those of the stream', () => {
    const loss = aTrade(1, MNQ, { realizedPnl: usd(-100), at: time('14:00:00') })
    const missed = aTrade(2, MNQ, { realizedPnl: usd(-50), at: time('14:00:01') })
    const story = new Story()
      .snapshot({})
      .trade(loss)
      .at('14:00:10')
      .snapshot({ trades: [missed, loss] })
    expect(story.view().realized.net).toBe(-150)
    expect([...story.last.newTrades]).toEqual([2])
    expect(story.last.trades.map(({ trade }) => trade.id)).toEqual([2])
    expect(story.last.drift).toEqual(['missing trades: 2; realized net of 2026-03-09 was -$0.01, is -$0.015'])
    expect(story.snapshot({ trades: [missed, loss] }).last).toMatchObject({ trades: [], drift: [] })
  })

  test('are no drift while the stream may still tell of them', () => {
    const story = new Story()
      .snapshot({})
      .at('14:00:10')
      .snapshot({ trades: [aTrade(1, MNQ, { at: time('14:00:09') })] })
    expect(story.last).toMatchObject({ drift: [] })
    expect(story.last.newTrades.size).toBe(1)
  })

  test('stay when a snapshot does not ask for trades, or does not list them', () => {
    const story = new Story().trade(aTrade(1, MNQ, { realizedPnl: usd(-100), at: time('14:00:00') })).at('14:00:10')
    expect(story.snapshot({ trades: null }).snapshot({ trades: [] }).view().realized.net).toBe(-100)
  })
})

test('an account event that repeats itself changes nothing but when it was heard', () => {
  const story = new Story().account(anAccount())
  const before = story.book
  expect(story.account(anAccount()).book).toBe(before)
  expect(story.account(anAccount({ canTrade: false })).book.account?.canTrade).toBe(false)
})

function mnq(size: number): Position {
  return aPosition(MNQ, size, { openedAt: time('14:00:00') })
}

function working(changes: Partial<Order> = {}): Order {
  return anOrder(1, MNQ, { type: 'stop', createdAt: time('14:00:00'), ...changes })
}
