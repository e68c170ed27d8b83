import type { DayTrade } from './account-view.ts'
import type { Breach } from './breach.ts'
import type { AccountId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Lockout } from './lockout.ts'
import type { PositionCycle } from './position-cycle.ts'
import type { CommandRecord, PursuedGoal } from './pursuit.ts'

/** One line of the audit trail: who did what to what, with the numbers. Never a secret. */
export interface AuditEntry {
  readonly actor: 'daemon' | 'gateway' | 'admin' | 'trader'
  /** A past fact in kebab-case: `breach-begun`, `lockout-set`, `command-sent`. */
  readonly action: string
  /** The id of the thing. */
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
}

/**
 * Everything durable that one turn decided: written in one transaction, before the first request of the turn leaves.
 * Rows are whole and replace what stood under the same key, so writing a record twice changes nothing but the audit trail.
 */
export interface TurnRecord {
  readonly accountId: AccountId
  readonly at: Instant
  /** The event that began the turn, as `describeEvent` writes it. */
  readonly cause: string
  readonly trades: readonly DayTrade[]
  readonly cycles: readonly PositionCycle[]
  readonly breaches: readonly Breach[]
  /** Breaches whose condition no longer holds. */
  readonly endedBreaches: readonly { readonly id: string; readonly at: Instant }[]
  readonly lockouts: readonly Lockout[]
  readonly endedLockouts: readonly { readonly id: string; readonly at: Instant; readonly cause: string }[]
  readonly goals: readonly PursuedGoal[]
  readonly commands: readonly CommandRecord[]
  /** Daily resets that this turn crossed, each processed exactly once per account. */
  readonly resets: readonly Instant[]
  /** Warnings given, so that each comes once per trading day and level. */
  readonly warnings: readonly WarningMark[]
  readonly audit: readonly AuditEntry[]
}

/** `warn_at` was reached: rule and level, on a trading day. */
export interface WarningMark {
  readonly rule: string
  /** Share of the limit, 0 to 1. */
  readonly level: number
  /** Label of the trading day. */
  readonly day: string
}

/** What the store remembers of an account when the program starts. */
export interface StoredAccount {
  /** Trades since the instant asked for. */
  readonly trades: readonly DayTrade[]
  /** Cycles that are not closed. */
  readonly cycles: readonly PositionCycle[]
  /** Lockouts that were not ended, whatever the time. */
  readonly lockouts: readonly Lockout[]
  /** Breaches whose condition held at the last turn. */
  readonly breaches: readonly Breach[]
  /** Goals that were neither reached nor moot. */
  readonly goals: readonly PursuedGoal[]
  /** Commands in state sending, acked or in-doubt. */
  readonly commands: readonly CommandRecord[]
  readonly lastReset: Instant | null
  readonly warnings: readonly WarningMark[]
  /** When the last turn of this account was committed: the beginning of what was not observed. */
  readonly lastTurnAt: Instant | null
}

/** A turn that stores nothing: what something is added to. */
export function emptyTurn(accountId: AccountId, at: Instant, cause: string): TurnRecord {
  return {
    accountId,
    at,
    cause,
    trades: [],
    cycles: [],
    breaches: [],
    endedBreaches: [],
    lockouts: [],
    endedLockouts: [],
    goals: [],
    commands: [],
    resets: [],
    warnings: [],
    audit: [],
  }
}
