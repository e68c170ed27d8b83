import { describeGoal } from '@rm/domain'
import { exposureOf } from '@rm/state/book'
import { isSatisfied } from './exposure.ts'
import { beginPursuit } from './judge.ts'
import { type StandingGoal, standingGoals } from './standing-goals.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Violations of one demand after which a human is told that the trader keeps trying (reliability E-13). */
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
    countViolation(draft, one.origin.id)
  }
}

function isPursued(draft: TurnDraft, { goal, origin }: StandingGoal): boolean {
  const text = describeGoal(goal)
  return draft.state.goals.some((pursued) => pursued.origin.id === origin.id || describeGoal(pursued.goal) === text)
}

/**
 * Counts that the trader is back where a goal was met already.
 *
 * @param originId - the lockout or breach that demands the goal
 */
export function countViolation(draft: TurnDraft, originId: string): void {
  const count = (draft.state.violations.get(originId) ?? 0) + 1
  draft.change({ violations: new Map(draft.state.violations).set(originId, count) })
  if (count !== REENTRIES_ALERTED) return
  draft.note({
    kind: 'alert',
    severity: 'error',
    code: 'repeated-reentry',
    text: `the trader came back ${count} times to what has to be flat; every entry is undone`,
  })
}
