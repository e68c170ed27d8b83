import type { Account } from './account.ts'
import type { AccountId } from './ids.ts'
import type { Order } from './order.ts'
import type { Position } from './position.ts'
import type { Trade } from './trade.ts'

/** How much one reading of an account asks for: positions and orders, or the account's record and its trades as well. */
export type ReadingKind = 'exposure' | 'account'

/**
 * What the gateway's REST said of one account. Lists are explicit: a reply without a list never becomes a snapshot
 * (reliability S-09), so an empty list here proves "none" at that moment.
 */
export interface Snapshot {
  readonly accountId: AccountId
  /** Monotonic time at which the first request left: what the stream said later is newer. */
  readonly requestedMs: number
  /** `unlisted`: the gateway's list lacks the account. `null` when this read did not ask. */
  readonly account: Account | 'unlisted' | null
  readonly positions: readonly Position[]
  /** Every order that can still change exposure, suspended bracket children included when {@link ordersComplete}. */
  readonly orders: readonly Order[]
  /** `false`: the gateway lacks the complete order query, so orders that are absent here may still work. */
  readonly ordersComplete: boolean
  /** Orders of any status created since the instant asked for, to find one by its tag; `null` when this read did not ask. */
  readonly history: readonly Order[] | null
  /** Trades since the instant asked for; `null` when this read did not ask. */
  readonly trades: readonly Trade[] | null
}
