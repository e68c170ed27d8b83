import type { AccountId, Instant } from '@rm/domain'
import type { Note } from '../note.ts'

/** Tells people what a turn did, after its commands have left. Must not throw and must not block. */
export interface Reporter {
  report(accountId: AccountId, at: Instant, notes: readonly Note[]): void
}
