import { describeCommand, type Refusal, unreachable } from '@rm/domain'
import { signedSize } from '@rm/state/book'
import type { InFlight } from './account-state.ts'
import { holdForReading } from './in-flight.ts'
import { FAST_ATTEMPTS, PARKED_RETRY_MS, SLOW_RETRY_MS } from './retry-pace.ts'
import { changeTargetOf, historyOf, targetOf } from './target-history.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Until the gateway accepts a command again. */
export const ACCOUNT_REJECTED = 'the gateway does not let us act on this account'

/** Once a minute at the slow pace. */
const REFUSALS_PER_ALERT = 12

/** What a refusal means for the target: when it may be tried again, how, and whether a human is called. */
export function afterRefusal(draft: TurnDraft, inFlight: InFlight, refusal: Refusal, message: string | null): void {
  const history = historyOf(draft, targetOf(inFlight.record))
  const failures = history.failures + 1
  switch (refusal) {
    case 'not-found':
    case 'invalid-size':
      // Gateway and book disagree for so long: looking again at once does not help.
      changeTargetOf(draft, inFlight, {
        failures,
        notBeforeMs: failures < FAST_ATTEMPTS ? draft.elapsedMs : draft.elapsedMs + SLOW_RETRY_MS,
      })
      holdForReading(draft, inFlight)
      return
    case 'market-closed': {
      // A halt of some seconds in open hours is tried again soon, a closed market when it opens (reliability E-09, E-10).
      const { contractId } = inFlight.record.command
      const isOpen = draft.context.market.isOpen(contractId, draft.now)
      const pauseMs = isOpen ? SLOW_RETRY_MS : PARKED_RETRY_MS
      changeTargetOf(draft, inFlight, { failures, waitsForOpen: !isOpen, notBeforeMs: draft.elapsedMs + pauseMs })
      const size = signedSize(draft.state.book, contractId)
      alertRefusal(
        draft,
        'market-closed',
        failures,
        `the market is closed with ${size} ${contractId} open; the goal stays and is tried again: ${message ?? 'no reason given'}`,
      )
      return
    }
    case 'account-rejected':
      changeTargetOf(draft, inFlight, { failures, notBeforeMs: draft.elapsedMs + PARKED_RETRY_MS })
      draft.change({ halted: ACCOUNT_REJECTED })
      alertRefusal(
        draft,
        'account-not-enforceable',
        failures,
        `cannot enforce: ${message ?? 'the gateway rejected the account'}`,
      )
      return
    case 'other':
      if (inFlight.record.command.kind === 'close-position' && !history.exactNext && failures === 1) {
        changeTargetOf(draft, inFlight, { failures, exactNext: true })
        holdForReading(draft, inFlight)
        return
      }
      changeTargetOf(draft, inFlight, { failures, exactNext: false, notBeforeMs: draft.elapsedMs + SLOW_RETRY_MS })
      alertRefusal(
        draft,
        'enforcement-refused',
        failures,
        `${describeCommand(inFlight.record.command)} refused: ${message ?? 'no reason given'}`,
      )
      return
    default:
      unreachable(refusal)
  }
}

/** The first refusals of a target are told each, then every {@link REFUSALS_PER_ALERT}th: a human was called already. */
function alertRefusal(
  draft: TurnDraft,
  code: 'market-closed' | 'account-not-enforceable' | 'enforcement-refused',
  failures: number,
  text: string,
): void {
  if (failures > FAST_ATTEMPTS && failures % REFUSALS_PER_ALERT !== 0) return
  draft.note({ kind: 'alert', severity: 'critical', code, text })
}
