import { HubAction, OrderType } from '@rm/sdk-bridge/wire'
import type { ExchangeEvent } from '../seam.ts'
import type { AccountBook, FillOutcome, TradeRecord } from './account-book.ts'
import type { OrderRecord } from './order-record.ts'
import { wireOrder, wirePosition, wireTrade } from './wire-shapes.ts'

/** One execution with everything that it sets off. */
export interface FillStory {
  readonly book: AccountBook
  readonly order: OrderRecord
  readonly outcome: FillOutcome
  /** Bracket children that begin to work, target first. */
  readonly activated: readonly OrderRecord[]
  /** How often the account event repeats: one to three times were recorded. */
  readonly accountEvents: number
}

/**
 * The events of one execution in the recorded order (gateway contract, 6.1): a limit shows its order first, a stop or market order its
 * trade, and the end of a position shows its opening trade once more.
 */
export function fillEvents({ book, order, outcome, activated, accountEvents }: FillStory): ExchangeEvent[] {
  const { openedBy, position, trade } = outcome
  const trades = [trade, ...(openedBy === null ? [] : [openedBy])].map(tradeEvent)
  const orders = [order, ...activated].map(orderEvent)
  const accountId = order.accountId
  const action = position.signedSize === 0 ? HubAction.remove : HubAction.update
  return [
    ...(isOrderFirst(order.type) ? [...orders, ...trades] : [...trades, ...orders]),
    { kind: 'position', accountId, action, data: wirePosition(position, accountId) },
    ...Array.from({ length: accountEvents }, () => accountEvent(book)),
  ]
}

export function orderEvent(order: OrderRecord): ExchangeEvent {
  return { kind: 'order', accountId: order.accountId, action: HubAction.update, data: wireOrder(order) }
}

export function accountEvent(book: AccountBook): ExchangeEvent {
  return { kind: 'account', accountId: book.terms.id, action: HubAction.update, data: book.toWire() }
}

export function tradeEvent(trade: TradeRecord): ExchangeEvent {
  return { kind: 'trade', accountId: trade.accountId, action: HubAction.create, data: wireTrade(trade) }
}

function isOrderFirst(type: OrderType): boolean {
  return type === OrderType.limit || type === OrderType.joinBid || type === OrderType.joinAsk
}
