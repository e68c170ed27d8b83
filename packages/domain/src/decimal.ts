/** An exact decimal: `units` ÷ 10^`scale`. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

const PATTERN = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

/**
 * Reads decimal text exactly: `25030.25`, `6065.250000000`, `5e-7`.
 *
 * @returns `null` for anything that is not a finite decimal
 */
export function parseDecimal(text: string): Decimal | null {
  const match = PATTERN.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match
  const exponent = Number(exponentText)
  let units = BigInt(whole + fraction)
  let scale = fraction.length - exponent
  if (scale < 0) {
    units *= 10n ** BigInt(-scale)
    scale = 0
  }
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n
    scale -= 1
  }
  return { units: sign === '-' ? -units : units, scale }
}

/**
 * The decimal that a JSON number was written as. The shortest text that reads back as the same double is the text the gateway sent,
 * up to trailing zeros, as long as that had no more than 15 significant digits (gateway contract 2.1, "Numbers").
 *
 * @returns `null` for NaN and the infinities
 */
export function decimalOf(value: number): Decimal | null {
  return Number.isFinite(value) ? parseDecimal(String(value)) : null
}
