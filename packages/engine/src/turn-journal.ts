import type { AccountId, TurnRecord } from '@rm/domain'
import type { Store } from './ports/store.ts'
import type { Wakeups } from './ports/wakeups.ts'

/**
 * How long facts may wait that the gateway could give back: trades, cycles, answers. Decisions never wait for it, and take along what waits.
 */
const SOON_MS = 10
/** How soon a journal that could not be written is tried again. */
const RETRY_MS = 1_000

/** A turn that has to be made durable. */
export interface JournalEntry {
  readonly record: TurnRecord
  /** `at-once`: something was decided or is about to leave. `soon`: with the next group, a moment later at the most. */
  readonly urgency: 'at-once' | 'soon'
  /**
   * Called when the record is durable, or could not be made so: what leaves reduces risk and leaves all the same (reliability S-01).
   *
   * @param failure - why the journal cannot be written, told once per account when that begins
   */
  readonly after: (failure: string | null) => void
}

/** A turn that has nothing to be made durable and is told after those before it. */
interface Follower {
  readonly record: null
  readonly after: () => void
}

/**
 * The group commit: turns of events that arrived together, of whatever account, share one transaction and one sync of the disk, and
 * nothing of them leaves before it. The first decision is written at once and takes along what waits; those that follow while events are
 * waiting are written together: ten breaches in one burst cost two commits, not ten.
 */
export class TurnJournal {
  readonly #store: Store
  readonly #wakeups: Wakeups
  readonly #onHealed: () => void
  #waiting: (JournalEntry | Follower)[] = []
  /** A decision was written in this pass of the event loop; those that follow in it wait for each other. */
  #isPassOpen = false
  #cancelSoon: (() => void) | null = null
  /** Records that the disk refused, in order. */
  #refused: readonly TurnRecord[] = []

  /** @param onHealed - called when everything that the disk refused is durable after all */
  constructor(store: Store, wakeups: Wakeups, onHealed: () => void) {
    this.#store = store
    this.#wakeups = wakeups
    this.#onHealed = onHealed
  }

  /** Whether everything that the account decided so far could be written. */
  isWritable(accountId: AccountId): boolean {
    return !this.#refused.some((record) => record.accountId === accountId)
  }

  write(entry: JournalEntry): void {
    this.#waiting.push(entry)
    if (entry.urgency === 'soon') this.#cancelSoon ??= this.#wakeups.after(SOON_MS, () => this.flush())
    else if (!this.#isPassOpen) {
      this.#isPassOpen = true
      this.#wakeups.whenIdle(() => this.#endPass())
      this.flush()
    }
  }

  /** Calls back once all that was handed in before is written: what happened later is told later. */
  follow(after: () => void): void {
    if (this.#waiting.length === 0) after()
    else this.#waiting.push({ record: null, after })
  }

  /** After the events that were waiting together with the first decision. */
  #endPass(): void {
    this.#isPassOpen = false
    if (this.#waiting.some((entry) => entry.record !== null && entry.urgency === 'at-once')) this.flush()
  }

  /** Writes what waits, now. */
  flush(): void {
    this.#cancelSoon?.()
    this.#cancelSoon = null
    const group = this.#waiting
    this.#waiting = []
    const told = new Set(this.#refused.map((record) => record.accountId))
    const wasRefused = this.#refused.length > 0
    const records = group.map((entry) => entry.record).filter((record) => record !== null)
    const failure = this.#commit([...this.#refused, ...records])
    if (this.#refused.length > 0) this.#cancelSoon = this.#wakeups.after(RETRY_MS, () => this.flush())
    for (const entry of group) {
      if (entry.record === null) entry.after()
      else {
        entry.after(told.has(entry.record.accountId) ? null : failure)
        told.add(entry.record.accountId)
      }
    }
    if (wasRefused && this.#refused.length === 0) this.#onHealed()
  }

  #commit(records: readonly TurnRecord[]): string | null {
    if (records.length === 0) return null
    try {
      this.#store.commit(records)
      this.#refused = []
      return null
    } catch (error) {
      this.#refused = records.length === 1 ? records : this.#commitEach(records)
      return this.#refused.length === 0 ? null : reasonOf(error)
    }
  }

  /** One record that cannot be written must not keep those of other accounts back (reliability S-11). */
  #commitEach(records: readonly TurnRecord[]): readonly TurnRecord[] {
    const refused: TurnRecord[] = []
    for (const record of records) {
      const waitsForEarlier = refused.some((earlier) => earlier.accountId === record.accountId)
      if (waitsForEarlier || !this.#canCommit(record)) refused.push(record)
    }
    return refused
  }

  #canCommit(record: TurnRecord): boolean {
    try {
      this.#store.commit([record])
      return true
    } catch {
      return false
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
