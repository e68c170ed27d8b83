import type { AccountView, ContractId, CycleManagement } from '@rm/domain'
import { managementAfter, type RuleSettings } from '@rm/rules'
import { openCycleOf, withManagement } from '@rm/state/book'
import type { TurnDraft } from './turn-draft.ts'

/** The settings of RULE-012, `null` while it is off or only watches. */
export function managementInForce(draft: TurnDraft): RuleSettings['trade_management'] | null {
  const settings = draft.context.policy.rules.trade_management
  return settings === undefined || settings.mode === 'shadow' ? null : settings
}

/**
 * Takes the prices of now into the memory of the open cycles: extremes and break-even survive a restart.
 *
 * @returns whether anything was new
 */
export function rememberPrices(draft: TurnDraft, view: AccountView): boolean {
  const settings = managementInForce(draft)
  if (settings === null) return false
  let isChanged = false
  for (const position of view.positions) {
    const management = managementAfter(settings, position)
    if (management === position.management) continue
    rememberManagement(draft, position.contractId, management)
    isChanged = true
  }
  return isChanged
}

/** Writes the memory of the contract's open cycle, to be stored with the turn. */
export function rememberManagement(draft: TurnDraft, contractId: ContractId, management: CycleManagement): void {
  const cycle = openCycleOf(draft.state.book, contractId)
  if (cycle === null) return
  const managed = withManagement(draft.state.book, cycle, management)
  draft.change({ book: managed.book })
  draft.keepCycle(managed.cycle)
}
