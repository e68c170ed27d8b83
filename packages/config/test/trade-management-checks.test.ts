import { describe, expect, test } from 'vitest'
import { accepted, errorsOf, type Files, VALID, warningsOf } from './config-fixture.ts'

/** A complete folder with the rule and these parts of it. */
function managed(parts: string): Files {
  return { 'risk_config.yaml': `${VALID['risk_config.yaml']}  trade_management: { enabled: true, ${parts} }\n` }
}

const keysOf = (texts: readonly string[]): readonly string[] => texts.map((text) => text.split(' ')[1] ?? '')

describe('trade management in the configuration', () => {
  test.each<[string, string, readonly string[]]>([
    ['a stop and a target', 'auto_stop_loss: { enabled: true }, auto_take_profit: { enabled: true }', []],
    ['no part that is on', 'auto_stop_loss: { distance_ticks: 10 }', ['rules.trade_management']],
    [
      'a trail that is longer than its activation',
      'trailing_stop: { enabled: true, activation_ticks: 8 }',
      ['rules.trade_management.trailing_stop.activation_ticks'],
    ],
    ['a trail as long as its activation', 'trailing_stop: { enabled: true, activation_ticks: 10 }', []],
    [
      'a stop nearer than the gap',
      'min_gap_ticks: 12, auto_stop_loss: { enabled: true }',
      ['rules.trade_management.auto_stop_loss.distance_ticks'],
    ],
    [
      'a trail nearer than the gap',
      'trailing_stop: { enabled: true, trail_ticks: 3 }',
      ['rules.trade_management.trailing_stop.trail_distance_ticks'],
    ],
    [
      'a part that is off and would not fit',
      'auto_stop_loss: { enabled: true }, trailing_stop: { activation_ticks: 1 }',
      [],
    ],
  ])('%s', (_name, parts, keys) => {
    expect(errorsOf(managed(parts))).toEqual([])
    expect(keysOf(warningsOf(managed(parts)))).toEqual(keys)
  })

  test('names of other tools are read as ours', () => {
    const files = managed('trailing_stop: { enabled: true, activation_profit_ticks: 30, trail_ticks: 8 }')
    expect(accepted(files).accounts[0]?.rules.trade_management?.trailing_stop).toMatchObject({
      activation_ticks: 30,
      trail_distance_ticks: 8,
    })
  })

  test('a misspelt key of a part is refused at its place', () => {
    expect(keysOf(errorsOf(managed('auto_stop_loss: { enabled: true, distance_tick: 10 }')))).toEqual([
      'rules.trade_management.auto_stop_loss.distance_tick',
    ])
  })
})
