import type { Instant } from '@rm/domain'
import { enteredAhead } from './entries-ahead.ts'
import type { ContractBook } from './positions.ts'

/**
 * What the stream still owes of a contract. It tells of every fill twice, by a trade and by the position; when one comes without the other
 * and stays so, an event is late or lost (reliability ).
 */
export interface OwedEvents {
  /** Monotonic arrival of the trade of which the position does not tell yet; `null` for none. */
  readonly positionMs: number | null
  /** Monotonic arrival of the position whose trades are not told yet; `null` for none. */
  readonly tradesMs: number | null
}

export const NOTHING_OWED: OwedEvents = { positionMs: null, tradesMs: null }

/** After the stream told of the position at that time. */
export function owedAfterMove(contract: ContractBook, heardMs: number, now: Instant): OwedEvents {
  return owed(isPositionOwed(contract, now) ? heardMs : null, contract, heardMs)
}

/** After the stream told of a trade at that time. */
export function owedAfterTrade(contract: ContractBook, heardMs: number, now: Instant): OwedEvents {
  return owed(isPositionOwed(contract, now) ? (contract.owed.positionMs ?? heardMs) : null, contract, heardMs)
}

function owed(positionMs: number | null, contract: ContractBook, heardMs: number): OwedEvents {
  const tradesMs = areTradesOwed(contract) ? (contract.owed.tradesMs ?? heardMs) : null
  return positionMs === null && tradesMs === null ? NOTHING_OWED : { positionMs, tradesMs }
}

function isPositionOwed({ lots, entries }: ContractBook, now: Instant): boolean {
  return lots.long.closed.length > 0 || lots.short.closed.length > 0 || enteredAhead(entries, now) !== 0
}

function areTradesOwed({ lots, entries }: ContractBook): boolean {
  return lots.long.reduced > 0 || lots.short.reduced > 0 || entries.grown.length > 0
}
