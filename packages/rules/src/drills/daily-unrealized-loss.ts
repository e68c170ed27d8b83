import { ticks } from '@rm/domain'
import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE, movesWorth } from './drill-contract.ts'

/** A long position whose bid has fallen until the limit is reached. It is the only one, so that it is also the sum of all. */
export const dailyUnrealizedLossDrill: DrillMaker<'daily_unrealized_loss'> = ({ limit }, { now }) => {
  const contract = drillContract()
  const { contracts, moved } = movesWorth(-limit, contract)
  const bid = ticks(DRILL_PRICE / contract.tickSize - moved)
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
