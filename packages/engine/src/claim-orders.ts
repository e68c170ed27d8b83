import { couldEnlarge, hasOwnTag, type Order, type Trade } from '@rm/domain'
import { isKnownOrder, signedSize } from '@rm/state/book'
import { type InFlight, isPositionCommand } from './account-state.ts'
import { replaceInFlight } from './in-flight.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Our stamps are business time, theirs the gateway's: they may differ by the resolution of its `Date` header. */
const CLAIM_SKEW_MS = 2_000

/**
 * Recognises an order or a trade as the effect of one of our commands: neither close endpoint returns an order id, and the order
 * carries no tag (gateway contract 2.8), so the contract, the side, the size and the moment have to tell. What was known before the
 * command left is not its effect.
 */
export function claimOwnOrder(draft: TurnDraft, candidate: Order | Trade): void {
  const orderId = 'orderId' in candidate ? candidate.orderId : candidate.id
  const { state } = draft
  if (state.inFlight.length === 0 || state.ownOrders.has(orderId) || isKnownOrder(state.book, orderId)) return
  const isClose =
    'orderId' in candidate ? candidate.realizedPnl !== null : candidate.type === 'market' && candidate.tag === null
  if (!isClose) return
  const owner = state.inFlight.find(
    (one) =>
      isPositionCommand(one) &&
      one.orderId === null &&
      one.record.command.contractId === candidate.contractId &&
      stampOf(candidate) >= one.record.sentAt - CLAIM_SKEW_MS &&
      fitsCommand(candidate, one, signedSize(state.book, candidate.contractId)),
  )
  if (owner === undefined) return
  replaceInFlight(draft, { ...owner, orderId })
  draft.change({ ownOrders: new Set(draft.state.ownOrders).add(orderId) })
}

/**
 * Recognises an order by its tag as one that the program placed, in this run or an earlier one: its trades are nobody's trading. The tag can
 * be imitated, so an order that could open or enlarge is the trader's, whatever it is called.
 */
export function claimTaggedOrder(draft: TurnDraft, order: Order): void {
  const { ownOrders, book } = draft.state
  if (!hasOwnTag(order) || ownOrders.has(order.id)) return
  if (couldEnlarge(order, signedSize(book, order.contractId))) return
  draft.change({ ownOrders: new Set(ownOrders).add(order.id) })
}

function stampOf(candidate: Order | Trade): number {
  return 'orderId' in candidate ? candidate.at : candidate.createdAt
}

/** A close works on the position as the gateway holds it, which may have grown, shrunk or turned over on the way. */
function fitsCommand(candidate: Order | Trade, { record, sizeBefore }: InFlight, sizeNow: number): boolean {
  const { command } = record
  if (sizeBefore === null) return true
  return [sizeBefore, sizeNow].some((size) => {
    if ((size > 0 ? 'sell' : 'buy') !== candidate.side) return false
    const contracts = command.kind === 'reduce-position' ? command.contracts : Math.abs(size)
    return 'orderId' in candidate ? candidate.size <= contracts : candidate.size === contracts
  })
}
