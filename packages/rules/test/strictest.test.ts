import { describe, expect, test } from 'vitest'
import { type EnabledRules, type RuleId, rules } from '../src/index.ts'
import { strictestRules } from '../src/strictest.ts'

/** What holds of two settings of one rule, at the keys that the expectation names. */
function check<Id extends RuleId>(id: Id, before: object, after: object, holds: object): void {
  const enabled = (written: object): EnabledRules => ({ [id]: rules[id].settings.parse(written) })
  expect(strictestRules(enabled(before), enabled(after))[id]).toMatchObject(holds)
}

const session = (start: string, end: string, more: object = {}) => ({
  global_session: { start, end, timezone: 'America/Chicago', ...more },
})

const stop = (enabled: boolean, distance_ticks: number) => ({ auto_stop_loss: { enabled, distance_ticks } })

const trail = (activation_ticks: number, trail_distance_ticks: number) => ({
  trailing_stop: { enabled: true, activation_ticks, trail_distance_ticks },
})

const even = (profit_trigger_ticks: number, offset_ticks: number) => ({
  auto_breakeven: { enabled: true, profit_trigger_ticks, offset_ticks },
})

describe('of two settings the stricter one holds', () => {
  test('a smaller count at once, a larger one not', () => {
    check('max_contracts', { limit: 5 }, { limit: 3 }, { limit: 3 })
    check('max_contracts', { limit: 3 }, { limit: 5 }, { limit: 3 })
  })
  test('gross counts most, net least', () => {
    check('max_contracts', { limit: 5, count_type: 'net' }, { limit: 5, count_type: 'gross' }, { count_type: 'gross' })
    check('max_contracts', { limit: 5, count_type: 'gross' }, { limit: 5, count_type: 'net' }, { count_type: 'gross' })
  })
  test('weights that cannot be compared stay as they were', () =>
    check(
      'max_contracts',
      { limit: 5, weighting: 'mini_equivalent' },
      { limit: 4, weighting: 'contracts' },
      { limit: 4, weighting: 'mini_equivalent' },
    ))
  test('the smaller limit of every product, listed or not', () =>
    check(
      'max_contracts_per_instrument',
      { instrument_limits: { MNQ: 2, ES: 1 }, default_limit: 3 },
      { instrument_limits: { MNQ: 4, NQ: 2 }, unknown_symbol_action: 'block' },
      { instrument_limits: { MNQ: 2, ES: 0, NQ: 2 }, unknown_symbol_action: { kind: 'block' } },
    ))
  test('products without any limit get the one that is new', () =>
    check(
      'max_contracts_per_instrument',
      { unknown_symbol_action: 'allow_unlimited' },
      { unknown_symbol_action: 'allow_with_limit:2' },
      { unknown_symbol_action: { kind: 'allow-with-limit', contracts: 2 } },
    ))
  test('the loss that is reached first', () => {
    check('daily_realized_loss', { limit: -500 }, { limit: -400 }, { limit: -4_000_000 })
    check('daily_realized_loss', { limit: -400 }, { limit: -500 }, { limit: -4_000_000 })
  })
  test('a lockout until the reset is not exchanged for one of some minutes', () =>
    check(
      'daily_realized_loss',
      { limit: -500, lockout: 'until_reset' },
      { limit: -500, lockout: '5m' },
      { lockout: { kind: 'until-reset' } },
    ))
  test('a window that was not counted is counted at once', () =>
    check(
      'trade_frequency_limit',
      { limits: { per_minute: 3, per_hour: null, per_session: null } },
      { limits: { per_minute: 5, per_hour: 10, per_session: null } },
      { limits: { per_minute: 3, per_hour: 10, per_session: null } },
    ))
  test('the shorter grace, the full coverage, the nearer stop', () =>
    check(
      'no_stop_loss_grace',
      { grace_period_seconds: 10, coverage: 'any', max_stop_distance_ticks: 40 },
      { grace_period_seconds: 30, coverage: 'full' },
      { grace_period_seconds: 10, coverage: 'full', max_stop_distance_ticks: 40 },
    ))
  test('a part of the trade management stays on, and moves only to what is as strict in all of it', () => {
    check('trade_management', stop(true, 10), stop(false, 4), stop(true, 10))
    check('trade_management', stop(false, 4), stop(true, 10), stop(true, 10))
    check('trade_management', stop(true, 10), stop(true, 8), stop(true, 8))
    check('trade_management', stop(true, 8), stop(true, 10), stop(true, 8))
    check('trade_management', trail(20, 10), trail(30, 5), trail(20, 10))
    check('trade_management', trail(20, 10), trail(15, 10), trail(15, 10))
    check('trade_management', even(10, 2), even(20, 15), even(10, 2))
    check('trade_management', even(10, 2), even(10, 3), even(10, 3))
  })
  test('the hours that lie in both sessions', () =>
    check('session_block_outside', session('08:30', '15:00'), session('09:00', '16:00'), {
      global_session: { start: '09:00', end: '15:00' },
    }))
  test('sessions of two zones, or without a common hour, cannot be compared', () => {
    check(
      'session_block_outside',
      session('08:30', '15:00'),
      session('09:30', '16:00', { timezone: 'America/New_York' }),
      {
        global_session: { start: '08:30', timeZone: 'America/Chicago' },
      },
    )
    check('session_block_outside', session('08:30', '10:00'), session('11:00', '15:00'), {
      global_session: { start: '08:30', end: '10:00' },
    })
  })
  test('shadow does not replace enforcement, enforcement replaces shadow', () => {
    check('max_contracts', { limit: 5 }, { limit: 5, mode: 'shadow' }, { mode: 'enforce' })
    check('max_contracts', { limit: 5, mode: 'shadow' }, { limit: 5 }, { mode: 'enforce' })
  })
  test('a rule that is in one of them alone is on', () => {
    const loss: EnabledRules = { daily_realized_loss: rules.daily_realized_loss.settings.parse({ limit: -500 }) }
    expect(Object.keys(strictestRules(loss, {}))).toEqual(['daily_realized_loss'])
    expect(Object.keys(strictestRules({}, loss))).toEqual(['daily_realized_loss'])
  })
})

const tier = (loss_amount: number, cooldown: string) => ({ loss_amount, cooldown })

const term = (minutes: number) => ({ kind: 'for', ms: minutes * 60_000 })

describe('the stricter of two cooldowns', () => {
  test('locks at every threshold of both, for the longer time that a loss so deep has on either side', () =>
    check(
      'cooldown_after_loss',
      { loss_thresholds: [tier(-100, '10m'), tier(-300, '20m')] },
      { loss_thresholds: [tier(-50, '1m'), tier(-200, '30m')] },
      {
        loss_thresholds: [
          { loss_amount: -500_000, cooldown: term(1) },
          { loss_amount: -1_000_000, cooldown: term(10) },
          { loss_amount: -2_000_000, cooldown: term(30) },
          { loss_amount: -3_000_000, cooldown: term(30) },
        ],
      },
    ))

  test('takes the smaller single threshold, and keeps what it had when the two say it in different ways', () => {
    check('cooldown_after_loss', { loss_threshold: -100 }, { loss_threshold: -50 }, { loss_threshold: -500_000 })
    check(
      'cooldown_after_loss',
      { loss_threshold: -100, existing_positions: 'keep' },
      { existing_positions: 'close' },
      { loss_threshold: -1_000_000, existing_positions: 'close' },
    )
    check(
      'cooldown_after_loss',
      { loss_threshold: -100 },
      { loss_threshold: -50, loss_unit: 'execution' },
      { loss_threshold: -1_000_000, loss_unit: 'exit_order' },
    )
  })

  test('lasts until the reset when either does', () =>
    check(
      'cooldown_after_loss',
      { loss_thresholds: [tier(-100, '10m')] },
      { loss_thresholds: [tier(-100, 'until_reset')] },
      { loss_thresholds: [{ loss_amount: -1_000_000, cooldown: { kind: 'until-reset' } }] },
    ))
})
