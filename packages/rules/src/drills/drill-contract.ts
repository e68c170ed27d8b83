import { ContractId, type ContractSpec, usd } from '@rm/domain'

/** A product that no firm lists and no setting names: it has the limits and weights of an unlisted one. */
const UNLISTED = 'DRILL'

/**
 * A contract that exists in drills alone. A tick is worth 12.50 dollars.
 *
 * @param product - as settings name it: exchange root, product code or a contract id, whose product is taken
 */
export function drillContract(product: string = UNLISTED): ContractSpec {
  const code = /^CON\.F\.US\.([^.]+)\./.exec(product)?.[1] ?? product
  return {
    id: ContractId.parse(`CON.F.US.${code}.Z99`),
    name: `${code}Z9`,
    product: code,
    root: code,
    tickSize: 0.25,
    tickValue: usd(125_000),
    active: true,
  }
}

/** Ticks that a price of a drill can fall without coming near zero. */
const TICKS_MAX = 10_000

/**
 * The fewest contracts and ticks by which an open position wins or loses at least so much.
 *
 * @param amount - in ten-thousandths of a dollar, positive
 */
export function movesWorth(
  amount: number,
  { tickValue }: ContractSpec,
): { readonly contracts: number; readonly moved: number } {
  const contracts = Math.ceil(amount / (tickValue * TICKS_MAX))
  return { contracts, moved: Math.ceil(amount / (tickValue * contracts)) }
}

/** Where prices of drills begin. */
export const DRILL_PRICE = 5_000
