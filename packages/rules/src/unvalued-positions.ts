import type { AccountView } from '@rm/domain'

/** What a rule that needs the open P&L cannot know, one sentence for each position that has no value. */
export function unvaluedPositions(view: AccountView): readonly string[] {
  const blind: string[] = []
  for (const { contractId, value } of view.positions) {
    if (value.kind === 'unknown') blind.push(`the open P&L of ${contractId} is unknown: ${value.reason}`)
  }
  return blind
}
