import { type DrilledCommand, ticks } from '@rm/domain'
import type { DrillMaker } from '../drill.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

/**
 * A position that is far enough in profit for every part when it is first seen: the stop and the target that the settings want have to be
 * placed at once.
 */
export const tradeManagementDrill: DrillMaker<'trade_management'> = (settings, { now }) => {
  const { auto_stop_loss, auto_take_profit, auto_breakeven, trailing_stop, min_gap_ticks: gap } = settings
  const contract = drillContract()
  const trails = trailing_stop.enabled && trailing_stop.trail_distance_ticks >= gap
  const placed: DrilledCommand = { kind: 'place-order', contractId: contract.id, contracts: 1 }
  const commands = [auto_stop_loss.enabled || auto_breakeven.enabled || trails, auto_take_profit.enabled]
    .filter((isWanted) => isWanted)
    .map(() => placed)
  if (commands.length === 0) return null
  const profit = Math.max(auto_breakeven.profit_trigger_ticks, trailing_stop.activation_ticks) + gap
  const bid = ticks(DRILL_PRICE / contract.tickSize + profit)
  return {
    startsAt: now,
    steps: [
      { kind: 'price-is', contract, bid, ask: ticks(bid + 1) },
      { kind: 'position-is', contract, signedSize: 1, averagePrice: DRILL_PRICE },
    ],
    commands,
    isAutomation: true,
    lockout: null,
  }
}
