import type { AccountId, ReadingKind, RuleCode } from '@rm/domain'

/** Measures what the engine does. It decides nothing: the engine is the same with and without it. Must not throw and must not block. */
export interface TurnWatch {
  turnBegun(): void
  /** The rules of the turn are judged from here on, one after the other. */
  rulesBegun(): void
  /** The rule has said what it has to say. */
  judged(rule: RuleCode): void
  /** @param cause - as the turn's breaches and audit records name it */
  turnEnded(accountId: AccountId, cause: string): void
  /** The gateway was asked for an account and has answered, or not. */
  readingEnded(accountId: AccountId, kind: ReadingKind, tookMs: number): void
}
