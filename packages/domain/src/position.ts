import type { AccountId, ContractId } from './ids.ts'
import type { Instant } from './instant.ts'

export type PositionSide = 'long' | 'short'

/** One netted position as the gateway reports it. Size 0 is flat. */
export interface Position {
  readonly accountId: AccountId
  readonly contractId: ContractId
  /** Contracts; long positive, short negative, flat 0. */
  readonly signedSize: number
  /** Volume-weighted entry price; need not lie on the tick grid. */
  readonly averagePrice: number
  /** The gateway's creation stamp of the position. A flip may keep the old one. */
  readonly openedAt: Instant
}

export function sideOf(signedSize: number): PositionSide | null {
  return signedSize > 0 ? 'long' : signedSize < 0 ? 'short' : null
}
