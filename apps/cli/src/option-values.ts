import { AccountId } from '@rm/domain'
import { InvalidArgumentError } from 'commander'

/** A parser of an option that takes a whole number from 1 to a largest one. */
export function wholeUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < 1 || value > most)
      throw new InvalidArgumentError(`expected a whole number from 1 to ${most}`)
    return value
  }
}

/** The gateway's number of an account. */
export function accountNumber(text: string): AccountId {
  const id = AccountId.safeParse(/^\d+$/.test(text) ? Number(text) : Number.NaN)
  if (!id.success) throw new InvalidArgumentError("expected the gateway's number of an account, such as 7001001")
  return id.data
}

/** A date, `2026-11-18`. */
export function isoDate(text: string): Temporal.PlainDate {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text, { overflow: 'reject' })
  } catch {
    // Well-formed, and no day of the calendar.
  }
  throw new InvalidArgumentError('expected a date such as 2026-11-18')
}
