import { isTerminal, type Order, type OrderId, type OrderStatus } from '@rm/domain'
import { entryOf, type KeyedList, withEntry, withoutKey } from './keyed-list.ts'

/** An order with when we last heard of it. Monotonic milliseconds. */
export interface ObservedOrder {
  readonly order: Order
  /** Last observation, by the stream or by an accepted snapshot. */
  readonly observedMs: number
  /** Last word of the stream; `null` when only snapshots spoke of it. */
  readonly streamMs: number | null
  /** A complete snapshot did not list it, or trades filled it, although it was not terminal: its end was missed. Only newer news bring it back. */
  readonly gone: boolean
}

export interface OrderBook {
  /** By id: what can still change exposure, and the latest of the rest. */
  readonly all: KeyedList<ObservedOrder>
  /** What can still change exposure, by id. */
  readonly working: KeyedList<Order>
}

export const NO_ORDERS: OrderBook = { all: [], working: [] }

/** Settled orders kept, to absorb late events and to know whether a bracket's parent filled. More than a day of hand trading; a guess. */
export const SETTLED_ORDERS_KEPT = 500

/** The order book after the stream spoke of an order: terminal absorbs, then the newer update wins, then the later status and the larger fill. */
export function recordOrder(book: OrderBook, order: Order, receivedMs: number): OrderBook {
  const known = observedOrder(book, order.id)
  if (known === undefined) {
    return replaceOrder(book, { order, observedMs: receivedMs, streamMs: receivedMs, gone: false })
  }
  const age = compareVersions(order, known.order)
  if (age < 0) return book
  const heardMs = Math.max(known.observedMs, receivedMs)
  if (age === 0 && sameOrder(order, known.order)) {
    return heardMs === known.observedMs && known.streamMs === heardMs
      ? book
      : replaceOrder(book, { ...known, observedMs: heardMs, streamMs: heardMs })
  }
  return replaceOrder(book, { order, observedMs: heardMs, streamMs: heardMs, gone: false })
}

export function observedOrder(book: OrderBook, id: OrderId): ObservedOrder | undefined {
  return entryOf(book.all, id, idOf)
}

export function replaceOrder(book: OrderBook, entry: ObservedOrder): OrderBook {
  const all = withEntry(book.all, entry, idOf)
  const working = isWorking(entry)
    ? withEntry(book.working, entry.order, orderIdOf)
    : withoutKey(book.working, entry.order.id, orderIdOf)
  return all.length - working.length <= SETTLED_ORDERS_KEPT
    ? { all, working }
    : { all: withoutOldest(all, working), working }
}

/** Whether the order was filled, at least in part, as far as order events tell. */
export function isKnownFilled(book: OrderBook, id: OrderId): boolean {
  const known = observedOrder(book, id)
  return known !== undefined && (known.order.filled > 0 || known.order.status === 'filled')
}

/** Positive when `a` is the newer version, 0 when the stamps cannot tell. */
export function compareVersions(a: Order, b: Order): number {
  return (
    Number(isTerminal(a)) - Number(isTerminal(b)) ||
    a.updatedAt - b.updatedAt ||
    STATUS_CLASS[a.status] - STATUS_CLASS[b.status] ||
    a.filled - b.filled
  )
}

export function sameOrder(a: Order, b: Order): boolean {
  return (
    a.status === b.status &&
    a.filled === b.filled &&
    a.size === b.size &&
    a.updatedAt === b.updatedAt &&
    a.limitPrice === b.limitPrice &&
    a.stopPrice === b.stopPrice &&
    a.type === b.type &&
    a.side === b.side &&
    a.parentId === b.parentId &&
    a.tag === b.tag &&
    a.contractId === b.contractId
  )
}

export function isWorking(entry: ObservedOrder): boolean {
  return !entry.gone && !isTerminal(entry.order)
}

/** The life of an order, for two updates with one stamp. */
const STATUS_CLASS: Readonly<Record<OrderStatus, number>> = {
  suspended: 0,
  pending: 1,
  unknown: 2,
  open: 3,
  'pending-cancel': 4,
  rejected: 5,
  expired: 6,
  cancelled: 7,
  filled: 8,
}

/** Ids rise with time, so the lowest settled one is the oldest; a parent that a working child waits for is kept. */
function withoutOldest(all: KeyedList<ObservedOrder>, working: KeyedList<Order>): KeyedList<ObservedOrder> {
  const oldest = all.findIndex(
    (entry) => !isWorking(entry) && !working.some((child) => child.parentId === entry.order.id),
  )
  return oldest < 0 ? all : all.toSpliced(oldest, 1)
}

function idOf(entry: ObservedOrder): number {
  return entry.order.id
}

function orderIdOf(order: Order): number {
  return order.id
}
