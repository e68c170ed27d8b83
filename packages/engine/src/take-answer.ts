import { type CommandOutcome, type CommandRecord, type CommandState, type Refusal, unreachable } from '@rm/domain'
import type { InFlight } from './account-state.ts'
import { ACCOUNT_REJECTED, afterRefusal } from './after-refusal.ts'
import { hasEffect } from './command-effect.ts'
import { dropInFlight, holdForReading, replaceInFlight, tellOrder } from './in-flight.ts'
import { SLOW_RETRY_MS, UNSENT_RETRY_MS } from './retry-pace.ts'
import { settle } from './settle-commands.ts'
import { changeTargetOf, historyOf, targetOf } from './target-history.ts'
import type { TurnDraft } from './turn-draft.ts'

const ANSWERED_STATE = {
  accepted: 'acked',
  refused: 'refused',
  unknown: 'in-doubt',
  'not-sent': 'not-sent',
} as const satisfies Record<CommandOutcome['kind'], CommandState>

/** Takes the gateway's answer to a command. The answer alone never proves the effect (gateway contract 2.3). */
export function takeAnswer(draft: TurnDraft, commandId: string, outcome: CommandOutcome): void {
  const inFlight = draft.state.inFlight.find((one) => one.record.id === commandId)
  if (inFlight === undefined) {
    takeLateAnswer(draft, commandId, outcome)
    return
  }
  const answered: InFlight = {
    ...inFlight,
    answeredMs: draft.elapsedMs,
    record: withAnswer(draft, { ...inFlight.record, state: ANSWERED_STATE[outcome.kind] }, inFlight.sentMs, outcome),
  }
  switch (outcome.kind) {
    case 'accepted':
    case 'unknown':
      replaceInFlight(draft, answered)
      // The stream may have shown the effect before.
      if (hasEffect(draft, answered)) settle(draft, answered, 'effective', 'stream')
      else if (outcome.kind === 'unknown') holdForReading(draft, answered)
      return
    case 'refused':
      if (isRepeatedTag(draft, answered, outcome.refusal)) {
        // The gateway takes a tag once: the first request did arrive, and its order has to be found (reliability E-17).
        replaceInFlight(draft, { ...answered, record: { ...answered.record, state: 'in-doubt' } })
        holdForReading(draft, answered)
        return
      }
      dropInFlight(draft, answered)
      tellOrder(draft, answered.record)
      afterRefusal(draft, answered, outcome.refusal, outcome.message)
      return
    case 'not-sent': {
      dropInFlight(draft, answered)
      const history = historyOf(draft, targetOf(answered.record))
      const pauseMs = Math.min(UNSENT_RETRY_MS * 2 ** history.failures, SLOW_RETRY_MS)
      changeTargetOf(draft, answered, { failures: history.failures + 1, notBeforeMs: draft.elapsedMs + pauseMs })
      tellOrder(draft, answered.record)
      return
    }
    default:
      unreachable(outcome)
  }
}

/** The answer to a command that observation has settled. One that no live command waits for is of no use any more. */
function takeLateAnswer(draft: TurnDraft, commandId: string, outcome: CommandOutcome): void {
  const settled = draft.state.unanswered.get(commandId)
  if (settled === undefined) return
  tellOrder(draft, withAnswer(draft, settled.record, settled.sentMs, outcome))
  const unanswered = new Map(draft.state.unanswered)
  unanswered.delete(commandId)
  draft.change({ unanswered })
}

function withAnswer(draft: TurnDraft, before: CommandRecord, sentMs: number, outcome: CommandOutcome): CommandRecord {
  const latencyMs = Math.round(draft.elapsedMs - sentMs)
  const record: CommandRecord = { ...before, outcome, latencyMs }
  draft.keepCommand(record)
  draft.audit('command-answered', record.id, { ...outcome, latencyMs })
  draft.note({ kind: 'command-answered', record })
  if (outcome.kind === 'accepted' && draft.state.halted === ACCOUNT_REJECTED) draft.change({ halted: null })
  return record
}

/** Whether a placement is refused because an earlier request, of which no answer came, has used its tag. */
function isRepeatedTag(draft: TurnDraft, { record }: InFlight, refusal: Refusal): boolean {
  const { command } = record
  if (command.kind !== 'place-order' || refusal !== 'other') return false
  return historyOf(draft, targetOf(record)).tag === command.tag
}
