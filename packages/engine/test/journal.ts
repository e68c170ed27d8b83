import type { AccountId, Instant, StoredAccount, TurnRecord } from '@rm/domain'
import type { Store as StorePort } from '@rm/engine'
import type { Store } from '@rm/state'

/**
 * The real store of one life of the program, with its faults: it can refuse to write, and the program can die at a commit. What a
 * dead program still calls has no effect.
 */
export class Journal implements StorePort {
  /** Why nothing can be written now, or `null`. */
  fault: string | null = null
  isAlive = true
  readonly committed: TurnRecord[] = []
  /** Called before and after each commit with its number, from 1; may end the life of the program. */
  beforeCommit: (nth: number) => void = () => undefined
  afterCommit: (nth: number, record: TurnRecord) => void = () => undefined
  readonly #store: Store
  #commits = 0

  constructor(store: Store) {
    this.#store = store
  }

  commit(records: readonly TurnRecord[]): void {
    if (!this.isAlive) return
    if (this.fault !== null) throw new Error(this.fault)
    this.#commits += 1
    const nth = this.#commits
    this.beforeCommit(nth)
    if (!this.isAlive) return
    this.#store.commit(records)
    this.committed.push(...records)
    for (const record of records) this.afterCommit(nth, record)
  }

  loadAccount(accountId: AccountId, tradesSince: Instant): StoredAccount {
    return this.#store.loadAccount(accountId, tradesSince)
  }
}
