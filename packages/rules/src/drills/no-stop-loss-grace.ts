import { later } from '@rm/domain'
import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** A position without a stop, and nothing that happens until its grace is over. */
export const noStopLossGraceDrill: DrillMaker<'no_stop_loss_grace'> = ({ grace_period_seconds: grace }, { now }) => {
  const contract = drillContract()
  return {
    startsAt: now,
    steps: [
      { kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE },
      { kind: 'time-passes', until: later(now, grace * 1_000) },
    ],
    commands: [{ kind: 'close-position', contractId: contract.id }],
    lockout: null,
  }
}
