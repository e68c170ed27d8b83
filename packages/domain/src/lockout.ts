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
  /** The gateway says that the account may trade. Nobody knows when that will be. */
  | { readonly kind: 'can-trade' }
  /** A configuration without the block is in force. */
  | { readonly kind: 'config' }

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
  /** The numbers behind the reason; `null` in a lockout that an earlier version stored. */
  readonly evidence: LockoutEvidence | null
}

/** What was measured and which limit it met, written for people, under the configuration of that digest. */
interface LockoutEvidence {
  readonly measured: string
  readonly limit: string
  readonly configuration: string
}

/** The instant at which it ends, or `null` for one that ends with a condition. */
export function endInstant(end: LockoutEnd): Instant | null {
  return 'at' in end ? end.at : null
}

/**
 * Whether the lockout is in force as far as time tells: half-open, free at its end exactly. One that ends with a condition is in force until
 * whoever observes the condition ends it.
 */
export function isActive(lockout: Lockout, now: Instant): boolean {
  const end = endInstant(lockout.end)
  return end === null || now < end
}

/**
 * Lockouts of one rule, scope and effect are one lockout that is only ever extended. An instant and a condition cannot be compared, so two
 * that end in such different ways stand beside each other.
 */
export function sameLockout(a: Lockout, b: Lockout): boolean {
  if (a.rule !== b.rule || a.scope !== b.scope || a.effect !== b.effect) return false
  return a.end.kind === b.end.kind || (endInstant(a.end) !== null && endInstant(b.end) !== null)
}

/** The lockout with the later end; never shortens. The baseline stays the one committed first. */
export function extendLockout(standing: Lockout, again: Lockout): Lockout {
  const [end, later] = [endInstant(standing.end), endInstant(again.end)]
  return end !== null && later !== null && later > end
    ? { ...standing, end: again.end, reason: again.reason, evidence: again.evidence }
    : standing
}

/** The lockouts with one more, or with the one that it extends. The same list when it adds nothing. */
export function withLockout(lockouts: readonly Lockout[], added: Lockout): readonly Lockout[] {
  const standing = lockouts.find((one) => sameLockout(one, added))
  if (standing === undefined) return [...lockouts, added]
  const extended = extendLockout(standing, added)
  return extended === standing ? lockouts : lockouts.map((one) => (one === standing ? extended : one))
}

/** Order of display: what ends with a condition first, then the latest end; equal ends by id, so that the order is one. */
export function longestFirst(a: Lockout, b: Lockout): number {
  const [endA, endB] = [endInstant(a.end) ?? Infinity, endInstant(b.end) ?? Infinity]
  if (endA !== endB) return endB > endA ? 1 : -1
  return a.id < b.id ? -1 : Number(a.id > b.id)
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
    case 'can-trade':
      return 'the firm allows trading again'
    case 'config':
      return 'a configuration without the block is loaded'
    default:
      return unreachable(end)
  }
}
