import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** One contract more than allowed: an unlisted product weighs as much as the unit of the limit, whatever the weighting. */
export const maxContractsDrill: DrillMaker<'max_contracts'> = ({ limit, enforcement }, { now }) => {
  const contract = drillContract()
  const contractId = contract.id
  return {
    startsAt: now,
    steps: [{ kind: 'position-is', contract, signedSize: limit + 1, averagePrice: DRILL_PRICE }],
    commands: [
      enforcement === 'close_all'
        ? { kind: 'close-position', contractId }
        : { kind: 'reduce-position', contractId, contracts: 1 },
    ],
    lockout: null,
  }
}
