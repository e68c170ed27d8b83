import type { Demands } from '@rm/rules'
import { allowedRange } from '@rm/rules'
import type { ViewInputs } from '@rm/state/book'
import type { TurnDraft } from './turn-draft.ts'

/** What the book needs beside itself to value positions and to show what is already demanded of them. */
export function marketBook(draft: TurnDraft, demands: Demands): ViewInputs {
  const { market, policy } = draft.context
  return {
    now: draft.now,
    calendar: policy.calendar,
    contract: market.contract,
    quote: market.quote,
    isMarketOpen: (contractId) => market.isOpen(contractId, draft.now),
    staleAfterMs: policy.staleAfterMs,
    demands: {
      allowed: (contractId) => allowedRange(demands, contractId, market.contract(contractId)),
      ordersCancelled: demands.ordersCancelled,
    },
  }
}
