import { lossTiers } from '../cooldown-after-loss.ts'
import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/** A close that loses exactly the smallest threshold, while something else is open. */
export const cooldownAfterLossDrill: DrillMaker<'cooldown_after_loss'> = (settings, { now }) => {
  const realizedPnl = settings.loss_threshold ?? lossTiers(settings.loss_thresholds)[0]?.loss_amount
  if (realizedPnl === undefined) return null
  const contract = drillContract()
  const closes = settings.existing_positions === 'close'
  return {
    startsAt: now,
    steps: [
      { kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE },
      { kind: 'order-filled', contract, side: 'buy', contracts: 1, price: DRILL_PRICE, realizedPnl },
    ],
    commands: closes ? [{ kind: 'close-position', contractId: contract.id }] : [],
    lockout: closes ? 'flat' : 'reduce-only',
  }
}
