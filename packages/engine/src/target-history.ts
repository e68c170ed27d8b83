import { type CommandRecord, unreachable } from '@rm/domain'
import type { InFlight, TargetHistory, TargetKey } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Of a target that nothing was tried on yet. */
const FRESH: TargetHistory = {
  attempts: 0,
  failures: 0,
  notBeforeMs: Number.NEGATIVE_INFINITY,
  readSinceMs: null,
  settledMs: Number.NEGATIVE_INFINITY,
  exactNext: false,
  waitsForOpen: false,
  tag: null,
}

export function historyOf(draft: TurnDraft, key: TargetKey): TargetHistory {
  return draft.state.targets.get(key) ?? FRESH
}

export function changeTarget(draft: TurnDraft, key: TargetKey, changes: Partial<TargetHistory>): void {
  draft.change({ targets: new Map(draft.state.targets).set(key, { ...historyOf(draft, key), ...changes }) })
}

/** What a command acts on. */
export function targetOf({ command }: CommandRecord): TargetKey {
  switch (command.kind) {
    case 'close-position':
    case 'reduce-position':
      return `position:${command.contractId}`
    case 'cancel-order':
      return `order:${command.orderId}`
    case 'place-order':
      return `${command.protection}:${command.contractId}`
    case 'modify-order':
      return `change:${command.orderId}`
    default:
      return unreachable(command)
  }
}

export function changeTargetOf(draft: TurnDraft, inFlight: InFlight, changes: Partial<TargetHistory>): void {
  changeTarget(draft, targetOf(inFlight.record), changes)
}
