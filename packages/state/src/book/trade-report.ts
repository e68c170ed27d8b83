import type { DayTrade, OrderId, Trade } from '@rm/domain'
import type { Book } from './book.ts'
import type { BookContext } from './book-step.ts'
import { contractBook, withContract } from './contract-books.ts'
import { isWorking, observedOrder, replaceOrder } from './orders.ts'
import { withTradeRecorded } from './positions.ts'
import { recordTrade, tradedContracts } from './trades.ts'

export interface TradeReport {
  readonly book: Book
  /** The version to store, or `null` when nothing changed. */
  readonly changed: DayTrade | null
  readonly isNew: boolean
}

/** The book after a trade was reported, by the stream or by a snapshot: the day's set, and what the trade means for the position. */
export function withTradeReported(book: Book, trade: Trade, context: BookContext): TradeReport {
  const origin = context.ownOrders.has(trade.orderId) ? 'enforcer' : 'trader'
  const step = recordTrade(book.trades, { trade, origin }, context.calendar, context.now)
  if (step.changed === null) return { book, changed: null, isNew: false }
  const contract = withTradeRecorded(contractBook(book, trade.contractId), step.changed.trade, step)
  return {
    book: withFillsOfTrades(withContract({ ...book, trades: step.ledger }, trade.contractId, contract), trade.orderId),
    changed: step.changed,
    isNew: step.isNew,
  }
}

/**
 * The book in which an order is filled as far as its trades tell, and works no more when they make up its size, whether its own word is
 * still to come or was lost (reliability R-17): a market order that seems to be pending would hold up the next close, a stop that seems to
 * be larger than what is left would be cancelled.
 */
export function withFillsOfTrades(book: Book, orderId: OrderId): Book {
  const known = observedOrder(book.orders, orderId)
  if (known === undefined || !isWorking(known)) return book
  const { order } = known
  const filled = Math.min(order.size, tradedContracts(book.trades, orderId))
  if (filled <= order.filled) return book
  const entry = { ...known, order: { ...order, filled }, gone: filled === order.size }
  return { ...book, orders: replaceOrder(book.orders, entry) }
}
