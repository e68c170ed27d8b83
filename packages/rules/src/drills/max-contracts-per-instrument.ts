import type { DrillMaker } from '../drill.ts'
import { unlistedLimitOf } from '../strictest-instrument-limits.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** One contract more than the first listed product may have; of an unlisted product if none is listed. */
export const maxContractsPerInstrumentDrill: DrillMaker<'max_contracts_per_instrument'> = (settings, { now }) => {
  const [listed] = Object.entries(settings.instrument_limits)
  const [product, limit] = listed ?? [undefined, unlistedLimitOf(settings)]
  if (!Number.isFinite(limit)) return null
  const contract = drillContract(product)
  const contractId = contract.id
  return {
    startsAt: now,
    steps: [{ kind: 'position-is', contract, signedSize: -(limit + 1), averagePrice: DRILL_PRICE }],
    commands: [
      limit === 0 || settings.enforcement === 'close_all'
        ? { kind: 'close-position', contractId }
        : { kind: 'reduce-position', contractId, contracts: 1 },
    ],
    lockout: null,
  }
}
