import { describe, expect, test } from 'vitest'
import { allSettings } from '../src/settings-list.ts'
import { errorsOf, VALID } from './config-fixture.ts'

/*
 * What holds where nobody wrote anything: literals, so that a default that is changed is changed on purpose.
 */

const settings = new Map(allSettings().map(({ path, default: value }) => [path, value]))

describe('the default of', () => {
  test.each([
    ['schema_version', 1],
    ['general.instruments', []],
    ['general.timezone', 'America/Chicago'],
    ['general.pnl_basis', 'net'],
    ['general.stale_after_seconds', 10],
    ['general.stale_critical_seconds', 60],
    ['general.on_stale_quotes', 'alert'],
    ['general.on_unvalued_position', 'close'],
    ['general.unvalued_grace_seconds', 30],
    ['general.evaluation_interval_ms', 100],
    ['general.enforcement_deadline_seconds', 10],
    ['general.loosening', 'next_reset'],
    ['general.allow_unprotected', false],
    ['general.database.path', 'state.db'],
    ['general.database.backup_interval_minutes', 5],
    ['general.database.backup_keep.recent', 12],
    ['general.database.backup_keep.hourly', 24],
    ['general.database.backup_keep.daily', 7],
    ['general.notifications.discord.enabled', false],
    ['general.logging.level', 'INFO'],
    ['general.logging.directory', 'logs'],
    ['general.logging.max_size_mb', 100],
    ['general.logging.retention_days', 30],
    ['general.logging.json', true],
    ['general.logging.console', true],
    ['general.logging.slow_ms', 100],
    ['general.logging.mask_accounts', false],
  ])('%s, in the risk file, is %j', (path, value) => expect(settings.get(path)).toEqual(value))

  test.each([
    ['daily_reset.time', '17:00'],
    ['daily_reset.timezone', 'America/New_York'],
    ['daily_reset.reset_days', 'sun_thu'],
    ['daily_reset.enabled', true],
    ['weekly_reset.day', 'mon'],
    ['weekly_reset.time', '17:00'],
    ['weekly_reset.timezone', 'America/New_York'],
    ['weekly_reset.enabled', true],
    ['lockout_durations.hard_lockout.daily_realized_loss', 'until_reset'],
    ['lockout_durations.hard_lockout.daily_realized_profit', 'until_reset'],
    ['lockout_durations.timer_cooldown.trade_frequency.per_minute_breach', '60s'],
    ['lockout_durations.timer_cooldown.trade_frequency.per_hour_breach', '30m'],
    ['lockout_durations.timer_cooldown.trade_frequency.per_session_breach', '1h'],
    ['lockout_durations.timer_cooldown.cooldown_after_loss', '15m'],
    ['session_hours.timezone', 'America/Chicago'],
    ['session_hours.enabled', true],
    ['session_hours.all_day', false],
    ['session_hours.pre_market.enabled', false],
    ['session_hours.after_hours.enabled', false],
    ['holidays.enabled', true],
  ])('%s, in the timers file, is %j', (path, value) => expect(settings.get(path)).toEqual(value))

  test.each([
    ['environment', 'production'],
    ['timeouts.connect_s', 10],
    ['timeouts.request_s', 5],
    ['timeouts.hub_silence_s', 30],
    ['retry.max_attempts', 3],
    ['retry.base_ms', 250],
    ['retry.multiplier', 2],
    ['retry.max_s', 10],
    ['reconnect.initial_ms', 0],
    ['reconnect.max_s', 30],
    ['rate_limit.window_s', 60],
    ['rate_limit.budget', 200],
    ['rate_limit.reserved_for_enforcement', 60],
    ['circuit_breaker.failures', 5],
    ['circuit_breaker.open_s', 30],
    ['circuit_breaker.half_open', 1],
    ['token.renew_at_fraction_left', 0.25],
    ['cache.contract_ttl_h', 24],
    ['logging.requests', true],
    ['logging.responses', false],
    ['logging.slow_ms', 1_000],
  ])('%s, of the gateway, is %j', (path, value) => expect(settings.get(path)).toEqual(value))

  test.each([
    ['max_contracts.count_type', 'gross'],
    ['max_contracts.weighting', 'contracts'],
    ['max_contracts.enforcement', 'reduce_to_limit'],
    ['max_contracts.include_working_orders', false],
    ['max_contracts_per_instrument.enforcement', 'reduce_to_limit'],
    ['daily_realized_loss.include_unrealized', true],
    ['daily_unrealized_loss.scope', 'per_position'],
    ['trade_frequency_limit.limits.per_minute', 3],
    ['trade_frequency_limit.limits.per_hour', 10],
    ['trade_frequency_limit.limits.per_session', 50],
    ['trade_frequency_limit.count', 'orders'],
    ['trade_frequency_limit.existing_positions', 'keep'],
    ['cooldown_after_loss.loss_unit', 'exit_order'],
    ['cooldown_after_loss.existing_positions', 'close'],
    ['no_stop_loss_grace.grace_period_seconds', 10],
    ['no_stop_loss_grace.coverage', 'full'],
    ['no_stop_loss_grace.allow_stop_limit', false],
    ['session_block_outside.close_positions_at_session_end', true],
    ['session_block_outside.close_lead_seconds', 0],
    ['session_block_outside.respect_holidays', true],
    ['auth_loss_guard.alert_on_disconnect', true],
    ['auth_loss_guard.alert_on_auth_failure', true],
    ['auth_loss_guard.disconnect_alert_after_seconds', 5],
    ['auth_loss_guard.on_cannot_trade', 'lockout'],
    ['auth_loss_guard.check_interval_seconds', 30],
    ['symbol_blocks.blocked_symbols', []],
    ['symbol_blocks.allow_block_all', false],
    ['symbol_blocks.mode_unknown_product', 'alert'],
    ['daily_realized_profit.include_unrealized', true],
  ])('%s, of the rules, is %j', (path, value) => expect(settings.get(`rules.${path}`)).toEqual(value))
})

describe('what is not built yet', () => {
  test.each([
    'max_loss_limit',
    'daily_net_loss',
    'consistency_target',
    'flat_by_time',
    'max_trades_per_day',
    'max_loss_per_trade',
    'consecutive_losses',
    'correlated_exposure',
    'news_blackout',
    'profit_give_back',
    'weekly_loss',
    'scaling_plan',
    'repeat_breach_guard',
    'order_size_limit',
    'max_position_time',
  ])('is no rule that somebody could believe in: %s is refused', (rule) =>
    expect(errorsOf({ 'risk_config.yaml': `${VALID['risk_config.yaml']}  ${rule}: { enabled: true }\n` })).toEqual([
      `risk_config.yaml:20:3 rules.${rule}`,
    ]),
  )
})
