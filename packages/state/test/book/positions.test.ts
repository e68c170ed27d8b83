import { AccountId, type Position, type Quote, ticks, type Trade, usd } from '@rm/domain'
import { aPosition, aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { applyEvent, observedMs, restoreBook, signedSize } from '../../src/book.ts'
import { flatQuote, Story, time } from './story.ts'

const { MNQ, ES } = contracts

describe('a position', () => {
  test('is flat at size 0 and no longer in the view', () => {
    const story = new Story().position(mnq(2)).at('14:00:05').position(mnq(0))
    expect(story.view().positions).toEqual([])
    expect(signedSize(story.book, MNQ.id)).toBe(0)
    expect(story.last.cycles).toMatchObject([{ closedAt: time('14:00:05'), maxSize: 2 }])
  })

  test('is observed when the stream speaks of it, even if it says the same', () => {
    const story = new Story().position(mnq(2)).at('14:00:05').position(mnq(2))
    expect(observedMs(story.book, MNQ.id)).toBe(5_000)
    expect(observedMs(story.book, ES.id)).toBeNull()
  })

  test('names the contract that an event enlarged, and none when it shrank', () => {
    const story = new Story().position(mnq(2))
    expect(story.last.enlarged).toBe(MNQ.id)
    expect(story.position(mnq(1)).last.enlarged).toBeNull()
    expect(story.at('14:00:09').position(mnq(3)).last.enlarged).toBe(MNQ.id)
    expect(story.cycle(MNQ)).toMatchObject({ maxSize: 3, enlargedAt: time('14:00:09'), openedAt: time('14:00:00') })
    expect(story.position(mnq(-1)).last.enlarged).toBe(MNQ.id)
  })

  test('ignores a late event of an earlier life', () => {
    const story = new Story().position(mnq(2)).at('14:00:05').position(mnq(1, '14:00:04')).position(mnq(0))
    expect(signedSize(story.book, MNQ.id)).toBe(1)
  })

  test('is projected to what pursued goals allow', () => {
    const story = new Story().position(mnq(5))
    expect(story.view([], { min: -3, max: 3 }).positions[0]?.projectedSize).toBe(3)
    expect(story.view([], { min: -9, max: 9 }).positions[0]?.projectedSize).toBe(5)
  })
})

describe('a cycle', () => {
  test('ends and begins when the position was closed and reopened unseen', () => {
    const story = new Story().position(mnq(2)).at('14:00:05').position(mnq(2, '14:00:04'))
    expect(story.last.cycles).toMatchObject([
      { openedAt: time('14:00:00'), closedAt: time('14:00:04') },
      { openedAt: time('14:00:04'), closedAt: null },
    ])
  })

  test('goes on when two surfaces round one creation stamp differently', () => {
    const story = new Story().position(mnq(2)).at('14:00:05').position(mnq(2, '14:00:00.001'))
    expect(story.last.cycles).toEqual([])
  })

  test('begins at a flip with the trade that turned the position over', () => {
    const story = new Story().position(mnq(1)).at('14:00:08.020')
    story.trade(sell(2, 3, '14:00:08.000', -500)).position(mnq(-2))
    expect(story.cycle(MNQ)).toMatchObject({ side: 'short', openedAt: time('14:00:08.000'), maxSize: 2 })
  })

  test('begins at a flip with the event when the trades do not tell', () => {
    const story = new Story()
      .position(mnq(5))
      .at('14:00:03')
      .position(mnq(2))
      .trade(sell(2, 3, '14:00:03', -10))
    story.at('14:00:08').position(mnq(-2))
    expect(story.cycle(MNQ).openedAt).toBe(time('14:00:08'))
  })

  test('begins now when the gateway uses an old creation stamp again', () => {
    const story = new Story().position(mnq(1)).at('14:00:03').position(mnq(0)).at('14:00:09').position(mnq(1))
    expect(story.cycle(MNQ).openedAt).toBe(time('14:00:09'))
  })

  test('has an id of its own even within one millisecond', () => {
    const story = new Story().position(mnq(1))
    const ids = [story.cycle(MNQ).id, story.position(mnq(-1)).cycle(MNQ).id, story.position(mnq(1)).cycle(MNQ).id]
    expect(new Set(ids).size).toBe(3)
    expect(ids[0]).toBe(`${TEST_ACCOUNT}:${MNQ.id}@${time('14:00:00')}`)
  })

  test('sums the net P&L of its trades, whichever comes first', () => {
    const story = new Story()
      .trade(buy(1, 2, '13:59:59.999'))
      .position(mnq(2))
      .at('14:00:05')
    story.position(mnq(0)).trade(sell(2, 2, '14:00:05', -800_000))
    expect(story.last.cycles).toMatchObject([{ realized: -820_000, closedAt: time('14:00:05') }])
    story.trade(sell(3, 1, '13:00:00', -70_000))
    expect(story.last.cycles).toEqual([])
  })

  test('gives a voided trade back', () => {
    const story = new Story()
      .position(mnq(3))
      .at('14:00:05')
      .trade(sell(2, 1, '14:00:05', -800_000))
    expect(story.cycle(MNQ).realized).toBe(-810_000)
    expect(story.trade({ ...sell(2, 1, '14:00:05', -800_000), voided: true }).cycle(MNQ).realized).toBe(0)
  })

  test('survives a restart with id, start and extremes', () => {
    const before = new Story().position(mnq(3)).at('14:00:05').position(mnq(1))
    const stored = { trades: [], cycles: [before.cycle(MNQ)], lastTurnAt: before.now }
    const story = new Story({}, restoreBook(TEST_ACCOUNT, stored, before.calendar)).at('14:10:00')
    expect(story.view().positions).toEqual([])
    expect(observedMs(story.book, MNQ.id)).toBeNull()
    story.snapshot({ positions: [mnq(1)] })
    expect(story.cycle(MNQ)).toMatchObject({ id: before.cycle(MNQ).id, openedAt: time('14:00:00'), maxSize: 3 })
    expect(story.last.enlarged).toBeNull()
  })

  test('ends at a restart that finds the contract flat, or turned over', () => {
    const before = new Story().position(mnq(3))
    const stored = { trades: [], cycles: [before.cycle(MNQ)], lastTurnAt: before.now }
    const book = restoreBook(TEST_ACCOUNT, stored, before.calendar)
    expect(new Story({}, book).at('14:10:00').snapshot({}).last.cycles).toMatchObject([{ closedAt: time('14:10:00') }])
    const turned = new Story({}, book).at('14:10:00').snapshot({ positions: [mnq(-1)] })
    expect(turned.last.cycles).toMatchObject([{ side: 'long' }, { side: 'short', openedAt: time('14:10:00') }])
  })
})

describe('R and U', () => {
  test('never count the same contracts twice when the trade comes first', () => {
    const story = new Story().position(mnq(2)).at('14:00:05')
    expect(sum(story)).toBe(12_000_000)
    expect(sum(story.trade(close(1, 1)))).toBe(12_000_000)
    expect(sum(story.position(mnq(1)))).toBe(12_000_000)
    expect(sum(story.trade(close(2, 1)))).toBe(12_000_000)
    expect(sum(story.position(mnq(0)))).toBe(12_000_000)
  })

  test('never count them twice when the position comes first', () => {
    const story = new Story().position(mnq(2)).at('14:00:05').position(mnq(1))
    expect(sum(story)).toBe(6_000_000)
    expect(sum(story.trade(close(1, 1)))).toBe(12_000_000)
    expect(sum(story.trade(close(2, 1)))).toBe(12_000_000)
    expect(sum(story.position(mnq(0)))).toBe(12_000_000)
  })

  test('never count them twice when both trades overtake both positions', () => {
    const story = new Story().position(mnq(2)).at('14:00:05').trade(close(1, 1)).trade(close(2, 1))
    expect(sum(story)).toBe(12_000_000)
    expect(sum(story.position(mnq(1)))).toBe(12_000_000)
    expect(sum(story.position(mnq(0)))).toBe(12_000_000)
  })

  test('never count them twice when the close overtakes the opening itself', () => {
    const story = new Story()
      .at('14:00:05')
      .trade(buy(1, 1, '14:00:04'))
      .trade(close(2, 1))
      .position(mnq(1, '14:00:04'))
    expect(sum(story)).toBe(6_000_000)
  })

  test('count a new position in full although a trade of the former one was never followed by its event', () => {
    const story = new Story().position(mnq(1)).at('14:00:05').trade(close(1, 1)).position(mnq(1, '14:00:06'))
    expect(sum(story)).toBe(12_000_000)
  })

  test('count a position in full again when the trade that closed some of it is voided', () => {
    const story = new Story()
      .position(mnq(2))
      .at('14:00:05')
      .trade(close(1, 1))
      .trade({ ...close(1, 1), voided: true })
    expect(sum(story)).toBe(12_000_000)
  })

  test('count in full what a snapshot confirms long after the trade', () => {
    const story = new Story()
      .position(mnq(2))
      .at('14:00:05')
      .trade(close(1, 1))
      .at('14:01:00')
      .snapshot({ positions: [mnq(2)] })
    expect(sum(story)).toBe(18_000_000)
  })

  test('count the rest in full when a snapshot comes between the position and the trade that reduced it (R-14)', () => {
    const story = new Story().position(mnq(3)).at('14:00:05').position(mnq(2)).at('14:00:05.030')
    story.snapshot({ positions: [mnq(2)] }).at('14:00:05.060')
    expect(sum(story.trade(close(1, 1)))).toBe(18_000_000)
  })

  test('wait no longer for a trade that a snapshot long after the position lacks', () => {
    const story = new Story().position(mnq(3)).at('14:00:05').position(mnq(2)).at('14:00:30')
    story.snapshot({ positions: [mnq(2)] })
    expect(sum(story.trade(sell(1, 1, '14:00:30', 6_000_000)))).toBe(12_000_000)
  })

  test('ignore a late trade of a former position', () => {
    const story = new Story()
      .position(mnq(1))
      .at('14:00:05')
      .position(mnq(0))
      .at('14:00:06')
      .position(mnq(1, '14:00:06'))
    expect(sum(story.trade(close(1, 1)))).toBe(12_000_000)
  })
})

test('positions of a view are in order of their contract ids', () => {
  const one = new Story().position(mnq(1)).position(aPosition(ES, 1))
  const other = new Story().position(aPosition(ES, 1)).position(mnq(1))
  expect(one.view().positions.map(({ contractId }) => contractId)).toEqual(
    other.view().positions.map(({ contractId }) => contractId),
  )
})

test('an event of another account is refused', () => {
  const stranger = AccountId.parse(7_001_002)
  const event = {
    kind: 'snapshot-failed',
    accountId: stranger,
    reading: 'account',
    reason: 'timeout',
    receivedMs: 0,
  } as const
  const story = new Story()
  expect(() => applyEvent(story.book, event, story.context())).toThrow(/got an event/)
})

function mnq(size: number, openedAt = '14:00:00'): Position {
  return aPosition(MNQ, size, { openedAt: time(openedAt) })
}

function buy(id: number, size: number, at: string): Trade {
  return aTrade(id, MNQ, { size, at: time(at), fees: usd(10_000) })
}

function sell(id: number, size: number, at: string, pnl: number): Trade {
  return aTrade(id, MNQ, { side: 'sell', size, at: time(at), realizedPnl: usd(pnl), fees: usd(10_000) })
}

function quote(story: Story): readonly Quote[] {
  return [flatQuote(MNQ.id, ticks(21_300 / MNQ.tickSize), story.now)]
}

function close(id: number, size: number): Trade {
  return sell(id, size, '14:00:05', 6_000_000 * size)
}

/** R and U of the account. */
function sum(story: Story): number {
  const view = story.view(quote(story))
  return view.realized.gross + view.unrealized.current
}
