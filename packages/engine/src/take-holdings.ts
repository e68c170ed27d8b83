import type { ContractId } from '@rm/domain'
import { type Holding, openSizes } from '@rm/state/book'
import type { TurnDraft } from './turn-draft.ts'

/** Notes since when a position is held, and since when its market has been open meanwhile: what the patience with missing data counts from. */
export function takeHoldings(draft: TurnDraft): void {
  const { holdings, book } = draft.state
  const held = openSizes(book)
  if (held.size === 0) {
    if (holdings.size > 0) draft.change({ holdings: new Map() })
    return
  }
  if (isUnchanged(draft, held)) return
  draft.change({ holdings: new Map([...held.keys()].map((id) => [id, holdingNow(draft, id)])) })
}

/** Asked at every quote, so without a copy of anything. */
function isUnchanged(draft: TurnDraft, held: ReadonlyMap<ContractId, number>): boolean {
  const { holdings } = draft.state
  if (held.size !== holdings.size) return false
  for (const contractId of held.keys()) {
    if (holdings.get(contractId) !== holdingNow(draft, contractId)) return false
  }
  return true
}

/** The same object as long as nothing changes. */
function holdingNow(draft: TurnDraft, contractId: ContractId): Holding {
  const before = draft.state.holdings.get(contractId)
  const isOpen = draft.context.market.isOpen(contractId, draft.now)
  if (before !== undefined && (before.marketOpenSince !== null) === isOpen) return before
  return { heldSince: before?.heldSince ?? draft.now, marketOpenSince: isOpen ? draft.now : null }
}
