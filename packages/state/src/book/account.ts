import type { Account } from '@rm/domain'
import type { Book } from './book.ts'

/** The book after the stream described the account. The same description again changes nothing but when it was heard. */
export function withAccountReported(book: Book, account: Account, receivedMs: number): Book {
  const heardMs = Math.max(book.accountObservedMs ?? 0, receivedMs)
  if (book.account !== null && sameAccount(book.account, account)) {
    if (heardMs === book.accountObservedMs && heardMs === book.accountStreamMs) return book
    return { ...book, accountObservedMs: heardMs, accountStreamMs: heardMs }
  }
  return { ...book, account, accountObservedMs: heardMs, accountStreamMs: heardMs }
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
