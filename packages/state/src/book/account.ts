import type { Account } from '@rm/domain'
import { admissibleMs, admissionHeard } from './admission.ts'
import type { Book } from './book.ts'

/** The book after the stream described the account. The same description again changes nothing but when it was heard. */
export function withAccountReported(book: Book, account: Account, receivedMs: number): Book {
  const heardMs = Math.max(book.accountObservedMs ?? 0, receivedMs)
  const admission = admissionHeard(book.admission, book.account, account, heardMs)
  const heard = { accountObservedMs: heardMs, accountStreamMs: heardMs, admission }
  if (book.account === null || !sameAccount(book.account, account)) return { ...book, ...heard, account }
  const isHeard = heardMs === book.accountObservedMs && heardMs === book.accountStreamMs
  return isHeard && admission === book.admission ? book : { ...book, ...heard }
}

/** Whether the firm lets the account trade, said by a reading that cannot be older than the word that barred it. */
export function isAdmitted({ account, admission }: Book): boolean {
  return account?.canTrade === true && admission.readMs !== null && admission.readMs >= admissibleMs(admission)
}

/**
 * From when on a reading decides that the account can trade again (monotonic time of its request); `null` when it is barred, or when that
 * is decided.
 */
export function admissionDueMs(book: Book): number | null {
  return book.account?.canTrade !== true || isAdmitted(book) ? null : admissibleMs(book.admission)
}

export function sameAccount(a: Account, b: Account): boolean {
  return (
    a.balance === b.balance &&
    a.canTrade === b.canTrade &&
    a.simulated === b.simulated &&
    a.visible === b.visible &&
    a.name === b.name
  )
}
