import {
  type Breach,
  endInstant,
  formatInstant,
  later,
  latest,
  type Lockout,
  type LockoutDemand,
  type LockoutEnd,
  sameLockout,
  unreachable,
  withLockout,
} from '@rm/domain'
import { executedSizes } from '@rm/state/book'
import type { TurnDraft } from './turn-draft.ts'

/**
 * Sets a lockout, or extends the one that stands for the same; it never shortens one.
 *
 * @param evidence - who demands it, and the numbers behind it
 */
export function setLockout(
  draft: TurnDraft,
  demand: LockoutDemand,
  { rule, measured, limit }: Pick<Breach, 'rule' | 'measured' | 'limit'>,
  reason: string,
): void {
  const lockout: Lockout = {
    id: draft.newId('l'),
    accountId: draft.state.accountId,
    rule,
    scope: demand.scope,
    effect: demand.effect,
    baseline: demand.effect === 'reduce-only' ? executedSizes(draft.state.book, draft.now) : new Map(),
    from: draft.now,
    end: endOf(draft, demand),
    reason,
    evidence: { measured, limit, configuration: draft.context.policy.configuration },
  }
  const before = draft.state.lockouts
  const lockouts = withLockout(before, lockout)
  const kept = lockouts.find((one) => sameLockout(one, lockout))
  if (lockouts === before || kept === undefined) return
  draft.change({ lockouts })
  keepLockout(draft, kept, kept === lockout ? 'lockout-set' : 'lockout-extended')
}

function keepLockout(draft: TurnDraft, lockout: Lockout, kind: 'lockout-set' | 'lockout-extended'): void {
  draft.keepLockout(lockout)
  const until = endInstant(lockout.end)
  draft.audit(kind, lockout.id, {
    rule: lockout.rule,
    scope: lockout.scope,
    effect: lockout.effect,
    until: until === null ? null : formatInstant(until),
    endsWith: lockout.end.kind,
    ...lockout.evidence,
  })
  draft.note({ kind, lockout })
}

function endOf(draft: TurnDraft, demand: LockoutDemand): LockoutEnd {
  switch (demand.until.kind) {
    case 'next-reset':
      return { kind: 'next-reset', at: draft.context.policy.calendar.nextReset(draft.now) }
    case 'for':
      return { kind: 'at', at: later(draft.now, demand.until.ms) }
    case 'session-start':
      return { kind: 'session-start', at: latest(demand.until.at, draft.now) }
    case 'can-trade':
    case 'config':
      return demand.until
    default:
      return unreachable(demand.until)
  }
}
