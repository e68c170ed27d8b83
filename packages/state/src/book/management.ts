import type { ContractId, CycleManagement, Instant, Order, PositionCycle } from '@rm/domain'
import type { Book } from './book.ts'
import { contractBook, withContract } from './contract-books.ts'
import { shownAhead } from './entries-ahead.ts'
import { remainingContracts } from './lots-ahead.ts'
import { type ContractBook, signedSizeOf } from './positions.ts'
import { REST_LAG_TOLERANCE_MS } from './rest-lag.ts'

/** The cycle of the contract that is open, or `null`. */
export function openCycleOf(book: Book, contractId: ContractId): PositionCycle | null {
  return book.contracts.get(contractId)?.cycle ?? null
}

/** The book with another memory of the trade management in an open cycle, and that cycle, to be stored. */
export function withManagement(
  book: Book,
  cycle: PositionCycle,
  management: CycleManagement,
): { readonly book: Book; readonly cycle: PositionCycle } {
  const managed = { ...cycle, management }
  const contract = contractBook(book, cycle.contractId)
  return { book: withContract(book, cycle.contractId, { ...contract, cycle: managed }), cycle: managed }
}

/** The order with that tag as last heard of, ended or not. */
export function orderWithTag(book: Book, tag: string): Order | null {
  return book.orders.all.find(({ order }) => order.tag === tag)?.order ?? null
}

/**
 * Since when a fill is known of an order against the position that the position itself has not told of yet (monotonic), or `null`. The
 * end of a stop is reported before the position that it closed (gateway contract 6.1): a new order by the old size could open one. So
 * could one by a size that an old event repeats.
 */
export function exitAheadSinceMs(contract: ContractBook): number | null {
  const size = signedSizeOf(contract)
  if (size === 0) return null
  if (contract.repeatedMs !== null) return contract.repeatedMs
  const observedMs = contract.observedMs ?? Number.NEGATIVE_INFINITY
  const filledMs = contract.filledMs[size > 0 ? 'sell' : 'buy']
  if (filledMs !== null && filledMs > observedMs) return filledMs
  return remainingContracts(contract.lots, size) === size ? null : observedMs
}

/** Signed contracts that a position grew by, while neither their order nor their trade has told of the fill (gateway contract 6.1). */
export function grownAhead({ entries, filledMs, streamMs }: ContractBook, now: Instant): number {
  const contracts = shownAhead(entries, now)
  const toldMs = filledMs[contracts > 0 ? 'buy' : 'sell']
  const isTold = toldMs !== null && streamMs !== null && toldMs >= streamMs
  return isTold ? 0 : contracts
}

/**
 * Whether the size of a position is known as of a moment in which the account was in doubt: the stream has spoken of it since, or a reading
 * that was asked for so much later that REST cannot show what was before (reliability G-16).
 */
export function isSizeKnownSince(book: Book, contractId: ContractId, doubtedMs: number): boolean {
  const contract = book.contracts.get(contractId)
  if (contract === undefined) return false
  const { streamMs, observedMs } = contract
  if (streamMs !== null && streamMs >= doubtedMs) return true
  return observedMs !== null && observedMs >= doubtedMs + REST_LAG_TOLERANCE_MS
}
