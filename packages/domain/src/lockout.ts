import type { Baseline } from './goal.ts'
import type { AccountId } from './ids.ts'
import type { Instant } from './instant.ts'
import { unreachable } from './invariant.ts'
import type { RuleCode } from './rule-code.ts'

/** What a lockout covers: the account, or one product of it as the settings name it. */
export type LockoutScope = 'account' | `product:${string}`

/** `flat`: no position, no order. `reduce-only`: existing positions may be kept and reduced. */
export type LockoutEffect = 'flat' | 'reduce-only'

/** What ends a lockout. There is no manual unlock, for nobody (risk rules, 1.5). */
export type LockoutEnd =
  | { readonly kind: 'at'; readonly at: Instant }
  /** Resolved to an instant when the lockout is set. */
  | { readonly kind: 'next-reset'; readonly at: Instant }
  | { readonly kind: 'session-start'; readonly at: Instant }

/** A standing goal with an end: nothing else. */
export interface Lockout {
  /** Unique and stable over restarts. */
  readonly id: string
  readonly accountId: AccountId
  readonly rule: RuleCode
  readonly scope: LockoutScope
  readonly effect: LockoutEffect
  /** For `reduce-only`: what may be kept. Shrinks with every observed reduction, never grows. */
  readonly baseline: Baseline
  readonly from: Instant
  readonly end: LockoutEnd
  /** One sentence for people: the rule's message when it was set. */
  readonly reason: string
}

/** Whether the lockout is in force: half-open, free at its end exactly. */
export function isActive(lockout: Lockout, now: Instant): boolean {
  return now < lockout.end.at
}

/** Lockouts of one rule, scope and effect are one lockout that is only ever extended. */
export function sameLockout(a: Lockout, b: Lockout): boolean {
  return a.rule === b.rule && a.scope === b.scope && a.effect === b.effect
}

/** The lockout with the later end; never shortens. The baseline stays the one committed first. */
export function extendLockout(standing: Lockout, again: Lockout): Lockout {
  return again.end.at > standing.end.at ? { ...standing, end: again.end, reason: again.reason } : standing
}

/** What ends it, for people. */
export function describeEnd(end: LockoutEnd): string {
  switch (end.kind) {
    case 'at':
      return 'end of the cooldown'
    case 'next-reset':
      return 'next daily reset'
    case 'session-start':
      return 'start of the next session'
    default:
      return unreachable(end)
  }
}
