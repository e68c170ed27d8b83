import { describeGoal, type Instant, later, type PursuedGoal } from '@rm/domain'
import { exposureOf } from '@rm/state/book'
import { tellLate, wasToldLate } from './goal-memory.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Calls a human at half of the time that a goal has, and again, louder, when it is over; it is pursued further (reliability B-4). */
export function tellOverdueGoals(draft: TurnDraft): void {
  for (const pursued of draft.state.goals) {
    if (pursued.state !== 'pursued') continue
    if (draft.now >= pursued.deadline) escalate(draft, pursued)
    else if (draft.now >= lateAt(pursued) && !wasToldLate(draft.state, pursued)) tellThatLate(draft, pursued)
  }
}

/** When a goal is told next if it is not reached before. */
export function overdueAt({ state }: TurnDraft, pursued: PursuedGoal): Instant {
  return wasToldLate(state, pursued) ? pursued.deadline : lateAt(pursued)
}

function lateAt({ begunAt, deadline }: PursuedGoal): Instant {
  return later(begunAt, (deadline - begunAt) / 2)
}

function tellThatLate(draft: TurnDraft, pursued: PursuedGoal): void {
  tellLate(draft, pursued)
  const seconds = Math.round((draft.now - pursued.begunAt) / 1000)
  draft.note({
    kind: 'alert',
    severity: 'error',
    code: 'enforcement-late',
    text: `not reached after ${seconds} s and still pursued: ${describeGoal(pursued.goal)}; open: ${exposureInWords(draft)}`,
  })
}

function escalate(draft: TurnDraft, pursued: PursuedGoal): void {
  const escalated: PursuedGoal = { ...pursued, state: 'escalated' }
  draft.change({ goals: draft.state.goals.map((one) => (one.id === pursued.id ? escalated : one)) })
  draft.keepGoal(escalated)
  draft.audit('goal-escalated', pursued.id, { goal: describeGoal(pursued.goal) })
  draft.note({
    kind: 'alert',
    severity: 'critical',
    code: 'enforcement-overdue',
    text: `not reached in time and still pursued: ${describeGoal(pursued.goal)}; open: ${exposureInWords(draft)}`,
  })
}

function exposureInWords({ state }: TurnDraft): string {
  const { sizes, orders } = exposureOf(state.book)
  const positions = [...sizes].map(([contractId, size]) => `${size} ${contractId}`)
  return [...positions, `${orders.length} working orders`].join(', ')
}
