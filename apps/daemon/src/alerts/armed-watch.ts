import type { AccountId, AccountWord } from '@rm/domain'
import type { LineQueue } from '../line-queue.ts'

interface SeenAccount {
  readonly accountId: AccountId
  readonly word: AccountWord
}

/** An account that is not armed for so long is told of. Looks are a second apart, and the message has to arrive within 10 s (reliability S-22, B-10). */
const UNARMED_MS = 7_000
const ALERT = 'account-not-armed'

/** Whether what is decided about an account can be carried out: the facts behind the word, of which these name the lack (reliability 1). */
export function isArmed(word: AccountWord): boolean {
  return word !== 'HALTED' && word !== 'UNTRUSTED' && word !== 'RECONCILING'
}

/** Calls people when an account is not armed for long, whatever the reason, and tells that it is again. */
export class ArmedWatch {
  readonly #lines: LineQueue
  /** Whether people were told of an account, by this run or an earlier one, and not yet that it is over. */
  readonly #isTold: (code: string, accountId: AccountId) => boolean
  /** Monotonic time since which an account is not armed. */
  readonly #since = new Map<AccountId, number>()

  constructor(lines: LineQueue, isTold: (code: string, accountId: AccountId) => boolean) {
    this.#lines = lines
    this.#isTold = isTold
  }

  /** To be called about every second. */
  look(accounts: readonly SeenAccount[], nowMs: number): void {
    for (const { accountId, word } of accounts) {
      if (isArmed(word)) this.#armed(accountId)
      else this.#unarmed(accountId, word, nowMs)
    }
  }

  #armed(accountId: AccountId): void {
    this.#since.delete(accountId)
    if (!this.#isTold(ALERT, accountId)) return
    const facts = { event: 'alert-over', alert: ALERT, accountId }
    this.#lines.add({
      level: 'info',
      message: `Alert over: ${ALERT}: the account is armed`,
      topic: 'enforcement',
      facts,
    })
  }

  #unarmed(accountId: AccountId, word: AccountWord, nowMs: number): void {
    const since = this.#since.get(accountId) ?? nowMs
    this.#since.set(accountId, since)
    if (nowMs - since < UNARMED_MS || this.#isTold(ALERT, accountId)) return
    const message = `Alert: the account is ${word} for ${UNARMED_MS / 1_000} s: its rules cannot be relied on`
    const facts = { event: 'alert', alert: ALERT, severity: 'critical', accountId }
    this.#lines.add({ level: 'fatal', message, topic: 'enforcement', facts })
  }
}
