import type { Drill, Instant, Timers, TradingCalendar } from '@rm/domain'
import { authLossGuardDrill } from './drills/auth-loss-guard.ts'
import { cooldownAfterLossDrill } from './drills/cooldown-after-loss.ts'
import { dailyRealizedProfitDrill } from './drills/daily-realized-profit.ts'
import { dailyUnrealizedLossDrill } from './drills/daily-unrealized-loss.ts'
import { maxUnrealizedProfitDrill } from './drills/max-unrealized-profit.ts'
import { symbolBlocksDrill } from './drills/symbol-blocks.ts'
import { maxContractsDrill } from './drills/max-contracts.ts'
import { maxContractsPerInstrumentDrill } from './drills/max-contracts-per-instrument.ts'
import { dailyRealizedLossDrill } from './drills/daily-realized-loss.ts'
import { noStopLossGraceDrill } from './drills/no-stop-loss-grace.ts'
import { sessionBlockOutsideDrill } from './drills/session-block-outside.ts'
import { tradeFrequencyLimitDrill, withReachableLimits } from './drills/trade-frequency-limit.ts'
import { tradeManagementDrill } from './drills/trade-management.ts'
import type { EnabledRules } from './evaluate.ts'
import type { RuleId, RuleSettings } from './registry.ts'

/** What a drill may know beside the settings. */
export interface DrillContext {
  readonly now: Instant
  readonly calendar: TradingCalendar
  readonly timers: Timers
}

/** How a rule is driven to breach with its settings, or `null` when they limit nothing that could be breached. */
export type DrillMaker<Id extends RuleId> = (settings: RuleSettings[Id], context: DrillContext) => Drill | null

/** One rule as it is drilled: alone, enforcing also when it is in shadow, and with limits that can be reached in a moment. */
export function drilledAlone(id: RuleId, enabled: EnabledRules): EnabledRules {
  const { trade_frequency_limit: frequency } = enabled
  const settings =
    id === 'trade_frequency_limit' && frequency !== undefined ? withReachableLimits(frequency) : enabled[id]
  return { [id]: { ...settings, mode: 'enforce' } }
}

/** The drill of an enabled rule. */
export function drillOf<Id extends RuleId>(id: Id, enabled: EnabledRules, context: DrillContext): Drill | null {
  const settings: RuleSettings[Id] | undefined = enabled[id]
  return settings === undefined ? null : DRILLS[id](settings, context)
}

/** A rule without its drill does not compile: nobody could say whether it is alive. */
const DRILLS: { readonly [Id in RuleId]: DrillMaker<Id> } = {
  max_contracts: maxContractsDrill,
  max_contracts_per_instrument: maxContractsPerInstrumentDrill,
  daily_realized_loss: dailyRealizedLossDrill,
  daily_unrealized_loss: dailyUnrealizedLossDrill,
  max_unrealized_profit: maxUnrealizedProfitDrill,
  trade_frequency_limit: tradeFrequencyLimitDrill,
  cooldown_after_loss: cooldownAfterLossDrill,
  no_stop_loss_grace: noStopLossGraceDrill,
  session_block_outside: sessionBlockOutsideDrill,
  trade_management: tradeManagementDrill,
  auth_loss_guard: authLossGuardDrill,
  symbol_blocks: symbolBlocksDrill,
  daily_realized_profit: dailyRealizedProfitDrill,
}
