import { type AccountView, type PositionView, sideOf, ticks, toTickFraction, unrealizedPnl, usd } from '@rm/domain'
import { sumValues } from './valuation.ts'

/** Whether the prices of every position are known, and its value is that of its whole size. */
export function isValuedByPrice(view: AccountView): boolean {
  return view.positions.every((position) => {
    const { contract, exit, value, signedSize, averagePrice } = position
    if (contract === null || exit === null || value.kind === 'unknown') return false
    const average = toTickFraction(averagePrice, contract.tickSize)
    return value.current === unrealizedPnl(contract, average, exit.current, signedSize)
  })
}

/**
 * The account as it would be if the exit price of every position had moved in its favour by so many ticks, against it where they are
 * negative, and stayed there.
 *
 * @param view - one that {@link isValuedByPrice}
 */
export function movedView(view: AccountView, favourableTicks: number): AccountView {
  const positions = view.positions.map((position) => moved(position, favourableTicks))
  return { ...view, positions, unrealized: sumValues(positions.map(({ value }) => value)) }
}

function moved(position: PositionView, favourableTicks: number): PositionView {
  const { contract, exit, value, signedSize } = position
  if (contract === null || exit === null || value.kind === 'unknown') return position
  const price = ticks(exit.current + (sideOf(signedSize) === 'short' ? -favourableTicks : favourableTicks))
  // Exact: whole ticks move the value by whole units, so that the rounding of the average stays what it was.
  const worth = usd(value.current + favourableTicks * contract.tickValue * Math.abs(signedSize))
  return {
    ...position,
    value: { kind: 'known', current: worth, worst: worth, best: worth },
    exit: { current: price, best: price },
  }
}
