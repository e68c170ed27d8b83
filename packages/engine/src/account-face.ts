import type { AccountView, LimitUse } from '@rm/domain'
import { limitsInUse } from '@rm/rules'
import { viewOf } from '@rm/state/book'
import type { PolicyInForce } from './account-policy.ts'
import type { AccountState } from './account-state.ts'
import { ruleContextOf } from './judge.ts'
import { marketBook } from './market-book.ts'
import { demandsOf } from './standing-goals.ts'
import type { TurnContext } from './turn.ts'
import { TurnDraft } from './turn-draft.ts'

/** An account as it is now, for those who show it. */
export interface AccountFace {
  readonly state: AccountState
  readonly settings: PolicyInForce
  readonly view: AccountView
  readonly limits: readonly LimitUse[]
}

/** Looks at an account without changing anything. */
export function faceOf(state: AccountState, settings: PolicyInForce, context: TurnContext): AccountFace {
  const draft = new TurnDraft(state, context, context.now, 'shown', context.elapsedMs)
  const seen = { newTrades: new Set<never>(), enlarged: null }
  const view = viewOf(state.book, seen, marketBook(draft, demandsOf(state)))
  return { state, settings, view, limits: limitsInUse(settings.policy.rules, view, ruleContextOf(draft)) }
}
