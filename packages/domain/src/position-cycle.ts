import type { ProtectionMeter } from './account-view.ts'
import type { AccountId, ContractId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { PositionSide } from './position.ts'
import type { Usd } from './usd.ts'

/** The life of a position from flat (or flip) to flat. Survives restarts, because the gateway does not keep it. */
export interface PositionCycle {
  /** Unique and stable over restarts. */
  readonly id: string
  readonly accountId: AccountId
  readonly contractId: ContractId
  readonly side: PositionSide
  readonly openedAt: Instant
  readonly closedAt: Instant | null
  /** When the position last grew. */
  readonly enlargedAt: Instant
  readonly maxSize: number
  /** Net P&L of the trades of the cycle. */
  readonly realized: Usd
  readonly protection: ProtectionMeter
}
