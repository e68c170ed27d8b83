import { type AccountEvent, invariant, type Order, type Position, type Trade, unreachable } from '@rm/domain'
import { withAccountReported } from './account.ts'
import type { Book } from './book.ts'
import { type BookContext, type BookStep, stepTo } from './book-step.ts'
import { observedOrder, recordOrder } from './orders.ts'
import { owedAfterTrade } from './owed-events.ts'
import { movedByStream } from './positions.ts'
import { contractBook, withContract, withProtectionMeasured } from './contract-books.ts'
import { applySnapshot } from './snapshot.ts'
import { withFillsOfTrades, withTradeReported } from './trade-report.ts'

/** The book after an event of its account. Pure; applying an event twice is applying it once. */
export function applyEvent(book: Book, event: AccountEvent, context: BookContext): BookStep {
  invariant(
    event.accountId === book.accountId,
    () => `the book of ${book.accountId} got an event of ${event.accountId}`,
  )
  switch (event.kind) {
    case 'account-changed':
      return stepTo(book, withAccountReported(book, event.account, event.receivedMs))
    case 'position-changed':
      return applyPosition(book, event.position, event.receivedMs, context)
    case 'order-changed':
      return stepTo(book, withOrderReported(book, event.order, event.receivedMs, context))
    case 'trade-reported':
      return applyTrade(book, event.trade, event.receivedMs, context)
    case 'snapshot-read':
      return applySnapshot(book, event.snapshot, context)
    case 'snapshot-failed':
    case 'command-settled':
    case 'payload-faulted':
      return stepTo(book, book)
    default:
      return unreachable(event)
  }
}

function applyPosition(book: Book, position: Position, receivedMs: number, context: BookContext): BookStep {
  const { contractId } = position
  const { contract, enlarged } = movedByStream(
    contractBook(book, contractId),
    position,
    receivedMs,
    book.trades,
    context.now,
  )
  const moved = withProtectionMeasured(withContract(book, contractId, contract), book, contractId, context.now, context)
  return { ...stepTo(book, moved), enlarged: enlarged ? contractId : null }
}

function withOrderReported(book: Book, order: Order, receivedMs: number, context: BookContext): Book {
  const orders = recordOrder(book.orders, order, receivedMs)
  if (orders === book.orders) return book
  const before = filledOf(observedOrder(book.orders, order.id)?.order)
  const told = withFillsOfTrades(withFillHeard({ ...book, orders }, order, before, receivedMs), order.id)
  return withProtectionMeasured(told, book, order.contractId, order.updatedAt, context)
}

function withFillHeard(book: Book, order: Order, before: number, receivedMs: number): Book {
  if (filledOf(order) <= before) return book
  const contract = contractBook(book, order.contractId)
  return withContract(book, order.contractId, {
    ...contract,
    filledMs: { ...contract.filledMs, [order.side]: receivedMs },
  })
}

function filledOf(order: Order | undefined): number {
  if (order === undefined) return 0
  return order.status === 'filled' ? order.size : order.filled
}

function applyTrade(book: Book, trade: Trade, receivedMs: number, context: BookContext): BookStep {
  const report = withTradeReported(book, trade, context)
  if (report.changed === null) return stepTo(book, book)
  const contract = contractBook(report.book, trade.contractId)
  const told = { ...contract, owed: owedAfterTrade(contract, receivedMs, context.now) }
  // The fill of an entry makes its suspended stop a valid one.
  const measured = withProtectionMeasured(
    withContract(report.book, trade.contractId, told),
    book,
    trade.contractId,
    trade.at,
    context,
  )
  return {
    ...stepTo(book, measured),
    trades: [report.changed],
    newTrades: new Set(report.isNew ? [report.changed.trade.id] : []),
  }
}
