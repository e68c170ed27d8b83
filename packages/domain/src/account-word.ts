/** What an account can be, as one word for people (architecture, "What an account can be"). The first that holds is the word. */
export const ACCOUNT_WORDS = ['HALTED', 'UNTRUSTED', 'RECONCILING', 'LOCKED', 'BLIND', 'REDUCING', 'ACTIVE'] as const
export type AccountWord = (typeof ACCOUNT_WORDS)[number]

/** The facts behind the word. The word is derived and never stored. */
export interface AccountFacts {
  /** Why nothing can be enforced, if so. */
  readonly halted: string | null
  readonly trust: 'untrusted' | 'reconciling' | 'trusted'
  readonly lockedFlat: boolean
  /** What an enabled rule or the enforcer lacks. */
  readonly blind: readonly string[]
  /** A reduce-only or product lockout, or a goal that is being pursued. */
  readonly reducing: boolean
}

export function accountWord(facts: AccountFacts): AccountWord {
  if (facts.halted !== null) return 'HALTED'
  if (facts.trust === 'untrusted') return 'UNTRUSTED'
  if (facts.trust === 'reconciling') return 'RECONCILING'
  if (facts.lockedFlat) return 'LOCKED'
  if (facts.blind.length > 0) return 'BLIND'
  return facts.reducing ? 'REDUCING' : 'ACTIVE'
}
