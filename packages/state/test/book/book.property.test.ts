import {
  type AccountEvent,
  type ContractId,
  type ContractSpec,
  isTerminal,
  later,
  netPnl,
  NO_USD,
  type Order,
  OrderId,
  type OrderStatus,
  type Snapshot,
  sumUsd,
  ticks,
  type Trade,
  TradingCalendar,
  usd,
} from '@rm/domain'
import { anAccount, anOrder, aPosition, aTrade, CONNECTED, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEvent, type Book, type BookContext, emptyBook, restoreBook, viewOf } from '../../src/book.ts'
import { recount } from '../../src/book/trades.ts'
import { CENTRAL_RESET, flatQuote, time } from './story.ts'

const { MNQ, ES } = contracts
const OPENED = time('14:00:00')
const calendar = new TradingCalendar(CENTRAL_RESET)
const context: BookContext = {
  now: time('15:00:00'),
  calendar,
  contract: (id) => Object.values(contracts).find((spec) => spec.id === id) ?? null,
  stopCriteria: { coverage: 'full', allowStopLimit: false, maxDistanceTicks: null },
  ownOrders: new Set([OrderId.parse(3)]),
}

/** What happens to one thing, in order. Nothing is known about the order between two things. */
type History = readonly AccountEvent[]

const tradeFrom = (firstId: number): fc.Arbitrary<Trade> =>
  fc
    .record({
      id: fc.integer({ min: firstId, max: firstId + 11 }),
      minutesAgo: fc.constantFrom(0, 1, 2, 20 * 60, 30 * 60),
      pnl: fc.option(fc.integer({ min: -9, max: 9 })),
      order: fc.integer({ min: 1, max: 4 }),
      size: fc.integer({ min: 1, max: 2 }),
      buys: fc.boolean(),
    })
    .map(({ id, minutesAgo, pnl, order, size, buys }) =>
      aTrade(id, MNQ, {
        orderId: OrderId.parse(order),
        side: buys ? 'buy' : 'sell',
        size,
        realizedPnl: pnl === null ? null : usd(pnl * 10_000),
        fees: usd(3_600),
        at: later(time('14:30:00'), -minutesAgo * 60_000),
      }),
    )

/** Trades by id, each reported as it is and perhaps voided: a set, so every event is a thing of its own. */
const tradeHistories = (firstId: number): fc.Arbitrary<readonly History[]> =>
  fc
    .uniqueArray(fc.record({ trade: tradeFrom(firstId), voids: fc.boolean() }), {
      maxLength: 12,
      selector: (one) => one.trade.id,
    })
    .map((all) =>
      all.flatMap((one) => [[reported(one.trade)], ...(one.voids ? [[reported({ ...one.trade, voided: true })]] : [])]),
    )

const orderHistory = (id: number, startMs: number): fc.Arbitrary<History> =>
  fc
    .array(fc.constantFrom<OrderStatus>('suspended', 'pending', 'open', 'pending-cancel', 'cancelled', 'filled'), {
      maxLength: 5,
    })
    .map((statuses) => {
      const end = statuses.findIndex((status) => status === 'cancelled' || status === 'filled')
      return statuses.slice(0, end < 0 ? statuses.length : end + 1).map((status, index) =>
        ordered(
          anOrder(id, id % 2 === 0 ? MNQ : ES, {
            type: 'stop',
            side: 'sell',
            status,
            stopPrice: 20_000 + index,
            createdAt: OPENED,
            updatedAt: later(OPENED, startMs + index),
          }),
        ),
      )
    })

const positionHistory = (spec: ContractSpec): fc.Arbitrary<History> =>
  fc
    .array(fc.integer({ min: -3, max: 3 }), { maxLength: 6 })
    .map((sizes) => sizes.map((size) => positioned(spec, size)))

const accountHistory: fc.Arbitrary<History> = fc
  .array(fc.boolean(), { maxLength: 4 })
  .map((flags) => flags.map((canTrade) => ({ ...BASE, kind: 'account-changed', account: anAccount({ canTrade }) })))

/** @param startMs - stamps of orders and ids of trades begin there: a later history is newer */
const historiesFrom = (startMs: number): fc.Arbitrary<readonly History[]> =>
  fc
    .tuple(
      tradeHistories(startMs + 1),
      fc.tuple(...[1, 2, 3, 4].map((id) => orderHistory(id, startMs))),
      fc.tuple(positionHistory(MNQ), positionHistory(ES), accountHistory),
    )
    .map(([trades, orders, others]) => [...trades, ...orders, ...others])

/** One arrival of the histories: any interleaving, everything possibly delivered again before the next event of its thing. */
const arrival = (histories: readonly History[]): fc.Arbitrary<readonly AccountEvent[]> =>
  fc
    .array(fc.record({ pick: fc.nat(), times: fc.integer({ min: 1, max: 3 }) }), {
      minLength: total(histories),
      maxLength: total(histories),
    })
    .map((choices) => {
      const queues = histories.map((history) => [...history])
      return choices.flatMap(({ pick, times }) => {
        const open = queues.filter((queue) => queue.length > 0)
        const event = open[pick % Math.max(1, open.length)]?.shift()
        return event === undefined ? [] : Array.from({ length: times }, () => event)
      })
    })

test('any arrival of the same facts, with any repetition, ends in the same book as the naive model', () => {
  const arrivals = historiesFrom(0).chain((histories) =>
    fc.tuple(fc.constant(histories), arrival(histories), arrival(histories)),
  )
  fc.assert(
    fc.property(arrivals, ([histories, one, other]) => {
      const book = play(emptyBook(TEST_ACCOUNT), one)
      expect(facts(book)).toEqual(facts(play(emptyBook(TEST_ACCOUNT), other)))
      expect(facts(book)).toEqual(naive(histories.flat(), null))
    }),
    { numRuns: propertyRuns() },
  )
})

test('applying an event twice is applying it once', () => {
  const arrivals = fc.tuple(historiesFrom(0).chain(arrival), snapshotFrom(historiesFrom(0)), fc.nat())
  fc.assert(
    fc.property(arrivals, ([events, snapshot, place]) => {
      let book = emptyBook(TEST_ACCOUNT)
      for (const [index, event] of events.toSpliced(place % (events.length + 1), 0, snapshot).entries()) {
        const stamped = { ...event, receivedMs: index }
        book = applyEvent(book, stamped, context).book
        const again = applyEvent(book, stamped, context)
        expect(again.book).toEqual(book)
        expect(again).toMatchObject({ trades: [], cycles: [], enlarged: null, drift: [] })
        expect(again.newTrades.size).toBe(0)
      }
    }),
    { numRuns: propertyRuns() },
  )
})

test('what is kept incrementally equals a recount, after every event and after a restart', () => {
  fc.assert(
    fc.property(historiesFrom(0).chain(arrival), (events) => {
      let book = emptyBook(TEST_ACCOUNT)
      for (const event of events) {
        book = applyEvent(book, event, context).book
        for (const ledger of book.trades) expect(ledger).toEqual(recount(ledger.day, ledger.all))
      }
      const trades = book.trades.flatMap(({ all }) => all)
      expect(restoreBook(TEST_ACCOUNT, { trades, cycles: [], lastTurnAt: null }, calendar).trades).toEqual(book.trades)
      const { realized } = view(book)
      expect(realized.net).toBeLessThanOrEqual(realized.gross)
    }),
    { numRuns: propertyRuns() },
  )
})

test('a snapshot and the events since end in one book, wherever among them the snapshot arrives', () => {
  const lives = fc
    .tuple(historiesFrom(0).chain(arrival), snapshotFrom(historiesFrom(100)), historiesFrom(200))
    .chain(([before, snapshot, since]) =>
      fc.tuple(fc.constant(before), fc.constant(snapshot), fc.constant(since), arrival(since), fc.nat()),
    )
  fc.assert(
    fc.property(lives, ([before, snapshot, since, arriving, place]) => {
      const known = play(emptyBook(TEST_ACCOUNT), before)
      const late = arriving.map((event) => ({ ...event, receivedMs: SNAPSHOT_MS + 1 }))
      const book = play(known, late.toSpliced(place % (late.length + 1), 0, snapshot))
      expect(facts(book)).toEqual(
        naive([...before, ...(snapshot.snapshot.trades ?? []).map(reported), ...since.flat()], {
          snapshot: snapshot.snapshot,
          since: since.flat(),
        }),
      )
    }),
    { numRuns: propertyRuns() },
  )
})

test('R and U of closing trades and their position events never count a contract twice, in whatever order they come', () => {
  const closes = fc
    .integer({ min: 1, max: 5 })
    .chain((size) => fc.tuple(fc.constant(size), fc.array(fc.boolean(), { minLength: 2 * size, maxLength: 2 * size })))
  fc.assert(
    fc.property(closes, ([size, tradesFirst]) => {
      let book = play(emptyBook(TEST_ACCOUNT), [positioned(MNQ, size)])
      const trades = Array.from({ length: size }, (_, n) =>
        reported(aTrade(n + 1, MNQ, { side: 'sell', realizedPnl: WORTH, at: later(OPENED, n + 1) })),
      )
      const positions = Array.from({ length: size }, (_, n) => positioned(MNQ, size - n - 1))
      for (const tradeFirst of tradesFirst) {
        const event = (tradeFirst ? trades.shift() : undefined) ?? positions.shift() ?? trades.shift()
        if (event === undefined) break
        book = play(book, [event])
        const { realized, unrealized } = view(book)
        const missing = Math.max(0, trades.length - positions.length)
        expect(realized.gross + unrealized.current).toBe(WORTH * (size - missing))
      }
    }),
    { numRuns: propertyRuns() },
  )
})

const SNAPSHOT_MS = 1_000_000
/** A contract of MNQ bought at 21 000 at the price of every quote here. */
const WORTH = usd(20_000)
const BASE = { accountId: TEST_ACCOUNT, receivedMs: 1 } as const

function snapshotFrom(
  histories: fc.Arbitrary<readonly History[]>,
): fc.Arbitrary<Extract<AccountEvent, { kind: 'snapshot-read' }>> {
  return histories.map((all) => {
    const truth = naive(all.flat(), null)
    const snapshot: Snapshot = {
      accountId: TEST_ACCOUNT,
      requestedMs: SNAPSHOT_MS,
      account: truth.account,
      positions: truth.sizes.map(([id, size]) => aPosition(id === MNQ.id ? MNQ : ES, size, { openedAt: OPENED })),
      orders: truth.working,
      ordersComplete: true,
      history: null,
      trades: lastVersions(all.flat()),
    }
    return { ...BASE, kind: 'snapshot-read', snapshot, receivedMs: SNAPSHOT_MS + 1 }
  })
}

/** REST lists every trade once, as it stands. */
function lastVersions(events: readonly AccountEvent[]): readonly Trade[] {
  const trades = events.flatMap((event) => (event.kind === 'trade-reported' ? [event.trade] : []))
  return [...new Map(trades.map((one) => [one.id, one])).values()]
}

function play(book: Book, events: readonly AccountEvent[]): Book {
  return events.reduce((known, event) => applyEvent(known, event, context).book, book)
}

interface Facts {
  readonly account: ReturnType<typeof anAccount> | null
  readonly sizes: readonly (readonly [ContractId, number])[]
  readonly working: readonly Order[]
  readonly today: { readonly net: number; readonly gross: number; readonly orders: readonly number[] }
}

function facts(book: Book): Facts {
  const { positions, orders, realized, trades } = view(book)
  return {
    account: book.account,
    sizes: positions.map(({ contractId, signedSize }) => [contractId, signedSize] as const),
    working: orders,
    today: { ...realized, orders: trades.map(({ trade: { orderId } }) => orderId).toSorted((a, b) => a - b) },
  }
}

/** The same facts without any cleverness: sets, last words and sums. */
function naive(
  events: readonly AccountEvent[],
  read: { readonly snapshot: Snapshot; readonly since: readonly AccountEvent[] } | null,
): Facts {
  const spoken = read === null ? events : read.since
  const sizes = new Map((read?.snapshot.positions ?? []).map((p) => [p.contractId, p.signedSize]))
  for (const event of spoken)
    if (event.kind === 'position-changed') sizes.set(event.position.contractId, event.position.signedSize)
  const account = spoken.findLast((event) => event.kind === 'account-changed')?.account
  const listed = read?.snapshot.account ?? null
  return {
    account:
      account ??
      (listed === 'unlisted' ? null : listed) ??
      events.findLast((event) => event.kind === 'account-changed')?.account ??
      null,
    sizes: [...sizes].filter(([, size]) => size !== 0).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    working: naiveOrders(events, read),
    today: naiveToday(events),
  }
}

function naiveOrders(events: readonly AccountEvent[], read: Parameters<typeof naive>[1]): readonly Order[] {
  const ended = new Set<OrderId>()
  const versions = new Map<OrderId, Order>()
  for (const event of events) if (event.kind === 'order-changed' && isTerminal(event.order)) ended.add(event.order.id)
  const newest = (order: Order): void => {
    const known = versions.get(order.id)
    if (known === undefined || order.updatedAt >= known.updatedAt) versions.set(order.id, order)
  }
  for (const order of read?.snapshot.orders ?? []) newest(order)
  for (const event of read === null ? events : read.since) if (event.kind === 'order-changed') newest(event.order)
  return [...versions.values()]
    .filter(({ id, size }) => !ended.has(id) && naivelyTraded(events, id) < size)
    .toSorted((a, b) => a.id - b.id)
}

/** Voided trades have filled their order as well; a re-sent opening half-turn is no further fill. */
function naivelyTraded(events: readonly AccountEvent[], id: OrderId): number {
  const fills = new Map<string, number>()
  for (const event of events) {
    if (event.kind !== 'trade-reported' || event.trade.orderId !== id) continue
    const { trade } = event
    const isHalf = trade.realizedPnl === null
    fills.set(isHalf ? `${trade.price} ${trade.size} ${trade.at}.${trade.microseconds}` : `${trade.id}`, trade.size)
  }
  return [...fills.values()].reduce((sum, size) => sum + size, 0)
}

function naiveToday(events: readonly AccountEvent[]): Facts['today'] {
  const { start, end } = calendar.dayOf(context.now)
  const all = events.flatMap((event) => (event.kind === 'trade-reported' ? [event.trade] : []))
  const voided = new Set(all.filter((one) => one.voided).map(({ id }) => id))
  const byId = new Map(all.map((one) => [one.id, one]))
  const standing = [...byId.values()].filter(({ id, at }) => !voided.has(id) && at >= start && at < end)
  const seen = new Set<string>()
  const counted = standing
    .toSorted((a, b) => a.id - b.id)
    .filter((one) => {
      const likeness = `${one.orderId} ${one.price} ${one.size} ${one.at}.${one.microseconds}`
      if (one.realizedPnl !== null) return true
      return seen.has(likeness) ? false : seen.add(likeness).has(likeness)
    })
  return {
    net: sumUsd(counted.map(netPnl)),
    gross: sumUsd(counted.map(({ realizedPnl }) => realizedPnl ?? NO_USD)),
    orders: counted.map(({ orderId }) => orderId).toSorted((a, b) => a - b),
  }
}

function view(book: Book): ReturnType<typeof viewOf> {
  return viewOf(
    book,
    { newTrades: new Set(), enlarged: null },
    {
      now: context.now,
      calendar,
      contract: context.contract,
      quote: (contractId) => flatQuote(contractId, ticks(21_001 / MNQ.tickSize), context.now),
      isMarketOpen: () => true,
      staleAfterMs: 10_000,
      holding: () => null,
      connection: CONNECTED,
      demands: { allowed: () => ({ min: -9, max: 9 }), ordersCancelled: new Set() },
    },
  )
}

function reported(one: Trade): AccountEvent {
  return { ...BASE, kind: 'trade-reported', trade: one }
}

function ordered(order: Order): AccountEvent {
  return { ...BASE, kind: 'order-changed', order }
}

function positioned(spec: ContractSpec, size: number): AccountEvent {
  return { ...BASE, kind: 'position-changed', position: aPosition(spec, size, { openedAt: OPENED }) }
}

function total(histories: readonly History[]): number {
  return histories.reduce((sum, history) => sum + history.length, 0)
}
