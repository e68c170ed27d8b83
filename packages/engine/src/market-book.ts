import type { Demands } from '@rm/rules'
import { allowedRange } from '@rm/rules'
import type { ViewInputs } from '@rm/state/book'
import type { TurnDraft } from './turn-draft.ts'

/** What the book needs beside itself to value positions and to show what is already demanded of them. */
export function marketBook(draft: TurnDraft, demands: Demands): ViewInputs {
  const { market, policy } = draft.context
  const { holdings } = draft.state
  return {
    now: draft.now,
    calendar: policy.calendar,
    contract: market.contract,
    quote: market.quote,
    // Of what is held the turn has asked already.
    isMarketOpen: (contractId) => {
      const holding = holdings.get(contractId)
      return holding === undefined ? market.isOpen(contractId, draft.now) : holding.marketOpenSince !== null
    },
    staleAfterMs: policy.guards.staleAfterMs,
    holding: (contractId) => holdings.get(contractId) ?? null,
    connection: draft.state.connection,
    demands: {
      allowed: (contractId) => allowedRange(demands, contractId, market.contract(contractId)),
      ordersCancelled: demands.ordersCancelled,
    },
  }
}
