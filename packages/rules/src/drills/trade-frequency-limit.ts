import type { DrillStep } from '@rm/domain'
import type { DrillMaker } from '../drill.ts'
import type { RuleSettings } from '../registry.ts'
import { drillContract, DRILL_PRICE } from './drill-contract.ts'

type Settings = RuleSettings['trade_frequency_limit']

/** The rule compares a count with a number, whatever the number: so many trades prove it, and thousands would take too long. */
const DRILLED_TRADES_MAX = 100

/** The settings with limits that a drill can reach. */
export function withReachableLimits(settings: Settings): Settings {
  const { per_minute, per_hour, per_session } = settings.limits
  return {
    ...settings,
    limits: {
      per_minute: reachable(per_minute),
      per_hour: reachable(per_hour),
      per_session: reachable(per_session),
    },
  }
}

function reachable(limit: number | null): number | null {
  return limit === null ? null : Math.min(limit, DRILLED_TRADES_MAX)
}

/** One entry more than the shortest window allows, all in one moment, with an entry order that still works. */
export const tradeFrequencyLimitDrill: DrillMaker<'trade_frequency_limit'> = (settings, { now }) => {
  const { per_minute, per_hour, per_session } = settings.limits
  const limit = per_minute ?? per_hour ?? per_session
  if (limit === null) return null
  const contract = drillContract()
  const contractId = contract.id
  const entry: DrillStep = {
    kind: 'order-filled',
    contract,
    side: 'buy',
    contracts: 1,
    price: DRILL_PRICE,
    realizedPnl: null,
  }
  const closes = settings.existing_positions === 'close'
  return {
    startsAt: now,
    steps: [
      { kind: 'order-works', contract, type: 'limit', side: 'buy', contracts: 1, price: DRILL_PRICE - 1 },
      { kind: 'position-is', contract, signedSize: limit + 1, averagePrice: DRILL_PRICE },
      ...Array.from({ length: limit + 1 }, () => entry),
    ],
    commands: [
      { kind: 'cancel-order', contractId },
      ...(closes ? [{ kind: 'close-position', contractId } as const] : []),
    ],
    lockout: closes ? 'flat' : 'reduce-only',
  }
}
