import { type Finding, later, usd } from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluateRules } from '../src/evaluate.ts'
import { type EnabledRules, type RuleId, rules } from '../src/index.ts'
import { strictestRules } from '../src/strictest.ts'
import { aContext, aView, held, NOW } from './account-views.ts'

const RUNS = propertyRuns()
const limit = fc.integer({ min: 1, max: 8 })
const orNone = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })

/** Rules whose findings one view decides. */
const JUDGED = [
  'max_contracts',
  'max_contracts_per_instrument',
  'daily_realized_loss',
  'daily_unrealized_loss',
  'max_unrealized_profit',
  'cooldown_after_loss',
  'no_stop_loss_grace',
  'symbol_blocks',
  'daily_realized_profit',
] as const

/** Thresholds of which a deeper one never locks for less. */
const tiers = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  .map((hundreds) =>
    hundreds.toSorted((a, b) => a - b).map((one, index) => ({ loss_amount: one * -100, cooldown: `${index + 1}m` })),
  )

/** Settings as somebody could write them. */
const WRITTEN: { readonly [Id in (typeof JUDGED)[number]]: fc.Arbitrary<object> } = {
  max_contracts: fc.record({
    limit,
    count_type: fc.constantFrom('gross', 'net_by_product', 'net'),
    weighting: fc.constantFrom('contracts', 'mini_equivalent'),
  }),
  max_contracts_per_instrument: fc
    .record({
      instrument_limits: fc.dictionary(fc.constantFrom('MNQ', 'ES', 'MES'), fc.integer({ min: 0, max: 8 })),
      default_limit: orNone(fc.integer({ min: 0, max: 8 })),
      unknown_symbol_action: orNone(fc.constantFrom('block', 'allow_with_limit:2', 'allow_unlimited')),
    })
    .filter((one) => one.default_limit === undefined || one.unknown_symbol_action === undefined),
  daily_realized_loss: fc.record({
    limit: fc.integer({ min: -900, max: -100 }),
    include_unrealized: fc.boolean(),
    pnl_basis: orNone(fc.constantFrom('net', 'gross')),
  }),
  daily_unrealized_loss: fc.record({
    limit: fc.integer({ min: -900, max: -100 }),
    scope: fc.constantFrom('per_position', 'total'),
  }),
  max_unrealized_profit: fc.record({ target: fc.integer({ min: 100, max: 900 }) }),
  cooldown_after_loss: fc.oneof(
    fc.record({ loss_threshold: fc.integer({ min: -900, max: -100 }) }),
    fc.record({ loss_thresholds: tiers }),
    fc.record({ loss_unit: fc.constantFrom('exit_order', 'execution', 'round_trip') }),
  ),
  symbol_blocks: fc.record({
    enabled: fc.constant(true),
    blocked_symbols: fc.uniqueArray(fc.constantFrom('MNQ', 'ES', 'M*', 'EP'), { minLength: 1 }),
  }),
  daily_realized_profit: fc.record({
    target: fc.integer({ min: 100, max: 900 }),
    include_unrealized: fc.boolean(),
    pnl_basis: orNone(fc.constantFrom('net', 'gross')),
  }),
  no_stop_loss_grace: fc.record({ grace_period_seconds: fc.integer({ min: 1, max: 60 }) }),
}

const positions = fc.uniqueArray(
  fc.record({
    contract: fc.constantFrom(contracts.MNQ, contracts.ES, contracts.MES),
    size: fc.integer({ min: -9, max: 9 }).filter((size) => size !== 0),
    open: fc.integer({ min: -900, max: 900 }),
    uncoveredMs: fc.integer({ min: 0, max: 90_000 }),
  }),
  { selector: ({ contract }) => contract.id },
)

const views = fc
  .record({ positions, realized: fc.integer({ min: -1_000, max: 1_000 }) })
  .map(({ positions: held_, realized }) =>
    aView({
      positions: held_.map(({ contract, size, open, uncoveredMs }) => {
        const value = usd(open * 10_000)
        return held(contract, size, {
          value: { kind: 'known', current: value, worst: value, best: value },
          protection: { uncoveredMs, covered: true, measuredAt: NOW },
        })
      }),
      trades: [
        aTrade(1, contracts.ES, { realizedPnl: usd(realized * 10_000), fees: usd(20_000), at: later(NOW, -1_000) }),
      ],
    }),
  )

function breaches(id: RuleId, enabled: EnabledRules, view: ReturnType<typeof aView>): readonly Finding[] {
  return evaluateRules(enabled, view, aContext()).flatMap(({ verdict, rule }) => (rule === id ? verdict.findings : []))
}

test.each(JUDGED)('what breaches %s before a change breaches it while the change waits', (id) => {
  const written = WRITTEN[id]
  const enabled = (settings: object): EnabledRules => ({ [id]: rules[id].settings.parse(settings) })
  fc.assert(
    fc.property(written, written, views, (before, after, view) => {
      const strictest = strictestRules(enabled(before), enabled(after))
      const then = breaches(id, enabled(before), view).map(({ scope }) => scope)
      const now = breaches(id, strictest, view).map(({ scope }) => scope)
      expect(now).toEqual(expect.arrayContaining(then))
    }),
    { numRuns: RUNS },
  )
})

test.each(JUDGED)('the same settings of %s twice are the same settings', (id) => {
  const written = WRITTEN[id]
  fc.assert(
    fc.property(written, views, (settings, view) => {
      const enabled: EnabledRules = { [id]: rules[id].settings.parse(settings) }
      expect(breaches(id, strictestRules(enabled, enabled), view)).toEqual(breaches(id, enabled, view))
    }),
    { numRuns: RUNS },
  )
})
