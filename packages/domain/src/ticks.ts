import { type Decimal, decimalOf } from './decimal.ts'
import { invariant } from './invariant.ts'

declare const brand: unique symbol

/** A price as a whole number of the contract's ticks. Negative for a negative price (crude, 2020). */
export type Ticks = number & { readonly [brand]: 'Ticks' }

/** A price in ticks that need not lie on the grid, as an exact fraction. Averages are such prices. `denominator` > 0. */
export interface TickFraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

export function ticks(count: number): Ticks {
  invariant(Number.isSafeInteger(count), () => `a tick count is a safe integer, was ${count}`)
  return (count || 0) as Ticks
}

/** Residue, in ticks, up to which a price counts as lying on the grid (risk rules, 1.1). */
const RESIDUE_TICKS_MAX = 1e-6

/**
 * A price on the tick grid of an order or a quote.
 *
 * @returns `null` when the price is off the grid by more than a millionth of a tick: a payload fault
 */
export function toTicks(price: number, tickSize: number): Ticks | null {
  const exact = price / tickSize
  const count = Math.round(exact)
  // A double carries about 16 digits, so the quotient of a large price is itself off by some billionths.
  if (!Number.isSafeInteger(count) || Math.abs(exact - count) > RESIDUE_TICKS_MAX) return null
  return ticks(count)
}

/** The price of a tick count as the gateway writes it: the nearest double of the exact decimal product. */
export function toPrice(count: Ticks, tickSize: number): number {
  const size = decimalOf(tickSize)
  invariant(size !== null, () => `a tick size is finite, was ${tickSize}`)
  return Number(`${BigInt(count) * size.units}e-${size.scale}`)
}

/** An average price as an exact fraction of ticks. Throws `InvariantError` when either number is not finite or the tick size not positive. */
export function toTickFraction(price: number, tickSize: number): TickFraction {
  const known = remembered.get(price)
  if (known?.tickSize === tickSize) return known.fraction
  const fraction = tickFractionOf(price, tickSize)
  if (remembered.size >= REMEMBERED_MAX) remembered.clear()
  remembered.set(price, { tickSize, fraction })
  return fraction
}

/** Every quote asks for the same few averages again, and reading a decimal costs more than the rest of a valuation. */
const remembered = new Map<number, { readonly tickSize: number; readonly fraction: TickFraction }>()
const REMEMBERED_MAX = 1_000

function tickFractionOf(price: number, tickSize: number): TickFraction {
  const dividend = decimalOf(price)
  const divisor = decimalOf(tickSize)
  invariant(
    dividend !== null && divisor !== null && divisor.units > 0n,
    () => `no fraction of ticks: ${price} / ${tickSize}`,
  )
  return reduced(dividend.units * tenTo(divisor), divisor.units * tenTo(dividend))
}

function tenTo(decimal: Decimal): bigint {
  return 10n ** BigInt(decimal.scale)
}

function reduced(numerator: bigint, denominator: bigint): TickFraction {
  let a = numerator < 0n ? -numerator : numerator
  let b = denominator
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? { numerator: 0n, denominator: 1n } : { numerator: numerator / a, denominator: denominator / a }
}
