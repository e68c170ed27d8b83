import type { NotificationSettings } from '@rm/config'
import { type AccountId, shortAccountName } from '@rm/domain'
import { HiddenAccounts, type KnownAccount } from '../hidden-accounts.ts'

/** How much an alert gives away of the account it is about (reliability 4.2): what leaves the machine is read by others. */
export class Disguise {
  readonly #settings: Pick<NotificationSettings, 'showAccounts' | 'showBalances'>
  readonly #hidden = new HiddenAccounts()

  constructor({ showAccounts, showBalances }: NotificationSettings) {
    this.#settings = { showAccounts, showBalances }
  }

  /** These accounts are not to be found in any text. */
  hide(accounts: readonly KnownAccount[]): void {
    this.#hidden.hide(accounts)
  }

  /** The account as it is shown. */
  account(id: AccountId): string {
    return this.#settings.showAccounts ? String(id) : shortAccountName(id)
  }

  /** A text as it is shown. */
  text(written: string): string {
    return this.#settings.showAccounts ? written : this.#hidden.text(written)
  }

  /** The sentence of an alert as it is shown. */
  sentence(code: string, written: string): string {
    return code === 'balance-unexplained' && !this.#settings.showBalances ? WITHOUT_BALANCE : this.text(written)
  }
}

const WITHOUT_BALANCE =
  "the balance moved otherwise than the trades did: money was moved, or the gateway's trades are not complete; the log has the amounts"
