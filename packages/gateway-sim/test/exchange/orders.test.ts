import { describe, expect, test } from 'vitest'
import { mes, mnq, stage, storyOf, trader } from './stage.ts'

const bracket = {
  stopLossBracket: { ticks: -40, type: 4 },
  takeProfitBracket: { ticks: 40, type: 1 },
} as const

describe('limit orders', () => {
  test('rest below the market and fill at their own price', () => {
    const on = stage()
    on.place({ type: 1, limitPrice: 24_990 })
    expect(on.exchange.orders(trader)).toMatchObject([{ status: 1, limitPrice: 24_990, filledPrice: null }])
    on.exchange.setPrice(mnq, 24_980)
    expect(on.exchange.orders(trader)).toMatchObject([{ status: 2, filledPrice: 24_990, fillVolume: 1 }])
  })

  test('that cross the market fill at once at the better price', () => {
    const on = stage()
    on.place({ type: 1, limitPrice: 25_100 })
    expect(on.exchange.orders(trader)).toMatchObject([{ status: 2, filledPrice: 25_000.25 }])
  })

  test.each([
    { type: 6, limitPrice: 25_000 },
    { type: 7, limitPrice: 25_000.25 },
  ] as const)('of type $type join the market at $limitPrice', ({ type, limitPrice }) => {
    const on = stage()
    on.place({ type, side: type === 6 ? 0 : 1 })
    expect(on.exchange.orders(trader)).toMatchObject([{ type, status: 1, limitPrice }])
  })
})

describe('stop orders', () => {
  test('fill at the market when a jump has left their price behind', () => {
    const on = stage()
    on.market('buy', 1)
    on.place({ type: 4, side: 1, stopPrice: 24_990 })
    on.exchange.setPrice(mnq, 24_990.25)
    expect(on.position()).toBe(1)
    on.exchange.setPrice(mnq, 24_950)
    expect(on.exchange.orders(trader).at(-1)).toMatchObject({ status: 2, filledPrice: 24_950 })
  })

  test('a trailing stop follows the market up, keeps its distance and does not step back', () => {
    const on = stage()
    on.market('buy', 1)
    on.place({ type: 5, side: 1, trailPrice: 24_990 })
    const stop = (): object | undefined => on.exchange.orders(trader).at(-1)
    expect(stop()).toMatchObject({ stopPrice: 24_990, trailDistance: -40, trailPrice: -10 })
    on.exchange.setPrice(mnq, 25_020)
    expect(stop()).toMatchObject({ status: 1, stopPrice: 25_010 })
    on.exchange.setPrice(mnq, 25_012)
    expect(stop()).toMatchObject({ status: 1, stopPrice: 25_010 })
    on.exchange.setPrice(mnq, 25_010)
    expect(stop()).toMatchObject({ status: 2, filledPrice: 25_010 })
  })
})

describe('brackets', () => {
  test('legs get prices from the entry, tags from its tag, and know their parent and sibling', () => {
    const on = stage()
    const { orderId } = on.market('buy', 2, { customTag: 'plan-1', ...bracket })
    const [, stopLoss, takeProfit] = on.exchange.orders(trader)
    expect(stopLoss).toMatchObject({
      status: 1,
      type: 4,
      side: 1,
      size: 2,
      stopPrice: 24_990.25,
      customTag: 'plan-1-SL',
    })
    expect(stopLoss).toMatchObject({ parentOrderId: orderId, trailDistance: -40, trailPrice: -10 })
    expect(stopLoss).not.toHaveProperty('linkedOrderId')
    expect(takeProfit).toMatchObject({ status: 1, type: 1, limitPrice: 25_010.25, customTag: 'plan-1-TP' })
    expect(takeProfit).toMatchObject({ parentOrderId: orderId, linkedOrderId: stopLoss?.id })
  })

  test('legs stay suspended without prices until a resting entry fills, and go with it when it is cancelled', () => {
    const on = stage()
    const { orderId } = on.place({ type: 1, limitPrice: 24_990, ...bracket })
    expect(on.exchange.orders(trader).map(({ status }) => status)).toEqual([1, 8, 8])
    expect(on.exchange.orders(trader)[1]).toMatchObject({ stopPrice: null, limitPrice: null })
    on.exchange.cancel(trader, orderId ?? 0, 'trader')
    expect(on.exchange.orders(trader).map(({ status }) => status)).toEqual([3, 3, 3])
  })

  test.each([
    { leg: 'target', moved: 41, statuses: [2, 3, 2] },
    { leg: 'stop', moved: -40, statuses: [2, 2, 3] },
  ])('when the $leg fills the other leg is cancelled and the account is flat', ({ moved, statuses }) => {
    const on = stage()
    on.market('buy', 1, bracket)
    on.exchange.moveMarket(mnq, moved)
    expect(on.exchange.orders(trader).map(({ status }) => status)).toEqual(statuses)
    expect(on.position()).toBe(0)
  })

  test('a leg whose sibling has filled no longer executes, although it still looks open', () => {
    const on = stage({ knobs: { ocoCancelMs: [60_000, 60_000] } })
    on.market('buy', 1, bracket)
    on.exchange.moveMarket(mnq, 41)
    on.exchange.moveMarket(mnq, -200)
    expect(on.exchange.orders(trader).map(({ status }) => status)).toEqual([2, 1, 2])
    expect(on.position()).toBe(0)
  })

  test('closing the position leaves the legs working, and the left-over stop opens a new position', () => {
    const on = stage()
    on.market('buy', 1, { stopLossBracket: { ticks: -40, type: 4 } })
    on.exchange.closeContract(trader, mnq, 'daemon')
    expect(on.position()).toBe(0)
    on.exchange.moveMarket(mnq, -40)
    expect(on.position()).toBe(-1)
  })

  test('cancelling one leg leaves the other alone', () => {
    const on = stage()
    on.market('buy', 1, bracket)
    const [, stopLoss] = on.exchange.orders(trader)
    on.exchange.cancel(trader, stopLoss?.id ?? 0, 'trader')
    expect(on.exchange.orders(trader).map(({ status }) => status)).toEqual([2, 3, 1])
  })
})

describe('modify', () => {
  test('moves a bracket leg, leaves its sibling, and executes at once when the new price is reached', () => {
    const on = stage()
    on.market('buy', 1, bracket)
    const [, stopLoss, takeProfit] = on.exchange.orders(trader)
    const request = { accountId: trader, orderId: stopLoss?.id ?? 0 }
    expect(on.exchange.modify({ ...request, stopPrice: 24_995 }, 'trader')).toMatchObject({ success: true })
    expect(on.exchange.orders(trader).slice(1)).toMatchObject([
      { stopPrice: 24_995 },
      { limitPrice: takeProfit?.limitPrice },
    ])
    on.exchange.modify({ ...request, stopPrice: 25_000 }, 'trader')
    expect(on.position()).toBe(0)
  })

  test.each([
    { what: 'an unknown account', change: { accountId: 1 }, code: 1 },
    { what: 'an unknown order', change: { orderId: 1 }, code: 2 },
    { what: 'a price off the grid', change: { limitPrice: 24_990.1 }, code: 3 },
    { what: 'a price that the order does not have', change: { stopPrice: 24_990 }, code: 3 },
    { what: 'a size of nothing', change: { size: 0 }, code: 3 },
  ])('refuses $what with code $code', ({ change, code }) => {
    const on = stage()
    const { orderId } = on.place({ type: 1, limitPrice: 24_990 })
    on.events.length = 0
    const request = { accountId: trader, orderId: orderId ?? 0, ...change }
    expect(on.exchange.modify(request, 'trader')).toMatchObject({ success: false, errorCode: code })
    expect(on.events).toEqual([])
  })

  test('an order that is still on its way is pending', () => {
    const on = stage({ knobs: { fillLatencyMs: [10, 10] } })
    const { orderId } = on.place({ type: 1, limitPrice: 24_990 })
    const request = { accountId: trader, orderId: orderId ?? 0, limitPrice: 24_980 }
    expect(on.exchange.modify(request, 'trader').errorCode).toBe(4)
    expect(on.exchange.cancel(trader, orderId ?? 0, 'trader').errorCode).toBe(4)
    on.clock.advance(10)
    expect(on.exchange.modify(request, 'trader').errorCode).toBe(0)
  })
})

describe('cancel', () => {
  test('is accepted first and final on the stream later', () => {
    const on = stage({ knobs: { fillLatencyMs: [5, 5] } })
    const { orderId } = on.place({ type: 1, limitPrice: 24_990 })
    on.clock.advance(5)
    on.events.length = 0
    expect(on.exchange.cancel(trader, orderId ?? 0, 'daemon')).toMatchObject({ success: true })
    on.clock.advance(5)
    expect(storyOf(on.events)).toEqual(['order 7', 'order 3'])
  })

  test('of a filled, unknown or foreign order is refused without a text', () => {
    const on = stage({
      accounts: [
        { id: trader, name: 'PRAC-A', balance: 50_000 },
        { id: 2, name: 'PRAC-B', balance: 50_000 },
      ],
    })
    const { orderId } = on.market('buy', 1)
    const resting = on.place({ type: 1, limitPrice: 24_990 })
    const notFound = { success: false, errorCode: 2, errorMessage: null }
    expect(on.exchange.cancel(trader, orderId ?? 0, 'daemon')).toEqual(notFound)
    expect(on.exchange.cancel(trader, 1, 'daemon')).toEqual(notFound)
    expect(on.exchange.cancel(2, resting.orderId ?? 0, 'daemon')).toEqual(notFound)
    expect(on.exchange.cancel(3, resting.orderId ?? 0, 'daemon').errorCode).toBe(1)
  })
})

describe('close', () => {
  test('sells the whole net position by a market order without a tag', () => {
    const on = stage()
    on.market('buy', 3)
    expect(on.exchange.closeContract(trader, mnq, 'daemon')).toMatchObject({ success: true, errorCode: 0 })
    expect(on.position()).toBe(0)
    expect(on.exchange.orders(trader).at(-1)).toMatchObject({ type: 2, side: 1, size: 3, customTag: null })
    expect(on.exchange.ledger().at(-1)).toMatchObject({
      kind: 'fill',
      author: 'daemon',
      positionBefore: 3,
      positionAfter: 0,
    })
  })

  test('partial close takes the asked size off a short', () => {
    const on = stage()
    on.market('sell', 3)
    expect(on.exchange.partialCloseContract(trader, mnq, 2, 'daemon')).toMatchObject({ success: true })
    expect(on.position()).toBe(-1)
  })

  test('a second close while the first is on its way is pending, and the position does not flip', () => {
    const on = stage({ knobs: { fillLatencyMs: [10, 10] } })
    on.market('buy', 1)
    on.clock.advance(10)
    expect(on.exchange.closeContract(trader, mnq, 'daemon').errorCode).toBe(0)
    expect(on.exchange.closeContract(trader, mnq, 'daemon').errorCode).toBe(6)
    expect(on.exchange.partialCloseContract(trader, mnq, 1, 'daemon').errorCode).toBe(7)
    on.clock.advance(10)
    expect(on.position()).toBe(0)
    expect(on.exchange.closeContract(trader, mnq, 'daemon').errorCode).toBe(2)
  })

  test.each([
    { what: 'an unknown account', call: [9, mnq, 1], close: 1, partial: 1 },
    { what: 'a contract without a position', call: [trader, mes, 1], close: 2, partial: 2 },
    { what: 'an unknown contract', call: [trader, 'CON.F.US.ES.Z26', 1], close: 3, partial: 3 },
    { what: 'more than is open', call: [trader, mnq, 3], close: 0, partial: 5 },
    { what: 'nothing', call: [trader, mnq, 0], close: 0, partial: 5 },
  ] as const)('$what: close $close, partial close $partial', ({ call: [account, contract, size], close, partial }) => {
    const on = stage()
    on.market('buy', 2)
    expect(on.exchange.partialCloseContract(account, contract, size, 'daemon').errorCode).toBe(partial)
    expect(on.exchange.closeContract(account, contract, 'daemon').errorCode).toBe(close)
  })

  test('a live account refuses cancels and closes but takes orders', () => {
    const on = stage({ accounts: [{ id: trader, name: 'LIVE-1', balance: 50_000, simulated: false }] })
    on.market('buy', 1)
    const { orderId } = on.place({ type: 1, limitPrice: 24_990 })
    expect(on.exchange.cancel(trader, orderId ?? 0, 'daemon').errorCode).toBe(6)
    expect(on.exchange.closeContract(trader, mnq, 'daemon').errorCode).toBe(8)
    expect(on.exchange.partialCloseContract(trader, mnq, 1, 'daemon').errorCode).toBe(9)
  })
})

describe('refused placements', () => {
  const aligned = 'Price is not aligned to tick size.'
  test.each([
    { order: { accountId: 9 }, code: 1, text: null },
    { order: { contractId: 'CON.F.US.ES.Z26' }, code: 8, text: null },
    { order: { contractId: 'CON.F.US.MNQ.U26' }, code: 9, text: null },
    { order: { size: 0 }, code: 2, text: 'Invalid order size (0).' },
    { order: { type: 3 }, code: 2, text: 'Invalid order type (3).' },
    { order: { type: 1 }, code: 2, text: 'Invalid limit price. Price is required.' },
    { order: { type: 1, limitPrice: 24_990.1 }, code: 2, text: `Invalid limit price. ${aligned}` },
    { order: { type: 4, stopPrice: 24_990.1 }, code: 2, text: `Invalid stop price. ${aligned}` },
    {
      order: { stopLossBracket: { ticks: 40, type: 4 } },
      code: 2,
      text: 'Invalid stop loss ticks (40). Ticks should be less than zero when longing.',
    },
    {
      order: { side: 1, stopLossBracket: { ticks: -40, type: 4 } },
      code: 2,
      text: 'Invalid stop loss ticks (-40). Ticks should be greater than zero when shorting.',
    },
    {
      order: { stopLossBracket: { ticks: -1, type: 4 } },
      code: 2,
      text: 'Invalid stop loss ticks (-1). Price should be at least 4 ticks away.',
    },
    {
      order: { takeProfitBracket: { ticks: -40, type: 1 } },
      code: 2,
      text: 'Invalid take profit ticks (-40). Ticks should be greater than zero when longing.',
    },
    { order: { takeProfitBracket: { ticks: 40, type: 4 } }, code: 2, text: 'Invalid take profit type (4).' },
  ] as const)('$order: code $code, $text', ({ order, code, text }) => {
    const on = stage()
    expect(on.place(order)).toMatchObject({ success: false, errorCode: code, errorMessage: text })
    expect(on.position()).toBe(0)
    expect(on.exchange.ledger()).toEqual([])
  })

  test('brackets need the auto OCO setting', () => {
    const on = stage({ accounts: [{ id: trader, name: 'PRAC', balance: 50_000, bracketMode: 'position' }] })
    const text = 'Brackets cannot be used with Position Brackets. You must enable Auto OCO Brackets.'
    expect(on.market('buy', 1, bracket)).toMatchObject({ errorCode: 2, errorMessage: text })
    expect(on.market('buy', 1)).toMatchObject({ errorCode: 0 })
  })

  test('a tag is unique for ever, those of bracket legs included, and a refused retry leaves no second record', () => {
    const on = stage()
    on.market('buy', 1, { customTag: 'once', ...bracket })
    const orders = on.exchange.orders(trader).length
    expect(on.market('buy', 1, { customTag: 'once' })).toMatchObject({ success: false, errorCode: 2, orderId: null })
    expect(on.market('buy', 1, { customTag: 'once-SL' })).toMatchObject({ success: false, errorCode: 2 })
    expect(on.exchange.orders(trader)).toHaveLength(orders)
    expect(on.position()).toBe(1)
  })

  test('an account that the firm has locked can close but not open', () => {
    const on = stage()
    on.market('buy', 1)
    on.exchange.setCanTrade(trader, false)
    expect(on.events.at(-1)).toMatchObject({ kind: 'account', data: { canTrade: false } })
    expect(on.market('buy', 1)).toMatchObject({ success: false, errorCode: 4 })
    expect(on.exchange.closeContract(trader, mnq, 'daemon')).toMatchObject({ success: true })
    on.exchange.setCanTrade(trader, true)
    expect(on.market('buy', 1)).toMatchObject({ success: true })
  })

  test('a reduction is never short of margin', () => {
    const on = stage({ accounts: [{ id: trader, name: 'PRAC', balance: 120 }] })
    expect(on.market('buy', 2)).toMatchObject({ success: true })
    expect(on.market('buy', 1)).toMatchObject({ errorMessage: 'Not enough margin.' })
    expect(on.market('sell', 1)).toMatchObject({ success: true })
  })
})

function told(eventOrder: 'recorded' | 'shuffled'): string[] {
  const on = stage({ knobs: { eventOrder } })
  for (let round = 0; round < 5; round += 1) on.market('buy', 1)
  return on.events.map((event) => JSON.stringify(event))
}

function withoutAccounts(events: readonly string[]): string[] {
  return events.filter((event) => !event.startsWith('{"kind":"account"')).toSorted()
}

describe('knobs', () => {
  test('split fills cumulate volume and average price and keep the order open until the last', () => {
    const on = stage({ knobs: { largestFill: 2, fillLatencyMs: [5, 5] } })
    on.market('buy', 5)
    on.clock.advance(5)
    expect(on.exchange.orders(trader)).toMatchObject([{ status: 1, fillVolume: 2, filledPrice: 25_000.25 }])
    on.exchange.moveMarket(mnq, 2)
    on.clock.advance(5)
    on.clock.advance(5)
    expect(on.exchange.orders(trader)).toMatchObject([{ status: 2, fillVolume: 5, filledPrice: 25_000.55 }])
    expect(on.exchange.trades(trader).map(({ size }) => size)).toEqual([2, 2, 1])
    expect(on.events.filter(({ kind }) => kind === 'position')).toHaveLength(3)
  })

  test('a cancelled entry keeps its partial fill and its legs protect that much', () => {
    const on = stage({ knobs: { largestFill: 1, fillLatencyMs: [5, 5] } })
    const { orderId } = on.market('buy', 3, { stopLossBracket: { ticks: -40, type: 4 } })
    on.clock.advance(5)
    on.exchange.turn({ fillLatencyMs: [0, 0] })
    on.exchange.cancel(trader, orderId ?? 0, 'trader')
    on.clock.advance(100)
    expect(on.exchange.orders(trader)).toMatchObject([
      { status: 3, fillVolume: 1 },
      { status: 1, size: 1 },
    ])
    expect(on.position()).toBe(1)
  })

  test('shuffled events are the recorded ones in another order', () => {
    expect(told('shuffled')).not.toEqual(told('recorded'))
    expect(withoutAccounts(told('shuffled'))).toEqual(withoutAccounts(told('recorded')))
  })

  test('REST lags behind the stream by as much as the knob says', () => {
    const on = stage({ knobs: { snapshotLagMs: 200 } })
    on.market('buy', 1)
    expect(on.events.some(({ kind }) => kind === 'position')).toBe(true)
    expect([on.exchange.positions(trader), on.exchange.trades(trader), on.balance()]).toEqual([[], [], 50_000])
    on.clock.advance(199)
    expect(on.exchange.positions(trader)).toEqual([])
    on.clock.advance(1)
    expect(on.exchange.positions(trader)).toHaveLength(1)
    expect(on.balance()).toBe(49_999.39)
  })

  test('orders of one account arrive in the order in which they were placed', () => {
    const on = stage({ knobs: { fillLatencyMs: [0, 10] } })
    const placed = Array.from({ length: 20 }, () => on.market('buy', 1).orderId)
    on.clock.advance(50)
    expect(on.exchange.trades(trader).map(({ orderId }) => orderId)).toEqual(placed)
  })
})

test('order and trade ids lie beyond 31 bits, position ids do not', () => {
  const on = stage()
  on.market('buy', 1)
  expect(on.exchange.orders(trader)[0]?.id).toBeGreaterThan(2 ** 31)
  expect(on.exchange.trades(trader)[0]?.id).toBeGreaterThan(2 ** 31)
  expect(on.exchange.positions(trader)[0]?.id).toBeLessThan(2 ** 31)
})
