import { type Position, signedTradeSize } from '@rm/domain'
import { remainingContracts } from './lots-ahead.ts'
import type { ContractBook } from './positions.ts'
import { samePosition } from './same-position.ts'

/** A late event is seconds old, and a position does not change more often in that time. */
const FORMER_STATES_KEPT = 8

/**
 * Whether the stream says of a position what it was before, and the trades that it has not shown yet do not lead back there. Such an event
 * may be a repetition that came late: events carry no stamp of their own (reliability ). A trade that comes a moment later, or
 * a reading, says what is true.
 */
export function isUnexplainedRepeat(known: ContractBook, position: Position): boolean {
  if (position.signedSize === 0 || !known.formerStates.some((former) => samePosition(former, position))) return false
  const before = known.position?.signedSize ?? 0
  if (remainingContracts(known.lots, before) === position.signedSize) return false
  return known.tradesSinceMove.reduce((size, trade) => size + signedTradeSize(trade), before) !== position.signedSize
}

/** Of a flat position nothing can be repeated: it ends a life of the position. */
export function withFormerState({ position, formerStates }: ContractBook): readonly Position[] {
  if (position === null || position.signedSize === 0) return formerStates
  return [...formerStates, position].slice(-FORMER_STATES_KEPT)
}
