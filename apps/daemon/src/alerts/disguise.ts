import type { NotificationSettings } from '@rm/config'
import type { AccountId } from '@rm/domain'

interface KnownAccount {
  readonly id: AccountId
  readonly name: string
}

/** How much an alert gives away of the account it is about (reliability 4.2): what leaves the machine is read by others. */
export class Disguise {
  readonly #settings: Pick<NotificationSettings, 'showAccounts' | 'showBalances'>
  #accounts: readonly KnownAccount[] = []

  constructor({ showAccounts, showBalances }: NotificationSettings) {
    this.#settings = { showAccounts, showBalances }
  }

  /** These accounts are not to be found in any text. */
  hide(accounts: readonly KnownAccount[]): void {
    this.#accounts = accounts
  }

  /** The account as it is shown. */
  account(id: AccountId): string {
    return this.#settings.showAccounts ? String(id) : `…${String(id).slice(-SHOWN_DIGITS)}`
  }

  /** A text as it is shown. */
  text(written: string): string {
    if (this.#settings.showAccounts) return written
    let shown = written
    for (const { id, name } of this.#accounts) {
      for (const whole of [name, String(id)]) if (whole !== '') shown = shown.replaceAll(whole, this.account(id))
    }
    return shown
  }

  /** The sentence of an alert as it is shown. */
  sentence(code: string, written: string): string {
    return code === 'balance-unexplained' && !this.#settings.showBalances ? WITHOUT_BALANCE : this.text(written)
  }
}

const SHOWN_DIGITS = 4
const WITHOUT_BALANCE =
  "the balance moved otherwise than the trades did: money was moved, or the gateway's trades are not complete; the log has the amounts"
