import type { FindingAlert, FindingAlertCode } from './alert.ts'
import type { Goal } from './goal.ts'
import type { AccountId, ContractId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { LockoutEffect, LockoutScope } from './lockout.ts'
import type { RuleCode } from './rule-code.ts'

/** What a breach is about. With the rule it is the breach's identity: while it stays breached no new breach begins. */
export type BreachScope = 'account' | `${'product' | 'contract' | 'order' | 'trade' | 'connection'}:${string}`

/** The lockout that a rule asks for. The engine resolves it to an instant when it commits. */
export interface LockoutDemand {
  readonly scope: LockoutScope
  readonly effect: LockoutEffect
  readonly until:
    | { readonly kind: 'next-reset' }
    | { readonly kind: 'for'; readonly ms: number }
    | { readonly kind: 'session-start'; readonly at: Instant }
    | { readonly kind: 'can-trade' }
    | { readonly kind: 'config' }
}

/** What a rule found in one view: its condition is met for this scope. */
export interface Finding {
  readonly scope: BreachScope
  /** The measured value, written for people: `-$512.40`, `6 contracts`. */
  readonly measured: string
  /** The limit it met, written for people. */
  readonly limit: string
  /** One plain sentence with the numbers. */
  readonly message: string
  /** Strictness inside the rule, from 1; 0 is a rule that could not judge. A breach that worsens into a higher tier is a new breach. */
  readonly tier: number
  readonly goals: readonly Goal[]
  readonly lockout: LockoutDemand | null
  readonly alert?: FindingAlert
  /** Quotes of this contract are asked for anew when the breach begins. */
  readonly quotesWanted?: ContractId
}

/** A rule's answer about one view. */
export interface Verdict {
  readonly findings: readonly Finding[]
  /** What the rule needed and could not know, one sentence each. Not empty means BLIND, never PASS. */
  readonly blind: readonly string[]
  /** Largest share of a limit that is used up, 1 at the limit; `null` when the rule measures none. For `warn_at`. */
  readonly use: number | null
}

/** A finding that became a fact: the edge from kept to breached, stored for ever. */
export interface Breach {
  /** Unique and stable over restarts. */
  readonly id: string
  readonly accountId: AccountId
  readonly rule: RuleCode
  readonly scope: BreachScope
  readonly tier: number
  readonly measured: string
  readonly limit: string
  readonly message: string
  readonly goals: readonly Goal[]
  /** What a human was called for, so that its end is told; `null` for a breach that called nobody. */
  readonly alert: FindingAlertCode | null
  readonly firstSeenAt: Instant
  readonly lastSeenAt: Instant
  /** What happened in the turn that found it: an event kind with its identity, `trade-reported 3100000044`. */
  readonly cause: string
}
