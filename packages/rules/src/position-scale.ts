import { type ContractSpec, type PositionView, type TickFraction, ticks, type Ticks, toTickFraction } from '@rm/domain'

/** Prices seen from a position: what is good for it counts as more, for a long and for a short. */
export class PositionScale {
  readonly #sign: 1 | -1
  /** The average on that scale, rounded to the grid in both directions: all that whole ticks can be compared with, exactly. */
  readonly #above: number
  readonly #below: number

  static of(
    { signedSize, averagePrice }: Pick<PositionView, 'signedSize' | 'averagePrice'>,
    { tickSize }: Pick<ContractSpec, 'tickSize'>,
  ): PositionScale {
    return new PositionScale(signedSize, toTickFraction(averagePrice, tickSize))
  }

  private constructor(signedSize: number, average: TickFraction) {
    const { floor, ceiling } = gridOf(average)
    this.#sign = signedSize > 0 ? 1 : -1
    this.#above = signedSize > 0 ? ceiling : -floor
    this.#below = signedSize > 0 ? floor : -ceiling
  }

  /** By how many ticks the second price is better for the position. */
  gain(from: Ticks, to: Ticks): number {
    return this.#sign * (to - from)
  }

  shifted(price: Ticks, by: number): Ticks {
    return ticks(price + this.#sign * by)
  }

  /** Whether a price lies at least so many ticks in profit. */
  hasProfit(price: Ticks, least: number): boolean {
    return this.#sign * price >= this.#above + least
  }

  /** The price so many ticks from the average, rounded to the grid: a stop towards the market, a target towards the entry. */
  fromAverage(by: number, rounding: 'towards-market' | 'towards-entry'): Ticks {
    return ticks(this.#sign * ((rounding === 'towards-market' ? this.#above : this.#below) + by))
  }
}

interface Grid {
  readonly floor: number
  readonly ceiling: number
}

/** Every quote asks for the same few averages, whose fractions are remembered as well. */
const grids = new WeakMap<TickFraction, Grid>()

function gridOf(average: TickFraction): Grid {
  let grid = grids.get(average)
  if (grid === undefined) {
    const { numerator, denominator } = average
    grid = { floor: Number(floorOf(numerator, denominator)), ceiling: -Number(floorOf(-numerator, denominator)) }
    grids.set(average, grid)
  }
  return grid
}

function floorOf(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  return numerator % denominator < 0n ? quotient - 1n : quotient
}
