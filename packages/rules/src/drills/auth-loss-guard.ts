import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** The firm bars the account, while something is open. */
export const authLossGuardDrill: DrillMaker<'auth_loss_guard'> = ({ on_cannot_trade }, { now }) => {
  const contract = drillContract()
  const locks = on_cannot_trade === 'lockout'
  return {
    startsAt: now,
    steps: [
      { kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE },
      { kind: 'trading-is', isAllowed: false },
    ],
    commands: locks ? [{ kind: 'close-position', contractId: contract.id }] : [],
    lockout: locks ? 'flat' : null,
  }
}
