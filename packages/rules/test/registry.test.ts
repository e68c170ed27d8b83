import { expect, test } from 'vitest'
import { EVALUATION_ORDER, rules } from '../src/registry.ts'

const all = Object.values(rules)

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
