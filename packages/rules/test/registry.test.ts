import { expect, test } from 'vitest'
import { EVALUATION_ORDER, rules } from '../src/registry.ts'

const all = Object.values(rules)

test('the order of the log is one', () =>
  expect(EVALUATION_ORDER.map((id) => rules[id].code.slice('RULE-'.length)).join(' ')).toBe(
    '010 003 009 011 001 002 004 013 005 007 006 008 012',
  ))

test.each([
  ['RULE-001', 'max_contracts', true],
  ['RULE-002', 'max_contracts_per_instrument', true],
  ['RULE-003', 'daily_realized_loss', true],
  ['RULE-004', 'daily_unrealized_loss', true],
  ['RULE-005', 'max_unrealized_profit', false],
  ['RULE-006', 'trade_frequency_limit', true],
  ['RULE-007', 'cooldown_after_loss', true],
  ['RULE-008', 'no_stop_loss_grace', false],
  ['RULE-009', 'session_block_outside', true],
  ['RULE-010', 'auth_loss_guard', true],
  ['RULE-011', 'symbol_blocks', false],
  ['RULE-012', 'trade_management', false],
  ['RULE-013', 'daily_realized_profit', false],
] as const)('%s is %s, and on without a word: %s', (code, id, isOn) => {
  expect([rules[id].code, rules[id].enabledByDefault]).toEqual([code, isOn])
})

test('every rule has its place in the order of evaluation, once', () => {
  expect([...EVALUATION_ORDER].toSorted()).toEqual(Object.keys(rules).toSorted())
})

test('no two rules share a code or a title', () => {
  expect(new Set(all.map((rule) => rule.code)).size).toBe(all.length)
  expect(new Set(all.map((rule) => rule.title)).size).toBe(all.length)
})

test.each(Object.entries(rules))('%s knows its parameters and takes none of its old keys', (_id, rule) => {
  expect(rule.code).toMatch(/^RULE-\d{3}$/)
  for (const oldKey of Object.keys(rule.renamedKeys)) {
    const issues = rule.settings.safeParse({ limit: -500, [oldKey]: 1 }).error?.issues ?? []
    const refused = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
    expect(refused).toContain(oldKey)
  }
})

test.each(Object.entries(rules))(
  '%s is on or off by default as the risk rules say, enforces and warns at 80 %%',
  (_id, rule) => {
    const parsed = [{}, { limit: 5 }, { limit: -500 }, { target: 500 }]
      .map((written) => rule.settings.safeParse(written))
      .find((one) => one.success)
    expect(parsed?.data).toMatchObject({ enabled: rule.enabledByDefault, mode: 'enforce', warn_at: [0.8] })
  },
)
