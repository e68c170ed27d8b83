import { formatUsd, later, type LimitUse, type PositionValue } from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { type EnabledRules, limitsInUse, type RuleId, rules } from '../src/index.ts'
import { aContext, aView, held, money, NOW, type ViewInputs } from './account-views.ts'

const { MNQ, ES } = contracts

function known(amount: string): PositionValue {
  return { kind: 'known', current: money(amount), worst: money(amount), best: money(amount) }
}

const UNKNOWN: PositionValue = { kind: 'unknown', reason: 'no quote yet', lastKnown: null }

/** `what used / limit unit` of each limit of the rule. */
function told(id: RuleId, settings: object, view: ViewInputs): readonly string[] {
  const enabled: EnabledRules = { [id]: rules[id].settings.parse(settings) }
  return limitsInUse(enabled, aView(view), aContext()).map(inWords)
}

function inWords(use: LimitUse): string {
  const amounts =
    use.unit === 'usd'
      ? `${use.used === null ? 'unknown' : formatUsd(use.used)} / ${formatUsd(use.limit)}`
      : `${use.used} / ${use.limit} ${use.unit}`
  return `${use.rule} ${use.kind} ${use.what}: ${amounts}`
}

const trade = (id: number, amount: string, at = NOW) =>
  aTrade(id, MNQ, { side: 'sell', realizedPnl: money(amount), at })

describe('how much of a limit is used', () => {
  test.each<{ name: string; rule: RuleId; settings: object; view: ViewInputs; expected: readonly string[] }>([
    {
      name: 'counts contracts of all positions',
      rule: 'max_contracts',
      settings: { limit: 5 },
      view: { positions: [held(MNQ, 2), held(ES, 1)] },
      expected: ['RULE-001 limit contracts: 3 / 5 contracts'],
    },
    {
      name: 'is told for each product that is held',
      rule: 'max_contracts_per_instrument',
      settings: { instrument_limits: { MNQ: 2, ES: 1 } },
      view: { positions: [held(MNQ, -2)] },
      expected: ['RULE-002 limit MNQ: 2 / 2 contracts'],
    },
    {
      name: 'adds the open loss to what was realized',
      rule: 'daily_realized_loss',
      settings: { limit: -500 },
      view: { trades: [trade(1, '-300')], positions: [held(MNQ, 2, { value: known('-100') })] },
      expected: ['RULE-003 limit loss of the day: $400.00 / $500.00'],
    },
    {
      name: 'is unknown while a position cannot be valued, never zero',
      rule: 'daily_realized_loss',
      settings: { limit: -500 },
      view: { trades: [trade(1, '-300')], positions: [held(MNQ, 2, { value: UNKNOWN })] },
      expected: ['RULE-003 limit loss of the day: unknown / $500.00'],
    },
    {
      name: 'is negative on a winning day',
      rule: 'daily_realized_loss',
      settings: { limit: -500, include_unrealized: false },
      view: { trades: [trade(1, '120')] },
      expected: ['RULE-003 limit loss of the day: -$120.00 / $500.00'],
    },
    {
      name: 'is told for each position that may lose so much',
      rule: 'daily_unrealized_loss',
      settings: { limit: -200, scope: 'per_position' },
      view: { positions: [held(MNQ, 2, { value: known('-50') }), held(ES, 1, { value: UNKNOWN })] },
      expected: [
        'RULE-004 limit open loss of MNQZ6 +2: $50.00 / $200.00',
        'RULE-004 limit open loss of ESZ6 +1: unknown / $200.00',
      ],
    },
    {
      name: 'counts the trades of each window that ends now',
      rule: 'trade_frequency_limit',
      settings: { limits: { per_minute: 3, per_hour: 10, per_session: null } },
      view: {
        trades: [
          trade(1, '5', later(NOW, -120_000)),
          trade(2, '5', later(NOW, -60_000)),
          trade(3, '5', later(NOW, -59_999)),
        ],
      },
      expected: ['RULE-006 limit trades in a minute: 1 / 3 trades', 'RULE-006 limit trades in an hour: 3 / 10 trades'],
    },
    {
      name: 'is a target where reaching it is meant',
      rule: 'daily_realized_profit',
      settings: { target: 1000 },
      view: { trades: [trade(1, '250')] },
      expected: ['RULE-013 target profit of the day: $250.00 / $1,000.00'],
    },
    { name: 'is nothing where nothing is measured', rule: 'auth_loss_guard', settings: {}, view: {}, expected: [] },
  ])('$name', ({ rule, settings, view, expected }) => {
    expect(told(rule, settings, view)).toEqual(expected)
  })
})
