import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** A close that loses exactly the limit, while something else is open. */
export const dailyRealizedLossDrill: DrillMaker<'daily_realized_loss'> = ({ limit }, { now }) => {
  const contract = drillContract()
  return {
    startsAt: now,
    steps: [
      { kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE },
      { kind: 'order-filled', contract, side: 'buy', contracts: 1, price: DRILL_PRICE, realizedPnl: limit },
    ],
    commands: [{ kind: 'close-position', contractId: contract.id }],
    lockout: 'flat',
  }
}
