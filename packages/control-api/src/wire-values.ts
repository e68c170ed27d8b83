import { formatInstant, type Instant, instantOf, parseUsd, type Usd, usdToDecimalText } from '@rm/domain'
import { z } from 'zod'

/*
 * How values of the domain stand in JSON. The server encodes, the client decodes; an amount is decimal text, so that no client's binary
 * fractions touch it.
 */

/** Dollars as decimal text, `-512.5`. */
export const Dollars = z.codec(
  z.string().regex(/^-?\d+(\.\d{1,4})?$/),
  z.custom<Usd>((value) => Number.isSafeInteger(value)),
  {
    decode(text, context) {
      const amount = parseUsd(text)
      if (amount !== null) return amount
      context.issues.push({ code: 'custom', input: text, message: 'expected an amount of dollars' })
      return z.NEVER
    },
    encode: usdToDecimalText,
  },
)

/** A moment in UTC, `2026-11-18T15:45:07.123Z`. */
export const Moment = z.codec(
  z.iso.datetime(),
  z.custom<Instant>((value) => Number.isSafeInteger(value)),
  { decode: instantOf, encode: formatInstant },
)
