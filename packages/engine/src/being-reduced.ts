import type { ContractId } from '@rm/domain'
import { exposureOf, signedSize, workedMs } from '@rm/state/book'
import type { TurnDraft } from './turn-draft.ts'

/** A market order that nobody has spoken of for so long is gone: gateways without the order query do not list one that is pending. */
const UNHEARD_ORDER_MS = 10_000

/**
 * Whether a market order against the position works: ours, of which no fill came yet, or the trader's. It will take contracts off, and
 * another one beside it could turn the position over (risk rules 1.6, reliability E-10). One of ours counts on either side: a stop that
 * filled beside it may have turned the position over, and until ours has ended the gateway refuses the next.
 */
export function isBeingReduced({ state, elapsedMs }: TurnDraft, contractId: ContractId): boolean {
  const size = signedSize(state.book, contractId)
  return exposureOf(state.book).orders.some((order) => {
    if (order.contractId !== contractId || order.type !== 'market') return false
    const isAgainst = order.side === (size > 0 ? 'sell' : 'buy') || state.ownOrders.has(order.id)
    return isAgainst && (workedMs(state.book, order.id) ?? Number.NEGATIVE_INFINITY) > elapsedMs - UNHEARD_ORDER_MS
  })
}
