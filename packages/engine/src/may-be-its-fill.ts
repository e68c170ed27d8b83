import { couldEnlarge, type Order } from '@rm/domain'
import { shrunkFrom } from '@rm/state/book'
import type { TurnDraft } from './turn-draft.ts'

/** The events of a fill follow each other within 30 ms; the room is for the way (a guess). */
export const FILL_EVENTS_MS = 250

/**
 * Whether an order is too large only since the position shrank, and nobody has told yet which order shrank it: it may be this one, filled in
 * part, and then it is as large as it has to be (gateway contract 6.1). To make it smaller, or to cancel it, would leave the rest without
 * protection (reliability S-03).
 */
export function mayBeItsFill(draft: TurnDraft, order: Order): boolean {
  const shrunk = shrunkFrom(draft.state.book, order.contractId, order.side === 'sell' ? 'long' : 'short')
  if (shrunk === null || couldEnlarge(order, shrunk.signedSize)) return false
  const untilMs = shrunk.toldMs + FILL_EVENTS_MS
  if (draft.elapsedMs >= untilMs) return false
  draft.lookAgain(untilMs)
  return true
}
