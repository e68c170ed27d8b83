import type { AccountId } from '@rm/domain'
import type { RateBudgetSettings } from '../options.ts'

/** Closes and cancels of one account that may leave at once: ten contracts with thirty orders are flattened in one go (reliability E-11). */
const BURST_MAX = 60

/**
 * How fast the closes and cancels of one account may follow each other: a burst, then a walk. A trader who re-enters again and again makes
 * each of them cover several of his entries, and cannot spend what the other accounts of the credential may need any moment
 * (reliability E-13, S-11): in any window the reserve is left over.
 */
export class AccountPace {
  readonly #burst: number
  /** Slots that come back each millisecond. */
  readonly #refill: number
  readonly #accounts = new Map<AccountId, { slots: number; atMs: number }>()

  constructor(settings: RateBudgetSettings) {
    const own = settings.requests - settings.reservedForEnforcement
    this.#burst = Math.min(BURST_MAX, settings.requests)
    this.#refill = Math.max(1, own - this.#burst) / settings.windowMs
  }

  /** When the account's next one may leave, with so many of it before. */
  freeAt(account: AccountId, now: number, ahead = 0): number {
    const missing = 1 + ahead - this.#slotsOf(account, now)
    return missing <= 0 ? now : now + missing / this.#refill
  }

  take(account: AccountId, now: number): void {
    this.#accounts.set(account, { slots: this.#slotsOf(account, now) - 1, atMs: now })
  }

  #slotsOf(account: AccountId, now: number): number {
    const known = this.#accounts.get(account)
    if (known === undefined) return this.#burst
    return Math.min(this.#burst, known.slots + (now - known.atMs) * this.#refill)
  }
}
