import type { AccountId, Instant, StoredAccount, TurnRecord } from '@rm/domain'

/** What the engine needs of a store. Synchronous, so that a turn is durable before anything leaves. */
export interface Store {
  /** One transaction. Throws when it could not be made durable. */
  commit(record: TurnRecord): void
  loadAccount(accountId: AccountId, tradesSince: Instant): StoredAccount
}
