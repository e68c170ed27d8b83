import type { DayTrade, Trade } from '@rm/domain'
import type { Book } from './book.ts'
import type { BookContext } from './book-step.ts'
import { contractBook, withContract } from './contract-books.ts'
import { withTradeRecorded } from './positions.ts'
import { recordTrade } from './trades.ts'

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
    book: withContract({ ...book, trades: step.ledger }, trade.contractId, contract),
    changed: step.changed,
    isNew: step.isNew,
  }
}
