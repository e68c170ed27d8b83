import { endInstant, type Instant, type Lockout, unreachable } from '@rm/domain'
import { type AccountState, isTrusted } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/**
 * Whether looser settings may take effect: at the first sight of the account after a daily reset, when no lockout is in force then and none
 * outlived the reset; with `loosening: immediate` also between sessions (reliability S-13, risk rules 4.1). They wait for a disk that can
 * remember what they are held to no longer.
 */
export function mayLoosen(draft: TurnDraft): boolean {
  const { state, context } = draft
  if (!context.timeTrusted || !context.journalWritable || !isTrusted(state.trust)) return false
  const isFree = isUnlocked(state)
  if (state.isResetUnexamined) {
    draft.change({ isResetUnexamined: false })
    if (isFree) return true
  }
  return context.policy.loosening === 'immediate' && isFree && isBetweenSessions(draft)
}

/** Whether nothing that the trader did locks the account now. */
export function isUnlocked({ lockouts }: Pick<AccountState, 'lockouts'>): boolean {
  return !lockouts.some(isEarned)
}

/**
 * Whether a reset finds the account locked. One that is over by the time of the first sight was found all the same, say of a firm that
 * barred trading over the reset while the process stood still.
 */
export function isLockedOver({ lockouts }: Pick<AccountState, 'lockouts'>, reset: Instant): boolean {
  return lockouts.some((lockout) => {
    const end = endInstant(lockout.end)
    return isEarned(lockout) && lockout.from <= reset && (end === null || end > reset)
  })
}

/**
 * A lockout that answers what the trader did. One that follows from the clock alone stands at every reset of an account with day
 * sessions, and would keep its settings for ever.
 */
function isEarned({ end }: Lockout): boolean {
  switch (end.kind) {
    case 'at':
    case 'next-reset':
      return true
    case 'can-trade':
      return true
    case 'session-start':
      return false
    // It could else never end: what waits is the configuration without the block.
    case 'config':
      return false
    default:
      return unreachable(end)
  }
}

/** Without a session the trading day has no pause. */
function isBetweenSessions({ context, now }: TurnDraft): boolean {
  const { rules, timers, calendar } = context.policy
  const session = rules.session_block_outside?.global_session ?? timers.sessionHours
  return session !== null && !calendar.session(session, null).isOpen(now)
}
