import type { AccountId, Instant, StoredAccount, TurnRecord } from '@rm/domain'

/** What the engine needs of a store. Synchronous, so that turns are durable before anything of them leaves. */
export interface Store {
  /** One transaction for all of them, in order. Throws when they could not be made durable; then none of them is. */
  commit(records: readonly TurnRecord[]): void
  loadAccount(accountId: AccountId, tradesSince: Instant): StoredAccount
}
