import type { ProtectionMeter } from './account-view.ts'
import type { AccountId, ContractId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { PositionSide } from './position.ts'
import type { Ticks } from './ticks.ts'
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
  readonly management: CycleManagement
}

/** What the trade management has to remember of a cycle (RULE-012). */
export interface CycleManagement {
  /** The stop price that break-even asked for when its trigger was reached; `null` before. */
  readonly breakEvenDone: Ticks | null
  /** The best price at which the position could have been closed since the trailing stop watches; `null` before the first. */
  readonly trailExtreme: Ticks | null
  /** Orders of ours that were asked for so far: the next one gets a tag that no other ever had. */
  readonly placements: number
}

export const UNMANAGED: CycleManagement = { breakEvenDone: null, trailExtreme: null, placements: 0 }
