import type { ContractId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Ticks } from './ticks.ts'

/** A sparse change of a contract's quote: what is absent is unchanged, never zero (gateway contract 5). */
export interface QuoteChange {
  readonly contractId: ContractId
  readonly bid?: Ticks
  readonly ask?: Ticks
  readonly last?: Ticks
  /** Server time of the change. */
  readonly at: Instant
}

/** The merged quote of a contract, with the extremes since the last evaluation (quotes coalesce only under backlog). */
export interface Quote {
  readonly contractId: ContractId
  readonly bid: Ticks | null
  readonly ask: Ticks | null
  readonly last: Ticks | null
  /** Lowest and highest price at which a long could have been closed: the bid, the last trade while no bid was seen, the worse side of a crossed quote. */
  readonly bidLow: Ticks | null
  readonly bidHigh: Ticks | null
  /** The same for closing a short. */
  readonly askLow: Ticks | null
  readonly askHigh: Ticks | null
  /** The last crossed change makes the quote suspect before this instant: the worse of its sides counts. */
  readonly suspectUntil: Instant | null
  readonly at: Instant
  /** Our business time when it arrived; freshness counts from here. */
  readonly receivedAt: Instant
}
