import type { Product, RollRule } from './products.ts'
import { unreachable } from '../unreachable.ts'

const exchangeZone = 'America/Chicago'
const monthLetters = 'FGHJKMNQUVXZ'

/** One delivery month. */
export interface ContractMonth {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
}

/** `Z` for December. */
export function monthLetter(month: number): string {
  return monthLetters.charAt(month - 1)
}

/** 1 to 12, or `undefined` for a letter that names no month. */
export function monthOfLetter(letter: string): number | undefined {
  const index = letter.length === 1 ? monthLetters.indexOf(letter) : -1
  return index < 0 ? undefined : index + 1
}

/** The date of the exchange's trading day: after 17:00 in Chicago the next day's has begun. */
export function tradeDate(epochMs: number): Temporal.PlainDate {
  const local = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(exchangeZone)
  const date = local.toPlainDate()
  return local.hour >= 17 ? date.add({ days: 1 }) : date
}

/** The month that most of the product trades in on that date. */
export function frontMonth(product: Product, on: Temporal.PlainDate): ContractMonth {
  for (let ahead = 0; ahead < 15; ahead += 1) {
    const first = on.with({ day: 1 }).add({ months: ahead })
    const candidate = { year: first.year, month: first.month }
    if (isListed(product, candidate) && Temporal.PlainDate.compare(on, lastFrontDay(product.roll, candidate)) <= 0) {
      return candidate
    }
  }
  throw new RangeError(`${product.root} lists no month within fifteen months of ${on.toString()}`)
}

export function isListed(product: Product, { month }: ContractMonth): boolean {
  return product.months.includes(monthLetter(month))
}

/**
 * The last day on which a month is the front month. Trading moves on some days before the contract ends, so this is the last trading day (or
 * the first notice day of a deliverable contract) less the usual lead. Exchange holidays are not counted: the lead is longer than they are.
 */
export function lastFrontDay(rule: RollRule, { year, month }: ContractMonth): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 })
  switch (rule) {
    case 'third-friday':
      return nthWeekday(first, 5, 3).subtract({ days: 5 })
    case 'third-wednesday':
      return nthWeekday(first, 3, 3).subtract({ days: 6 })
    case 'first-notice':
      return businessDaysBefore(first, 4)
    case 'crude':
      return businessDaysBefore(crudeExpiry(first), 2)
    case 'natural-gas':
      return businessDaysBefore(first, 5)
    case 'prior-month-end':
      return businessDaysBefore(first, 3)
    case 'last-friday':
      return lastWeekday(first, 5).subtract({ days: 1 })
    case 'tenth-business-day':
      return businessDaysBefore(nthBusinessDay(first, 10), 2)
    default:
      return unreachable(rule)
  }
}

/** Three business days before the 25th of the month ahead of delivery, counted from the business day before when the 25th is none. */
function crudeExpiry(firstOfDelivery: Temporal.PlainDate): Temporal.PlainDate {
  const anchor = firstOfDelivery.subtract({ months: 1 }).with({ day: 25 })
  return businessDaysBefore(isBusinessDay(anchor) ? anchor : businessDaysBefore(anchor, 1), 3)
}

function isBusinessDay(date: Temporal.PlainDate): boolean {
  return date.dayOfWeek <= 5
}

function businessDaysBefore(date: Temporal.PlainDate, count: number): Temporal.PlainDate {
  let day = date
  for (let left = count; left > 0; ) {
    day = day.subtract({ days: 1 })
    if (isBusinessDay(day)) left -= 1
  }
  return day
}

function nthBusinessDay(first: Temporal.PlainDate, nth: number): Temporal.PlainDate {
  let day = first
  for (let left = isBusinessDay(day) ? nth - 1 : nth; left > 0; ) {
    day = day.add({ days: 1 })
    if (isBusinessDay(day)) left -= 1
  }
  return day
}

function nthWeekday(first: Temporal.PlainDate, dayOfWeek: number, nth: number): Temporal.PlainDate {
  const toFirst = (dayOfWeek - first.dayOfWeek + 7) % 7
  return first.add({ days: toFirst + (nth - 1) * 7 })
}

function lastWeekday(first: Temporal.PlainDate, dayOfWeek: number): Temporal.PlainDate {
  const last = first.with({ day: first.daysInMonth })
  return last.subtract({ days: (last.dayOfWeek - dayOfWeek + 7) % 7 })
}
