import type { Command } from '@rm/domain'
import { orderWithTag, signedSize } from '@rm/state/book'
import { type InFlight, isPositionCommand } from './account-state.ts'
import { CANCEL_RETRY_MS, FAST_ATTEMPTS, PLACEMENTS_APART_MS, SLOW_RETRY_MS } from './retry-pace.ts'
import { changeTargetOf, historyOf, targetOf } from './target-history.ts'
import type { TurnDraft } from './turn-draft.ts'

/** A command was accepted, or nobody knows, and its effect did not come: when it may be tried again. */
export function afterNoEffect(draft: TurnDraft, inFlight: InFlight): void {
  const { command } = inFlight.record
  // A close that filled in part did something, and the rest is tried at once (reliability E-02).
  const failures = hasReduced(draft, inFlight) ? 0 : historyOf(draft, targetOf(inFlight.record)).failures + 1
  const pauseMs = failures < FAST_ATTEMPTS ? soonMsOf(command, failures) : SLOW_RETRY_MS
  changeTargetOf(draft, inFlight, {
    failures,
    notBeforeMs: draft.elapsedMs + pauseMs,
    readSinceMs: null,
    tag: command.kind === 'place-order' ? tagToRepeat(draft, command.tag, failures) : null,
  })
  if (failures === FAST_ATTEMPTS) {
    draft.note({
      kind: 'alert',
      severity: 'critical',
      code: 'enforcement-refused',
      text: `${failures} attempts of ${targetOf(inFlight.record)} showed no effect; repeating every ${SLOW_RETRY_MS / 1000} s`,
    })
  }
}

function soonMsOf(command: Command, failures: number): number {
  if (command.kind === 'place-order') return PLACEMENTS_APART_MS
  return command.kind === 'cancel-order' ? CANCEL_RETRY_MS * 2 ** (failures - 1) : 0
}

function hasReduced({ state }: TurnDraft, inFlight: InFlight): boolean {
  const { sizeBefore, record } = inFlight
  if (sizeBefore === null || !isPositionCommand(inFlight)) return false
  return Math.abs(signedSize(state.book, record.command.contractId)) < Math.abs(sizeBefore)
}

/** What was seen to end needs another tag, and so does what nobody found in three readings. */
function tagToRepeat(draft: TurnDraft, tag: string, failures: number): string | null {
  return orderWithTag(draft.state.book, tag) === null && failures < FAST_ATTEMPTS ? tag : null
}
