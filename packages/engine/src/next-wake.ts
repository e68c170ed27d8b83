import { earliest, endInstant, type Instant, isActive } from '@rm/domain'
import type { Judgement } from './judge.ts'
import { comparisonLateMs } from './late-comparison.ts'
import { graceEndsInMs } from './plan-commands.ts'
import { overdueAt } from './overdue-goals.ts'
import type { WantedReading } from './plan-reading.ts'
import { SLOW_RETRY_MS } from './retry-pace.ts'
import type { TurnDraft } from './turn-draft.ts'

/** How soon a lockout or a reset whose time has come is tried again while the time or the book is in doubt. */
const DOUBT_RETRY_MS = 1_000

/**
 * The monotonic time at which the account wants a turn even if nothing happens. No timer is stored anywhere: the same facts give
 * the same answer after a restart, and waking early or twice has no effect (architecture, idea 4).
 */
export function nextWake(draft: TurnDraft, judgement: Judgement | null, wanted: WantedReading | null): number | null {
  const { state, context } = draft
  const dueAt = earliest(
    judgement?.nextCheck ?? null,
    context.policy.calendar.nextReset(draft.now),
    ...state.lockouts.filter((lockout) => isActive(lockout, draft.now)).map((lockout) => endInstant(lockout.end)),
    ...state.goals.filter((goal) => goal.state === 'pursued').map((goal) => overdueAt(draft, goal)),
    ...staleInstants(draft, judgement),
  )
  const candidates = [
    dueAt === null ? null : context.elapsedMs + Math.max(0, dueAt - draft.now),
    isKeptByDoubt(draft) ? context.elapsedMs + DOUBT_RETRY_MS : null,
    wanted === null ? null : wanted.dueMs,
    draft.lookAgainMs,
    comparisonLateMs(draft),
    ...retryTimes(draft),
    graceEnd(draft, judgement),
  ]
  let first: number | null = null
  for (const candidate of candidates) {
    if (candidate !== null && Number.isFinite(candidate) && (first === null || candidate < first)) first = candidate
  }
  return first
}

/** Whether a lockout that is over or a reset that was reached is still there because nobody trusts the time or the book. */
function isKeptByDoubt({ state, context, now }: TurnDraft): boolean {
  if (state.lockouts.some((lockout) => !isActive(lockout, now))) return true
  return context.policy.calendar.nextReset(state.lastReset) <= now
}

/** When a value that is known now would become stale: BLIND has to be noticed without an event. */
function staleInstants(draft: TurnDraft, judgement: Judgement | null): readonly Instant[] {
  const due: Instant[] = []
  for (const position of judgement?.view.positions ?? []) {
    if (position.value.kind !== 'known') continue
    const quote = draft.context.market.quote(position.contractId)
    if (quote !== null) due.push((quote.receivedAt + draft.context.policy.guards.staleAfterMs + 1) as Instant)
  }
  return due.filter((at) => at > draft.now)
}

function retryTimes(draft: TurnDraft): readonly number[] {
  const { elapsedMs } = draft.context
  const times: number[] = []
  for (const { notBeforeMs, waitsForOpen } of draft.state.targets.values()) {
    if (notBeforeMs > elapsedMs)
      times.push(waitsForOpen ? Math.min(notBeforeMs, elapsedMs + SLOW_RETRY_MS) : notBeforeMs)
  }
  return times
}

function graceEnd(draft: TurnDraft, judgement: Judgement | null): number | null {
  const inMs = graceEndsInMs(draft, judgement?.view.orders ?? [])
  return inMs === null ? null : draft.context.elapsedMs + inMs
}
