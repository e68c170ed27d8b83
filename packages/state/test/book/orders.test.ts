import { type Order, OrderId } from '@rm/domain'
import { anOrder, aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { hasFilled } from '../../src/book.ts'
import { SETTLED_ORDERS_KEPT } from '../../src/book/orders.ts'
import { Story, time } from './story.ts'

const { MNQ } = contracts

describe('an order', () => {
  const cases: readonly {
    readonly name: string
    readonly events: readonly Partial<Order>[]
    readonly works: readonly Partial<Order>[]
  }[] = [
    { name: 'works from its first event', events: [{ status: 'pending' }], works: [{ status: 'pending' }] },
    {
      name: 'takes the newer update',
      events: [{ stopPrice: 1 }, { stopPrice: 2, updatedAt: time('14:00:01') }],
      works: [{ stopPrice: 2 }],
    },
    {
      name: 'ignores an older update that comes late',
      events: [{ stopPrice: 2, updatedAt: time('14:00:01') }, { stopPrice: 1 }],
      works: [{ stopPrice: 2 }],
    },
    {
      name: 'ends for good',
      events: [{ status: 'cancelled' }, { status: 'open', updatedAt: time('14:00:09') }],
      works: [],
    },
    {
      name: 'takes the later status of one stamp',
      events: [{ status: 'open' }, { status: 'pending' }],
      works: [{ status: 'open' }],
    },
    {
      name: 'takes the larger fill of one stamp',
      events: [
        { size: 3, filled: 2 },
        { size: 3, filled: 1 },
      ],
      works: [{ filled: 2 }],
    },
    {
      name: 'takes a second change within one millisecond',
      events: [{ stopPrice: 1 }, { stopPrice: 2 }],
      works: [{ stopPrice: 2 }],
    },
    {
      name: 'works on under a status that nobody knows',
      events: [{ status: 'unknown' }],
      works: [{ status: 'unknown' }],
    },
    {
      name: 'works on while its cancellation is pending',
      events: [{ status: 'pending-cancel' }],
      works: [{ status: 'pending-cancel' }],
    },
  ]
  test.each(cases)('$name', ({ events, works }) => {
    const story = new Story()
    for (const changes of events) story.order(anOrder(1, MNQ, { createdAt: time('14:00:00'), ...changes }))
    expect(story.view().orders).toMatchObject(works)
    expect(story.view().orders).toHaveLength(works.length)
  })
})

describe('an order whose end is not told', () => {
  test('works no more when its trades make up its size (R-17)', () => {
    const story = new Story().order(three()).trade(aTrade(1, MNQ, { size: 2 }))
    expect(story.view().orders).toMatchObject([{ filled: 2 }])
    const rest = aTrade(2, MNQ, { orderId: OrderId.parse(1), size: 1, at: time('14:00:01') })
    expect(story.trade(rest).view().orders).toEqual([])
  })

  test('works no more when its trades were told first', () => {
    const story = new Story().trade(aTrade(1, MNQ, { size: 3 })).order(three({ status: 'pending' }))
    expect(story.view().orders).toEqual([])
  })

  test('works on when the opening half-turn is only told again, under another id', () => {
    const again = aTrade(2, MNQ, { orderId: OrderId.parse(1) })
    const story = new Story()
      .order(three({ size: 2 }))
      .trade(aTrade(1, MNQ))
      .trade(again)
    expect(story.view().orders).toHaveLength(1)
  })

  test('works on when it was made larger meanwhile', () => {
    const story = new Story().order(three()).trade(aTrade(1, MNQ, { size: 3 }))
    story.order(three({ size: 4, filled: 3, updatedAt: time('14:00:02') }))
    expect(story.view().orders).toHaveLength(1)
  })
})

describe('whether an order has filled', () => {
  const parent = OrderId.parse(1)
  test('is told by its own events', () => {
    const story = new Story().order(anOrder(1, MNQ))
    expect(hasFilled(story.book, parent)).toBe(false)
    expect(hasFilled(story.order(anOrder(1, MNQ, { status: 'filled', filled: 1 })).book, parent)).toBe(true)
  })

  test('is told by a trade, unless that is voided', () => {
    const story = new Story().trade(aTrade(1, MNQ))
    expect(hasFilled(story.book, parent)).toBe(true)
    expect(hasFilled(story.trade(aTrade(1, MNQ, { voided: true })).book, parent)).toBe(false)
  })
})

test('settled orders are forgotten oldest first, but not the parent that a working child waits for', () => {
  const story = new Story().order(anOrder(1, MNQ, { status: 'filled', filled: 1 }))
  story.order(anOrder(2, MNQ, { status: 'suspended', type: 'stop', side: 'sell', parentId: OrderId.parse(1) }))
  for (let id = 3; id < 3 + SETTLED_ORDERS_KEPT; id += 1) story.order(anOrder(id, MNQ, { status: 'cancelled' }))
  const ids = story.book.orders.all.map(({ order }) => order.id)
  expect(ids).toHaveLength(SETTLED_ORDERS_KEPT + 1)
  expect(ids.slice(0, 3)).toEqual([1, 2, 4])
})

function three(changes: Partial<Order> = {}): Order {
  return anOrder(1, MNQ, { size: 3, createdAt: time('14:00:00'), ...changes })
}
