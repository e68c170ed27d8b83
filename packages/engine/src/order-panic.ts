import type { TurnDraft } from './turn-draft.ts'
import { setLockout } from './set-lockout.ts'

/** How an order of the administrator is called where others are called by their rule. */
const PANIC = 'ADMIN-PANIC'

/**
 * The administrator wants the account flat and locked until the next reset. A lockout is a standing goal, so the rest follows as for any
 * other: it works in every state of trust, survives a restart, and nobody can take it back (reliability E-20).
 */
export function orderPanic(draft: TurnDraft, reason: string): void {
  draft.audit('panic-ordered', String(draft.state.accountId), { reason })
  const demand = { scope: 'account', effect: 'flat', until: { kind: 'next-reset' } } as const
  setLockout(draft, demand, { rule: PANIC, measured: 'an order', limit: 'none' }, `Panic: ${reason}`)
}
