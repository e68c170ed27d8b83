import { z } from 'zod'

/*
 * Scalars that accept what gateways of this family have been seen to send: numbers as strings, stamps with up to seven fractional
 * digits, stamps without an offset (they are UTC). Each is one transform, because they sit on the path of every quote and fill.
 * The input type is the documented form, so that a producer is held to it; the tolerance exists at run time only.
 */

const decimalText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && decimalText.test(value)) return Number(value)
  return Number.NaN
}

/** A finite JSON number, or its decimal text. */
export const wireNumber: z.ZodType<number, number> = z.transform((value: number, context) => {
  const decoded = toNumber(value)
  if (Number.isFinite(decoded)) return decoded
  context.issues.push({ code: 'custom', message: 'expected a finite number', input: value })
  return z.NEVER
})

/** An integer that a double holds exactly, or its decimal text. Order and trade ids pass 2^31, none comes near 2^53. */
export const wireInteger: z.ZodType<number, number> = z.transform((value: number, context) => {
  const decoded = toNumber(value)
  if (Number.isSafeInteger(decoded)) return decoded
  context.issues.push({ code: 'custom', message: 'expected an integer', input: value })
  return z.NEVER
})

/** A JSON boolean, or the text `true` or `false` in any case. */
export const wireBoolean: z.ZodType<boolean, boolean> = z.transform((value: boolean, context) => {
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? (value as string).toLowerCase() : undefined
  if (text === 'true' || text === 'false') return text === 'true'
  context.issues.push({ code: 'custom', message: 'expected a boolean', input: value })
  return z.NEVER
})

/** An ISO 8601 date-time, decoded to epoch milliseconds (finer digits cut off). */
export const wireStamp: z.ZodType<number, string> = z.transform((value: string, context) => {
  const decoded = typeof value === 'string' ? epochMsOf(value) : undefined
  if (decoded !== undefined) return decoded
  context.issues.push({ code: 'custom', message: 'expected an ISO 8601 date-time', input: value })
  return z.NEVER
})

/**
 * Epoch milliseconds of an ISO 8601 date-time with seconds, any number of fractional digits, and `Z`, `±hh:mm`, `±hhmm` or no offset,
 * which means UTC. `undefined` for anything else, dates outside the calendar included.
 */
export function epochMsOf(text: string): number | undefined {
  if (text.length < 19) return undefined
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  const separated =
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (text.charCodeAt(10) | 32) === 116 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  const anyUnread = year < 0 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0
  if (!separated || anyUnread || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined
  if (day > daysInMonth(year, month)) return undefined

  let position = 19
  let milliseconds = 0
  if (text.charCodeAt(position) === 46) {
    position += 1
    const start = position
    let weight = 100
    for (; isDigit(text.charCodeAt(position)); position += 1) {
      milliseconds += (text.charCodeAt(position) - 48) * weight
      weight = weight === 100 ? 10 : weight === 10 ? 1 : 0
    }
    if (position === start) return undefined
  }
  const offset = offsetMinutes(text, position)
  if (offset === undefined) return undefined
  const minutes = (daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset
  return minutes * 60_000 + second * 1_000 + milliseconds
}

/**
 * Text of an instant as the gateway writes it: `+00:00`, fraction without trailing zeros.
 *
 * @param epochMs - milliseconds since the epoch; a fraction becomes the digits beyond the third
 * @param fractionDigits - the most digits after the second: the hubs write up to 7, REST up to 6
 */
export function wireStampText(epochMs: number, fractionDigits: 6 | 7 = 7): string {
  const wholeMs = Math.floor(epochMs)
  const seconds = Temporal.Instant.fromEpochMilliseconds(wholeMs).toString({ fractionalSecondDigits: 3 })
  const beyond = Math.min(9_999, Math.round((epochMs - wholeMs) * 10_000))
    .toString()
    .padStart(4, '0')
    .slice(0, fractionDigits - 3)
  const fraction = `${seconds.slice(-4, -1)}${beyond}`.replace(/0+$/, '')
  const stem = seconds.slice(0, -5)
  return fraction === '' ? `${stem}+00:00` : `${stem}.${fraction}+00:00`
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** The decimal value of `count` digits, or -1 when one of them is not a digit. */
function digits(text: string, start: number, count: number): number {
  let value = 0
  for (let index = start; index < start + count; index += 1) {
    const code = text.charCodeAt(index)
    if (!isDigit(code)) return -1
    value = value * 10 + code - 48
  }
  return value
}

function offsetMinutes(text: string, position: number): number | undefined {
  if (position === text.length) return 0
  const sign = text.charCodeAt(position)
  if ((sign | 32) === 122) return position + 1 === text.length ? 0 : undefined
  if (sign !== 43 && sign !== 45) return undefined
  const colon = text.charCodeAt(position + 3) === 58 ? 1 : 0
  const hours = digits(text, position + 1, 2)
  const minutes = digits(text, position + 3 + colon, 2)
  if (hours < 0 || minutes < 0 || minutes > 59 || hours > 23 || text.length !== position + 5 + colon) return undefined
  return (sign === 43 ? 1 : -1) * (hours * 60 + minutes)
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + dayOfYear - 719_468
}
