import { describeGoal } from '@rm/domain'
import { exposureOf } from '@rm/state/book'
import { isSatisfied } from './exposure.ts'
import { beginPursuit } from './judge.ts'
import { type StandingGoal, standingGoals } from './standing-goals.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Violations of one lockout after which a human is told that the trader keeps trying (reliability E-13). */
export const REENTRIES_ALERTED = 3

/** A lockout is a standing goal: whoever re-enters while locked violates it, and it is taken on again. */
export function pursueViolations(draft: TurnDraft): void {
  const standing = standingGoals(draft.state)
  if (standing.length === 0) return
  const known = exposureOf(draft.state.book)
  // Before the first reading positions of the stream are proof, while an order cannot be judged without the position beside it.
  const exposure = draft.state.trust.reconciledMs === null ? { ...known, orders: [] } : known
  // What has to be flat as a whole is not pursued in parts besides.
  const isFlatAll = standing.some(({ goal }) => goal.kind === 'flat-account')
  for (const one of standing) {
    if (isFlatAll && one.goal.kind !== 'flat-account') continue
    if (isSatisfied(one.goal, exposure, draft.context.market.contract) || isPursued(draft, one)) continue
    beginPursuit(draft, one.origin, one.goal)
    countViolation(draft, one)
  }
}

function isPursued(draft: TurnDraft, { goal, origin }: StandingGoal): boolean {
  const text = describeGoal(goal)
  return draft.state.goals.some((pursued) => pursued.origin.id === origin.id || describeGoal(pursued.goal) === text)
}

function countViolation(draft: TurnDraft, { origin }: StandingGoal): void {
  if (origin.kind !== 'lockout') return
  const count = (draft.state.violations.get(origin.id) ?? 0) + 1
  draft.change({ violations: new Map(draft.state.violations).set(origin.id, count) })
  if (count !== REENTRIES_ALERTED) return
  draft.note({
    kind: 'alert',
    severity: 'error',
    code: 'repeated-reentry',
    text: `the locked account was re-entered ${count} times; every entry is undone`,
  })
}
