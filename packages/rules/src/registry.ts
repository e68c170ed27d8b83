import type { z } from 'zod'
import { dailyRealizedLoss, type DailyRealizedLossSettings } from './daily-realized-loss.ts'
import { maxContracts, type MaxContractsSettings } from './max-contracts.ts'
import { maxContractsPerInstrument, type MaxContractsPerInstrumentSettings } from './max-contracts-per-instrument.ts'
import { noStopLossGrace, type NoStopLossGraceSettings } from './no-stop-loss-grace.ts'
import type { Rule } from './rule.ts'
import { sessionBlockOutside, type SessionBlockOutsideSettings } from './session-block-outside.ts'
import { tradeFrequencyLimit, type TradeFrequencyLimitSettings } from './trade-frequency-limit.ts'
import { tradeManagement, type TradeManagementSettings } from './trade-management.ts'

/** Settings of every rule, by its key under `rules:` in the configuration. */
export interface RuleSettings {
  max_contracts: z.infer<typeof MaxContractsSettings>
  max_contracts_per_instrument: z.infer<typeof MaxContractsPerInstrumentSettings>
  daily_realized_loss: z.infer<typeof DailyRealizedLossSettings>
  trade_frequency_limit: z.infer<typeof TradeFrequencyLimitSettings>
  no_stop_loss_grace: z.infer<typeof NoStopLossGraceSettings>
  session_block_outside: z.infer<typeof SessionBlockOutsideSettings>
  trade_management: z.infer<typeof TradeManagementSettings>
}

/** A rule as the configuration names it; people and logs also see `RULE-003`. */
export type RuleId = keyof RuleSettings

/** Every rule there is. A missing rule, a superfluous one, one under a wrong key and settings of a wrong shape do not compile. */
export const rules: { readonly [Id in RuleId]: Rule<Id> } = {
  max_contracts: maxContracts,
  max_contracts_per_instrument: maxContractsPerInstrument,
  daily_realized_loss: dailyRealizedLoss,
  trade_frequency_limit: tradeFrequencyLimit,
  no_stop_loss_grace: noStopLossGrace,
  session_block_outside: sessionBlockOutside,
  trade_management: tradeManagement,
}

/** The order of the log and of equal goals (risk rules, 1.7). It never changes what has to be done. */
export const EVALUATION_ORDER: readonly RuleId[] = [
  'daily_realized_loss',
  'session_block_outside',
  'max_contracts',
  'max_contracts_per_instrument',
  'trade_frequency_limit',
  'no_stop_loss_grace',
  'trade_management',
]
