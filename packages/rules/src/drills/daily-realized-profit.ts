import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** A close that wins exactly the target, while something else is open. */
export const dailyRealizedProfitDrill: DrillMaker<'daily_realized_profit'> = ({ target }, { now }) => {
  const contract = drillContract()
  return {
    startsAt: now,
    steps: [
      { kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE },
      { kind: 'order-filled', contract, side: 'buy', contracts: 1, price: DRILL_PRICE, realizedPnl: target },
    ],
    commands: [{ kind: 'close-position', contractId: contract.id }],
    lockout: 'flat',
  }
}
