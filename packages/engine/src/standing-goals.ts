import {
  type Baseline,
  type Breach,
  type ContractId,
  endInstant,
  formatInstant,
  type Goal,
  isActive,
  type Lockout,
  unreachable,
} from '@rm/domain'
import { arbitrate, type Demands, stillBlocks } from '@rm/rules'
import { executedSizes, isAdmitted } from '@rm/state/book'
import { type AccountState, isTrusted } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** A goal that holds as long as something stands: a lockout, or a breach whose remedy is to reduce only. */
export interface StandingGoal {
  readonly origin: { readonly kind: 'breach' | 'lockout'; readonly id: string }
  readonly goal: Goal
}

/** What stands, whether or not it is violated now. */
export function standingGoals(state: Pick<AccountState, 'lockouts' | 'breaches'>): readonly StandingGoal[] {
  if (state.lockouts.length === 0 && state.breaches.size === 0) return NOTHING
  const standing: StandingGoal[] = state.lockouts.map((lockout) => ({
    origin: { kind: 'lockout', id: lockout.id },
    goal: goalOfLockout(lockout),
  }))
  for (const breach of state.breaches.values()) {
    for (const goal of breach.goals) {
      if (goal.kind === 'reduce-only') standing.push({ origin: { kind: 'breach', id: breach.id }, goal })
    }
  }
  return standing
}

/** Everything that must hold now: what stands and what is still owed. */
export function demandsOf(state: AccountState): Demands {
  const standing = standingGoals(state)
  if (standing.length === 0 && state.goals.length === 0) return NO_DEMANDS
  return arbitrate([...standing.map((one) => one.goal), ...state.goals.map((pursued) => pursued.goal)])
}

function goalOfLockout(lockout: Lockout): Goal {
  const { scope, effect, baseline } = lockout
  if (scope === 'account') return effect === 'flat' ? { kind: 'flat-account' } : { kind: 'reduce-only', baseline }
  const product = productOfScope(scope)
  return effect === 'flat' ? { kind: 'flat-product', product } : { kind: 'reduce-only', baseline, product }
}

function productOfScope(scope: Exclude<Lockout['scope'], 'account'>): string {
  return scope.slice('product:'.length)
}

/** What was given up cannot be re-entered: every observed reduction shrinks what a reduce-only lockout lets the trader keep. */
export function shrinkBaselines(draft: TurnDraft): void {
  const { lockouts: standing, breaches, trust, book } = draft.state
  if (standing.length + breaches.size === 0 || !isTrusted(trust)) return
  const sizes = executedSizes(book, draft.now)
  let changed = false
  const lockouts = standing.map((lockout) => {
    const baseline = lockout.effect === 'reduce-only' ? shrunk(lockout.baseline, sizes) : null
    if (baseline === null) return lockout
    changed = true
    const next = { ...lockout, baseline }
    draft.keepLockout(next)
    return next
  })
  if (changed) draft.change({ lockouts })
  for (const [key, breach] of breaches) shrinkBreach(draft, key, breach, sizes)
}

/**
 * Ends lockouts whose time has come or whose condition is observed. Nothing unlocks while the book is in doubt, and by time nothing while the
 * time is (reliability S-08, S-18).
 */
export function endLockouts(draft: TurnDraft): void {
  if (draft.state.lockouts.length === 0 || !isTrusted(draft.state.trust)) return
  const ended = draft.state.lockouts.filter((lockout) => hasEnded(draft, lockout))
  if (ended.length === 0) return
  draft.change({ lockouts: draft.state.lockouts.filter((lockout) => !ended.includes(lockout)) })
  for (const lockout of ended) {
    const until = endInstant(lockout.end)
    draft.keepEndedLockout(lockout.id, lockout.end.kind)
    draft.audit('lockout-ended', lockout.id, {
      rule: lockout.rule,
      scope: lockout.scope,
      until: until === null ? null : formatInstant(until),
      cause: lockout.end.kind,
    })
    draft.note({ kind: 'lockout-ended', lockout })
  }
}

/** A lockout until the reset follows a calendar that was changed only to a later reset, never to an earlier one (risk rules 1.5). */
export function postponeResetLockouts(draft: TurnDraft): void {
  const { calendar } = draft.context.policy
  for (const lockout of draft.state.lockouts) {
    if (lockout.end.kind !== 'next-reset') continue
    const at = calendar.nextReset(lockout.from)
    if (at <= lockout.end.at) continue
    const postponed: Lockout = { ...lockout, end: { kind: 'next-reset', at } }
    draft.change({ lockouts: draft.state.lockouts.map((one) => (one === lockout ? postponed : one)) })
    draft.keepLockout(postponed)
    draft.audit('lockout-extended', lockout.id, { rule: lockout.rule, until: formatInstant(at), cause: draft.cause })
    draft.note({ kind: 'lockout-extended', lockout: postponed })
  }
}

function hasEnded(draft: TurnDraft, lockout: Lockout): boolean {
  const { book, connection } = draft.state
  switch (lockout.end.kind) {
    case 'at':
    case 'next-reset':
    case 'session-start':
      return draft.context.timeTrusted && !isActive(lockout, draft.now)
    case 'can-trade':
      return isAdmitted(book) && connection.unlistedSince === null
    case 'config':
      return !isStillConfigured(draft, lockout)
    default:
      return unreachable(lockout.end)
  }
}

/** Only RULE-011 blocks by configuration, and always a product. Anything else stays until somebody knows what it was. */
function isStillConfigured(draft: TurnDraft, { scope }: Lockout): boolean {
  if (scope === 'account') return true
  const { policy, market } = draft.context
  const product = productOfScope(scope)
  return stillBlocks(policy.rules, product, market.contractsOf(product))
}

function shrinkBreach(draft: TurnDraft, key: string, breach: Breach, sizes: ReadonlyMap<ContractId, number>): void {
  let changed = false
  const goals = breach.goals.map((goal) => {
    const baseline = goal.kind === 'reduce-only' ? shrunk(goal.baseline, sizes) : null
    if (baseline === null || goal.kind !== 'reduce-only') return goal
    changed = true
    return { ...goal, baseline }
  })
  if (!changed) return
  const next = { ...breach, goals }
  draft.keepBreach(next)
  draft.change({ breaches: new Map(draft.state.breaches).set(key, next) })
}

/** The smaller baseline, or `null` when nothing was given up. */
function shrunk(baseline: Baseline, sizes: ReadonlyMap<ContractId, number>): Baseline | null {
  let next: Map<ContractId, number> | null = null
  for (const [contractId, kept] of baseline) {
    const size = sizes.get(contractId) ?? 0
    const stillThere = Math.sign(size) === Math.sign(kept) ? Math.min(Math.abs(size), Math.abs(kept)) : 0
    if (stillThere === Math.abs(kept)) continue
    next ??= new Map(baseline)
    if (stillThere === 0) next.delete(contractId)
    else next.set(contractId, Math.sign(kept) * stillThere)
  }
  return next
}

const NOTHING: readonly StandingGoal[] = []
const NO_DEMANDS: Demands = arbitrate([])
