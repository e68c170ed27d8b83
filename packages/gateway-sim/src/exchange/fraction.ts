/** An exact rational number in lowest terms, denominator positive. An average price lies between ticks, and no float may decide a cent. */
export interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

export const zero: Fraction = { numerator: 0n, denominator: 1n }

/** @param value - a safe integer */
export function whole(value: number): Fraction {
  return { numerator: BigInt(value), denominator: 1n }
}

/** @throws RangeError when the denominator is zero */
export function fraction(numerator: bigint, denominator: bigint): Fraction {
  const sign = denominator < 0n ? -1n : 1n
  const divisor = greatestCommonDivisor(numerator, denominator) * sign
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

export function add(left: Fraction, right: Fraction): Fraction {
  return fraction(
    left.numerator * right.denominator + right.numerator * left.denominator,
    left.denominator * right.denominator,
  )
}

export function subtract(left: Fraction, right: Fraction): Fraction {
  return add(left, { numerator: -right.numerator, denominator: right.denominator })
}

/** @param factor - a safe integer */
export function times(value: Fraction, factor: number): Fraction {
  return fraction(value.numerator * BigInt(factor), value.denominator)
}

/** @param divisor - a safe integer other than zero */
export function dividedBy(value: Fraction, divisor: number): Fraction {
  return fraction(value.numerator, value.denominator * BigInt(divisor))
}

/** The nearest integer; a half goes away from zero. */
export function rounded(value: Fraction): number {
  const { numerator, denominator } = value
  const magnitude = numerator < 0n ? -numerator : numerator
  const nearest = Number((magnitude * 2n + denominator) / (denominator * 2n))
  return numerator < 0n && nearest !== 0 ? -nearest : nearest
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let a = left < 0n ? -left : left
  let b = right < 0n ? -right : right
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? 1n : a
}
