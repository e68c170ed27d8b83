import { type Order, OrderId, type Position, type PositionCycle, type StopCriteria } from '@rm/domain'
import { anOrder, aPosition, aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { restoreBook } from '../../src/book.ts'
import { Story, time } from './story.ts'

const { MNQ } = contracts

describe('the meter of unprotected time', () => {
  test('runs from the creation of the position, not from when we heard of it', () => {
    expect(new Story().at('14:00:03').position(mnq(1)).at('14:00:10').unprotectedMs(MNQ)).toBe(10_000)
  })

  test('stands from the moment of the stop, and runs again from its cancellation', () => {
    const story = new Story().position(mnq(1)).at('14:00:03.100').order(stop('14:00:03'))
    expect(story.at('14:00:20.100').unprotectedMs(MNQ)).toBe(3_000)
    story.order(stop('14:00:03', { status: 'cancelled', updatedAt: time('14:00:20') }))
    expect(story.at('14:00:27').unprotectedMs(MNQ)).toBe(10_000)
  })

  test('is not refilled when a stop is cancelled and replaced', () => {
    const story = new Story().position(mnq(1)).at('14:00:03').order(stop('14:00:03'))
    story.at('14:00:05').order(stop('14:00:03', { status: 'cancelled', updatedAt: time('14:00:05') }))
    story.at('14:00:07').order(stop('14:00:07', {}, 12))
    expect(story.at('14:05:00').unprotectedMs(MNQ)).toBe(5_000)
  })

  test('is not refilled when contracts are added', () => {
    const story = new Story().position(mnq(1)).at('14:00:04').position(mnq(2))
    expect(story.at('14:00:09').unprotectedMs(MNQ)).toBe(9_000)
  })

  test('runs again when the position outgrows its stop', () => {
    const story = new Story().position(mnq(1)).order(stop('14:00:00')).at('14:00:04').position(mnq(2))
    expect(story.at('14:00:09').unprotectedMs(MNQ)).toBe(5_000)
  })

  test('is refilled by a flip', () => {
    const story = new Story().position(mnq(1)).at('14:00:08').position(mnq(-1))
    expect(story.at('14:00:10').unprotectedMs(MNQ)).toBe(2_000)
  })

  test('never counts a stamp of the past twice', () => {
    const story = new Story()
      .position(mnq(1))
      .at('14:00:06')
      .position(mnq(2))
      .order(stop('14:00:06', { size: 2 }))
    story.order(stop('14:00:06', { size: 1, updatedAt: time('14:00:06') }))
    expect(story.at('14:00:08').unprotectedMs(MNQ)).toBe(8_000)
  })

  test('never counts time that has not come, whatever a stamp says', () => {
    const story = new Story()
      .position(mnq(1))
      .at('14:00:03')
      .order(stop('14:00:00', { updatedAt: time('14:00:09') }))
    expect(story.unprotectedMs(MNQ)).toBe(3_000)
  })

  const wrong: readonly { readonly name: string; readonly order: Order }[] = [
    { name: 'a target', order: stop('14:00:01', { type: 'limit' }) },
    { name: 'a stop on the wrong side', order: stop('14:00:01', { side: 'buy' }) },
    { name: 'a stop of another contract', order: anOrder(11, contracts.ES, { type: 'stop', side: 'sell' }) },
    { name: 'a stop for fewer contracts', order: stop('14:00:01', { size: 1 }) },
    {
      name: 'a child whose parent has not filled',
      order: stop('14:00:01', { status: 'suspended', parentId: OrderId.parse(1) }),
    },
  ]
  test.each(wrong)('is not stopped by $name', ({ order }) => {
    expect(new Story().position(mnq(2)).at('14:00:01').order(order).at('14:00:10').unprotectedMs(MNQ)).toBe(10_000)
  })

  test('takes what the criteria take', () => {
    const stopCriteria: StopCriteria = { coverage: 'any', allowStopLimit: true, maxDistanceTicks: 40 }
    const near = new Story({ stopCriteria })
      .position(mnq(2))
      .order(stop('14:00:00', { type: 'stop-limit', stopPrice: 20_990 }))
    expect(near.at('14:00:09').unprotectedMs(MNQ)).toBe(0)
    const far = new Story({ stopCriteria }).position(mnq(2)).order(stop('14:00:00', { stopPrice: 20_989.75 }))
    expect(far.at('14:00:09').unprotectedMs(MNQ)).toBe(9_000)
  })
})

describe('a bracket', () => {
  const orders: readonly { readonly name: string; readonly play: (story: Story) => Story }[] = [
    {
      name: 'its stop opens before the position comes',
      play: (s) =>
        s
          .order(child())
          .order(entry({}))
          .order(child({ status: 'open', updatedAt: time('14:00:00.004') }))
          .position(mnq(1)),
    },
    {
      name: 'its entry fills before the position comes',
      play: (s) =>
        s
          .order(child())
          .order(entry({ status: 'filled', filled: 1 }))
          .position(mnq(1)),
    },
    {
      name: 'its trade comes before the position',
      play: (s) =>
        s
          .order(child())
          .trade(aTrade(1, MNQ, { at: time('14:00:00') }))
          .position(mnq(1)),
    },
    {
      name: 'the position comes before its trade',
      play: (s) =>
        s
          .order(child())
          .position(mnq(1))
          .trade(aTrade(1, MNQ, { at: time('14:00:00') })),
    },
  ]
  test.each(orders)('covers from 0 when $name', ({ play }) => {
    expect(play(new Story().at('14:00:00.050')).at('14:00:30').unprotectedMs(MNQ)).toBe(0)
  })

  test('counts the time before a plain stop that was placed ahead of the position event', () => {
    expect(new Story().at('14:00:02').order(stop('14:00:01')).position(mnq(1)).at('14:00:30').unprotectedMs(MNQ)).toBe(
      1_000,
    )
  })
})

describe('a gap', () => {
  test('counts as covered when a valid stop stands after it', () => {
    const story = new Story().position(mnq(1)).at('14:00:04').gap()
    expect(story.at('14:05:00').unprotectedMs(MNQ)).toBe(4_000)
    story.snapshot({ positions: [mnq(1)], orders: [stop('14:01:00')] })
    expect(story.at('14:09:00').unprotectedMs(MNQ)).toBe(4_000)
  })

  test('counts as uncovered when none stands after it', () => {
    const story = new Story().position(mnq(1)).order(stop('14:00:00')).at('14:00:04').gap().at('14:05:00')
    story.snapshot({ positions: [mnq(1)] })
    expect(story.unprotectedMs(MNQ)).toBe(296_000)
    expect(story.at('14:05:01').unprotectedMs(MNQ)).toBe(297_000)
  })

  test('is decided by the snapshot, not by events before it', () => {
    const story = new Story().position(mnq(1)).at('14:00:04').gap().at('14:05:00').order(stop('14:00:00'))
    story
      .order(stop('14:00:00', { status: 'cancelled', updatedAt: time('14:04:00') }))
      .at('14:05:01')
      .snapshot({ positions: [mnq(1)] })
    expect(story.unprotectedMs(MNQ)).toBe(301_000)
  })

  test('does not begin twice', () => {
    const story = new Story()
      .position(mnq(1))
      .order(stop('14:00:00'))
      .at('14:00:04')
      .gap()
      .at('14:01:04')
      .gap()
      .at('14:02:04')
    expect(story.snapshot({ positions: [mnq(1)] }).unprotectedMs(MNQ)).toBe(120_000)
  })

  test('does not concern a position that was opened after it began', () => {
    const story = new Story().gap().at('14:00:10').position(mnq(1, '14:00:08'))
    expect(
      story
        .at('14:00:11')
        .snapshot({ positions: [mnq(1, '14:00:08')] })
        .at('14:00:12')
        .unprotectedMs(MNQ),
    ).toBe(4_000)
  })

  test('concerns a position whose creation stamp is a little ahead of our time', () => {
    const story = new Story().position(mnq(1, '14:00:00.005')).gap().at('14:05:00')
    story.snapshot({ positions: [mnq(1, '14:00:00.005')] })
    expect(story.unprotectedMs(MNQ)).toBe(299_995)
  })

  test('lasts from the last turn to the first snapshot over a restart', () => {
    const before = new Story().position(mnq(1)).at('14:00:04')
    const book = (cycle: PositionCycle): Story =>
      new Story({}, restoreBook(TEST_ACCOUNT, { trades: [], cycles: [cycle], lastTurnAt: before.now }, before.calendar))
    const protectedNow = book(before.cycle(MNQ))
      .at('14:10:00')
      .snapshot({ positions: [mnq(1)], orders: [stop('14:08:00')] })
    expect(protectedNow.at('14:11:00').unprotectedMs(MNQ)).toBe(4_000)
    const naked = book(before.cycle(MNQ))
      .at('14:10:00')
      .snapshot({ positions: [mnq(1)] })
    expect(naked.at('14:11:00').unprotectedMs(MNQ)).toBe(660_000)
  })
})

test('a stop that a snapshot finds covers since its own stamp, one that it misses since now', () => {
  const story = new Story()
    .position(mnq(1))
    .snapshot({ positions: [mnq(1)] })
    .at('14:00:10')
  story.snapshot({ positions: [mnq(1)], orders: [stop('14:00:06')] })
  expect(story.unprotectedMs(MNQ)).toBe(6_000)
  story.at('14:01:00').snapshot({ positions: [mnq(1)] })
  expect(story.at('14:01:02').unprotectedMs(MNQ)).toBe(8_000)
})

function mnq(size: number, openedAt = '14:00:00'): Position {
  return aPosition(MNQ, size, { openedAt: time(openedAt) })
}

function stop(createdAt: string, changes: Partial<Order> = {}, id = 11): Order {
  return anOrder(id, MNQ, { type: 'stop', side: 'sell', stopPrice: 20_990, createdAt: time(createdAt), ...changes })
}

function entry(changes: Partial<Order>): Order {
  return anOrder(1, MNQ, { createdAt: time('13:59:59'), ...changes })
}

function child(changes: Partial<Order> = {}): Order {
  return stop('13:59:59', { size: 1, status: 'suspended', parentId: OrderId.parse(1), ...changes })
}
