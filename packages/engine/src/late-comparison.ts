import { isTrusted } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Twice the period of the comparison (reliability 3.5): what the stream failed to tell can stay unseen for so long. */
const COMPARISON_LATE_MS = 60_000
/** A human who was called is called again after this time (reliability L-12). */
const ALERTS_APART_MS = 5 * 60_000

/** Calls a human when an account is trusted on a comparison that is too old: more accounts than the rate budget can read. */
export function tellLateComparison(draft: TurnDraft): void {
  const dueMs = comparisonLateMs(draft)
  if (dueMs === null || draft.elapsedMs < dueMs) return
  draft.change({ comparisonLateToldMs: draft.elapsedMs })
  draft.note({
    kind: 'alert',
    severity: 'error',
    code: 'comparison-late',
    text: 'the account was not compared with the gateway for a minute: the rate budget is too small for so many accounts',
  })
}

/** The monotonic time at which a human has to hear of it; `null` while the account is not trusted anyway. */
export function comparisonLateMs({ state: { trust, comparisonLateToldMs } }: TurnDraft): number | null {
  if (!isTrusted(trust) || trust.reconciledMs === null) return null
  return Math.max(trust.reconciledMs + COMPARISON_LATE_MS, comparisonLateToldMs + ALERTS_APART_MS)
}
