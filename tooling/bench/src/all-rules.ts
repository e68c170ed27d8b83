import { type AccountId, TradingCalendar } from '@rm/domain'
import type { AccountPolicy } from '@rm/engine'
import { rules, type RuleSettings, stopCriteriaOf } from '@rm/rules'

/** Every rule, none near its limit: a rule that is missing here does not compile. */
const ALL_RULES: RuleSettings = {
  max_contracts: rules.max_contracts.settings.parse({ limit: 5 }),
  max_contracts_per_instrument: rules.max_contracts_per_instrument.settings.parse({
    default_limit: 5,
  }),
  daily_realized_loss: rules.daily_realized_loss.settings.parse({ limit: '-5000.00' }),
  daily_unrealized_loss: rules.daily_unrealized_loss.settings.parse({ limit: '-5000.00' }),
  max_unrealized_profit: rules.max_unrealized_profit.settings.parse({ enabled: true, target: '5000.00' }),
  trade_frequency_limit: rules.trade_frequency_limit.settings.parse({
    limits: { per_minute: 1_000_000, per_hour: 1_000_000, per_session: 1_000_000 },
  }),
  cooldown_after_loss: rules.cooldown_after_loss.settings.parse({
    loss_thresholds: [{ loss_amount: '-5000.00', cooldown: '5m' }],
  }),
  no_stop_loss_grace: rules.no_stop_loss_grace.settings.parse({ enabled: true, grace_period_seconds: 3_600 }),
  session_block_outside: rules.session_block_outside.settings.parse({
    global_session: {
      start: '17:00',
      end: '16:00',
      timezone: 'America/Chicago',
      allowed_days: ['sun', 'mon', 'tue', 'wed', 'thu'],
    },
  }),
  trade_management: rules.trade_management.settings.parse({
    enabled: true,
    auto_stop_loss: { enabled: true, distance_ticks: 800 },
    auto_breakeven: { enabled: true, profit_trigger_ticks: 4_000 },
    trailing_stop: { enabled: true, activation_ticks: 4_000, trail_distance_ticks: 2_000 },
  }),
  auth_loss_guard: rules.auth_loss_guard.settings.parse({}),
  symbol_blocks: rules.symbol_blocks.settings.parse({ enabled: true, blocked_symbols: ['NG'] }),
  daily_realized_profit: rules.daily_realized_profit.settings.parse({ enabled: true, target: '5000.00' }),
}

export const CALENDAR = new TradingCalendar({
  time: '17:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
})

/** All rules, and guards that wait for longer than a bench lasts. */
export function policyOf(accountId: AccountId): AccountPolicy {
  const untilReset = { kind: 'until-reset' } as const
  return {
    accountId,
    rules: ALL_RULES,
    timers: {
      dailyRealizedLoss: untilReset,
      dailyRealizedProfit: untilReset,
      cooldownAfterLoss: untilReset,
      tradeFrequency: { perMinute: untilReset, perHour: untilReset, perSession: untilReset },
      sessionHours: null,
    },
    calendar: CALENDAR,
    pnlBasis: 'net',
    evaluationIntervalMs: 100,
    stopCriteria: stopCriteriaOf(ALL_RULES),
    guards: {
      staleAfterMs: 600_000,
      staleCriticalMs: 600_000,
      onStaleQuotes: 'alert',
      unvaluedGraceMs: 600_000,
      onUnvaluedPosition: 'alert',
    },
    enforcementDeadlineMs: 10_000,
    loosening: 'next_reset',
    configuration: 'bench',
    epoch: 1,
  }
}
