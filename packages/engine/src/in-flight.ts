import type { CommandRecord } from '@rm/domain'
import type { InFlight } from './account-state.ts'
import { readableFromMs } from './command-effect.ts'
import { changeTargetOf } from './target-history.ts'
import type { TurnDraft } from './turn-draft.ts'

export function replaceInFlight(draft: TurnDraft, next: InFlight): void {
  draft.change({ inFlight: draft.state.inFlight.map((one) => (one.record.id === next.record.id ? next : one)) })
}

export function dropInFlight(draft: TurnDraft, gone: InFlight): void {
  draft.change({ inFlight: draft.state.inFlight.filter((one) => one.record.id !== gone.record.id) })
  changeTargetOf(draft, gone, { settledMs: draft.elapsedMs })
}

/** Its target waits for a reading that shows what became of it. */
export function holdForReading(draft: TurnDraft, inFlight: InFlight): void {
  const answeredMs = inFlight.answeredMs ?? draft.elapsedMs
  changeTargetOf(draft, inFlight, { readSinceMs: readableFromMs(inFlight, answeredMs) })
}

/** A request that keeps an order as it must stand is explained once both its effect and its answer are known. */
export function tellOrder(draft: TurnDraft, record: CommandRecord): void {
  const { reason, settledAt, sentAt } = record
  if (reason === null) return
  draft.note({ kind: 'order-managed', story: { record, reason, tookMs: (settledAt ?? draft.now) - sentAt } })
}
