import {
  type Command,
  type ContractId,
  type Order,
  type Position,
  type Snapshot,
  toTicks,
  unreachable,
} from '@rm/domain'
import { type Book, endOf, isKnownOrder, observedMs, orderWithTag, signedSize, workingOrder } from '@rm/state/book'
import type { InFlight } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** An accepted command that shows no effect for so long is looked at by REST (reliability 3.3, ACKED). */
export const EFFECT_OVERDUE_MS = 2_000

/** How far a REST reading may lag behind: a reduction in doubt is judged only by a reading this much later (a guess, gateway contract 10). */
const READING_LAG_MS = 2_500

/**
 * Whether the book shows what the command was for. A position command without an answer may still be on its way: what looks like its
 * effect may be the trader's own doing, and two of them on one contract could turn it over (risk rules 1.6).
 */
export function hasEffect(draft: TurnDraft, inFlight: InFlight): boolean {
  const { command } = inFlight.record
  const { book } = draft.state
  switch (command.kind) {
    case 'cancel-order':
      // Before a reading an order is absent for want of knowledge.
      return (
        workingOrder(book, command.orderId) === null &&
        (isKnownOrder(book, command.orderId) || book.snapshotMs !== null)
      )
    case 'close-position':
      if (inFlight.answeredMs === null) return false
      return isExecuted(inFlight, book) || isReducedTo(book, inFlight, 0)
    case 'reduce-position': {
      const { answeredMs, sizeBefore } = inFlight
      if (answeredMs === null) return false
      if (isExecuted(inFlight, book)) return true
      return sizeBefore !== null && isReducedTo(book, inFlight, Math.abs(sizeBefore) - command.contracts)
    }
    case 'place-order': {
      // A refused one leaves a record as well; whether it was refused the answer tells.
      const order = orderWithTag(book, command.tag)
      return order !== null && order.status !== 'rejected'
    }
    case 'modify-order': {
      const order = workingOrder(book, command.orderId)
      return order !== null && hasTerms(order, command)
    }
    default:
      return unreachable(command)
  }
}

/** Whether the order stands as it was asked to, or tighter. */
function hasTerms(
  order: Order,
  { protection, contracts, price, tickSize }: Extract<Command, { kind: 'modify-order' }>,
): boolean {
  const written = protection === 'stop' ? order.stopPrice : order.limitPrice
  const standing = written === null ? null : toTicks(written, tickSize)
  if (standing === null || order.size !== contracts) return false
  if (protection === 'target') return standing === price
  return order.side === 'sell' ? standing >= price : standing <= price
}

function isReducedTo(book: Book, { record, sentMs }: InFlight, contracts: number): boolean {
  const { contractId } = record.command
  const seenMs = observedMs(book, contractId)
  return Math.abs(signedSize(book, contractId)) <= contracts && seenMs !== null && seenMs > sentMs
}

/** Whether its order was filled and the position was spoken of since: whatever is open now is another matter. */
function isExecuted({ record, orderId, orderEndedMs, positionAtEnd }: InFlight, book: Book): boolean {
  if (orderId === null || orderEndedMs === null || endOf(book, orderId) !== 'filled') return false
  const { contractId } = record.command
  const isOldWord = observedMs(book, contractId) === orderEndedMs && positionOf(book, contractId) === positionAtEnd
  return isObservedSince(book, contractId, orderEndedMs) && !isOldWord
}

/** What the position was last said to be; another object is another word. */
export function positionOf(book: Book, contractId: ContractId): Position | null {
  return book.contracts.get(contractId)?.position ?? null
}

/** Accepted first and rejected or cancelled afterwards (reliability E-16). */
export function hasDiedAtTheVenue(draft: TurnDraft, { record, orderId, answeredMs }: InFlight): boolean {
  if (answeredMs === null) return false
  const { book } = draft.state
  const { command } = record
  if (command.kind === 'place-order') return orderWithTag(book, command.tag)?.status === 'rejected'
  // An order that is gone is changed no more.
  if (command.kind === 'modify-order') return workingOrder(book, command.orderId) === null && book.snapshotMs !== null
  return orderId !== null && endOf(book, orderId) === 'unfilled'
}

/** Whether a reading that shows no effect is late enough to say that there was none. */
export function disproves(snapshot: Snapshot, inFlight: InFlight): boolean {
  if (inFlight.answeredMs === null) return false
  // An order that has ended is not among those that work.
  if (inFlight.record.command.kind === 'place-order' && snapshot.history === null) return false
  return snapshot.requestedMs >= readableFromMs(inFlight, inFlight.answeredMs)
}

export function readableFromMs(inFlight: InFlight, answeredMs: number): number {
  if (inFlight.record.state === 'acked') return answeredMs + EFFECT_OVERDUE_MS
  // Repeating a close, a change or a placement with its tag is harmless, repeating a reduction is not (reliability 3.4).
  return inFlight.record.command.kind === 'reduce-position' ? answeredMs + READING_LAG_MS : answeredMs
}

/** Whether the position of the contract was observed from that monotonic time on, by the stream or a reading. */
export function isObservedSince(book: Book, contractId: ContractId, sinceMs: number): boolean {
  return (observedMs(book, contractId) ?? Number.NEGATIVE_INFINITY) >= sinceMs
}
