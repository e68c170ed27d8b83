import { ticks } from '@rm/domain'
import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE, movesWorth } from './drill-contract.ts'

/** A long position whose bid has risen until the target is reached. */
export const maxUnrealizedProfitDrill: DrillMaker<'max_unrealized_profit'> = ({ target }, { now }) => {
  const contract = drillContract()
  const { contracts, moved } = movesWorth(target, contract)
  const bid = ticks(DRILL_PRICE / contract.tickSize + moved)
  return {
    startsAt: now,
    steps: [
      { kind: 'position-is', contract, signedSize: contracts, averagePrice: DRILL_PRICE },
      { kind: 'price-is', contract, bid, ask: ticks(bid + 1) },
    ],
    commands: [{ kind: 'close-position', contractId: contract.id }],
    lockout: null,
  }
}
