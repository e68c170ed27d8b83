import { parseDecimal } from './decimal.ts'
import { invariant } from './invariant.ts'

declare const brand: unique symbol

/** A whole number of 1/10 000 dollars: one ES tick of $12.50 is `125_000`, one ZF tick of $7.8125 is `78_125`. */
export type Usd = number & { readonly [brand]: 'Usd' }

const UNITS_PER_DOLLAR = 10_000
const PLACES = 4

/** Brands a whole number of 1/10 000 dollars. Throws `InvariantError` beyond the safe integers. */
export function usd(tenThousandths: number): Usd {
  invariant(Number.isSafeInteger(tenThousandths), () => `Usd must be a safe integer, was ${tenThousandths}`)
  return (tenThousandths || 0) as Usd // no negative zero
}

export const NO_USD: Usd = usd(0)

/**
 * Dollars from decimal text, exactly: `-500.00`, `0.36`.
 *
 * @returns `null` when the text is no decimal, has more than four places or is out of range
 */
export function parseUsd(text: string): Usd | null {
  const decimal = parseDecimal(text)
  if (decimal === null || decimal.scale > PLACES) return null
  const units = Number(decimal.units) * 10 ** (PLACES - decimal.scale)
  return Number.isSafeInteger(units) ? usd(units) : null
}

/**
 * Dollars of a JSON number from the gateway. Binary noise below a millionth of a dollar is rounded away.
 *
 * @returns `null` for a number with real digits beyond the fourth place, or out of range: a payload fault, never 0
 */
export function usdOf(dollars: number): Usd | null {
  const scaled = dollars * UNITS_PER_DOLLAR
  const units = Math.round(scaled)
  if (!Number.isSafeInteger(units) || Math.abs(scaled - units) > 0.01) return null
  return usd(units)
}

export function addUsd(a: Usd, b: Usd): Usd {
  return usd(a + b)
}

export function subtractUsd(a: Usd, b: Usd): Usd {
  return usd(a - b)
}

/** A loss as the amount that was lost, and back. */
export function negateUsd(amount: Usd): Usd {
  return subtractUsd(NO_USD, amount)
}

export function sumUsd(amounts: Iterable<Usd>): Usd {
  let total = 0
  for (const amount of amounts) total += amount
  return usd(total)
}

/** `-$1,234.50`; cents always, further places only when they are not zero. */
export function formatUsd(amount: Usd): string {
  const magnitude = Math.abs(amount)
  const dollars = Math.floor(magnitude / UNITS_PER_DOLLAR)
  const fraction = String(magnitude % UNITS_PER_DOLLAR).padStart(PLACES, '0')
  const shown = fraction.endsWith('00') ? fraction.slice(0, 2) : fraction.replace(/0$/, '')
  return `${amount < 0 ? '-' : ''}$${dollars.toLocaleString('en-US')}.${shown}`
}

/** Plain decimal text without currency sign, as configuration writes it: `-500.00`. */
export function usdToDecimalText(amount: Usd): string {
  return formatUsd(amount).replace('$', '').replaceAll(',', '')
}
