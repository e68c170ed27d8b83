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

/** Where prices of drills begin. */
export const DRILL_PRICE = 5_000
