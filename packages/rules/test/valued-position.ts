import { type ContractSpec, type PositionView, toTickFraction, toTicks, unrealizedPnl, type Usd } from '@rm/domain'
import { held } from './account-views.ts'

/** U of a position at an exit price. */
function valueAt(contract: ContractSpec, signedSize: number, average: number, exit: number): Usd {
  const ticks = toTicks(exit, contract.tickSize)
  if (ticks === null) throw new Error(`${exit} is off the grid`)
  return unrealizedPnl(contract, toTickFraction(average, contract.tickSize), ticks, signedSize)
}

/** A position valued at the last of its exit prices, with the worst and the best of all of them. */
export function valued(
  contract: ContractSpec,
  signedSize: number,
  average: number,
  ...exits: readonly [number, ...number[]]
): PositionView {
  const values = exits.map((exit) => valueAt(contract, signedSize, average, exit)).toSorted((a, b) => a - b)
  const current = valueAt(contract, signedSize, average, exits.at(-1) ?? exits[0])
  const value = { kind: 'known', current, worst: values[0] ?? current, best: values.at(-1) ?? current } as const
  return held(contract, signedSize, { averagePrice: average, value })
}
