import type { z } from 'zod'
import { authLossGuard, type AuthLossGuardSettings } from './auth-loss-guard.ts'
import { cooldownAfterLoss, type CooldownAfterLossSettings } from './cooldown-after-loss.ts'
import { dailyRealizedLoss, type DailyRealizedLossSettings } from './daily-realized-loss.ts'
import { dailyRealizedProfit, type DailyRealizedProfitSettings } from './daily-realized-profit.ts'
import { dailyUnrealizedLoss, type DailyUnrealizedLossSettings } from './daily-unrealized-loss.ts'
import { maxContracts, type MaxContractsSettings } from './max-contracts.ts'
import { maxContractsPerInstrument, type MaxContractsPerInstrumentSettings } from './max-contracts-per-instrument.ts'
import { maxUnrealizedProfit, type MaxUnrealizedProfitSettings } from './max-unrealized-profit.ts'
import { noStopLossGrace, type NoStopLossGraceSettings } from './no-stop-loss-grace.ts'
import type { Rule } from './rule.ts'
import { sessionBlockOutside, type SessionBlockOutsideSettings } from './session-block-outside.ts'
import { symbolBlocks, type SymbolBlocksSettings } from './symbol-blocks.ts'
import { tradeFrequencyLimit, type TradeFrequencyLimitSettings } from './trade-frequency-limit.ts'
import { tradeManagement, type TradeManagementSettings } from './trade-management.ts'

/** Settings of every rule, by its key under `rules:` in the configuration. */
export interface RuleSettings {
  max_contracts: z.infer<typeof MaxContractsSettings>
  max_contracts_per_instrument: z.infer<typeof MaxContractsPerInstrumentSettings>
  daily_realized_loss: z.infer<typeof DailyRealizedLossSettings>
  daily_unrealized_loss: z.infer<typeof DailyUnrealizedLossSettings>
  max_unrealized_profit: z.infer<typeof MaxUnrealizedProfitSettings>
  trade_frequency_limit: z.infer<typeof TradeFrequencyLimitSettings>
  cooldown_after_loss: z.infer<typeof CooldownAfterLossSettings>
  no_stop_loss_grace: z.infer<typeof NoStopLossGraceSettings>
  session_block_outside: z.infer<typeof SessionBlockOutsideSettings>
  trade_management: z.infer<typeof TradeManagementSettings>
  auth_loss_guard: z.infer<typeof AuthLossGuardSettings>
  symbol_blocks: z.infer<typeof SymbolBlocksSettings>
  daily_realized_profit: z.infer<typeof DailyRealizedProfitSettings>
}

/** A rule as the configuration names it; people and logs also see `RULE-003`. */
export type RuleId = keyof RuleSettings

/** Every rule there is. A missing rule, a superfluous one, one under a wrong key and settings of a wrong shape do not compile. */
export const rules: { readonly [Id in RuleId]: Rule<Id> } = {
  max_contracts: maxContracts,
  max_contracts_per_instrument: maxContractsPerInstrument,
  daily_realized_loss: dailyRealizedLoss,
  daily_unrealized_loss: dailyUnrealizedLoss,
  max_unrealized_profit: maxUnrealizedProfit,
  trade_frequency_limit: tradeFrequencyLimit,
  cooldown_after_loss: cooldownAfterLoss,
  no_stop_loss_grace: noStopLossGrace,
  session_block_outside: sessionBlockOutside,
  trade_management: tradeManagement,
  auth_loss_guard: authLossGuard,
  symbol_blocks: symbolBlocks,
  daily_realized_profit: dailyRealizedProfit,
}

/** The order of the log and of equal goals (risk rules, 1.7). It never changes what has to be done. */
export const EVALUATION_ORDER: readonly RuleId[] = [
  'auth_loss_guard',
  'daily_realized_loss',
  'session_block_outside',
  'symbol_blocks',
  'max_contracts',
  'max_contracts_per_instrument',
  'daily_unrealized_loss',
  'daily_realized_profit',
  'max_unrealized_profit',
  'cooldown_after_loss',
  'trade_frequency_limit',
  'no_stop_loss_grace',
  'trade_management',
]
