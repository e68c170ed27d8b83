import type { ContractSpec } from './contract.ts'
import type { Ticks, TickFraction } from './ticks.ts'
import { type Usd, usd } from './usd.ts'

/**
 * P&L of an open position if it were closed at `exit`: (exit − average) × tick value × signed size.
 *
 * Exact until the one rounding at the end, toward −∞: a loss limit trips no later than the true value, a profit target no
 * earlier (risk rules, 1.1). An average need not lie on the tick grid, so it comes as a fraction; a float would put the floor one unit off.
 */
export function unrealizedPnl(contract: ContractSpec, average: TickFraction, exit: Ticks, signedSize: number): Usd {
  const moved = BigInt(exit) * average.denominator - average.numerator
  return usd(Number(floorDivide(moved * BigInt(contract.tickValue) * BigInt(signedSize), average.denominator)))
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend % divisor < 0n ? quotient - 1n : quotient
}
