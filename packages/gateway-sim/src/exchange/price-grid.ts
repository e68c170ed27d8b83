import { dividedBy, type Fraction, rounded, times } from './fraction.ts'

/** The tick size of a contract as an exact decimal: `step / scale`, where scale is a power of ten. */
export interface PriceGrid {
  readonly step: number
  readonly scale: number
}

/** @param tickSize - decimal text without exponent, e.g. `0.25` */
export function priceGrid(tickSize: string): PriceGrid {
  const decimals = tickSize.includes('.') ? tickSize.length - tickSize.indexOf('.') - 1 : 0
  return { step: Number(tickSize.replace('.', '')), scale: 10 ** decimals }
}

/** The price of whole ticks, as the double nearest to its decimal: one division of two exact integers, rounded once. */
export function priceOf(grid: PriceGrid, ticks: number): number {
  return (ticks * grid.step) / grid.scale
}

/** Whole ticks of a price, or `undefined` when it lies off the grid by more than a millionth of a tick (float noise of the sender). */
export function ticksOf(grid: PriceGrid, price: number): number | undefined {
  const ticks = (price * grid.scale) / grid.step
  const nearest = Math.round(ticks)
  return Number.isSafeInteger(nearest) && Math.abs(ticks - nearest) <= 1e-6 ? nearest : undefined
}

/** Decimals that the wire shows of an average price; the recorded ones stop at nine. */
const averageDecimals = 9

/** An average in ticks as a price. */
export function averagePriceOf(grid: PriceGrid, ticks: Fraction): number {
  const places = 10 ** averageDecimals
  const nearest = rounded(dividedBy(times(times(ticks, grid.step), places), grid.scale))
  return nearest / places
}
