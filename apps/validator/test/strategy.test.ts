import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { accountsLoadCheck } from '../src/validators/strategy/accounts-load-check.ts'
import { tiersCheck } from '../src/validators/strategy/tiers-check.ts'
import { type Change, changedConfig } from './changed-config.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

const SHIPPED = path.join(ROOT, 'config')
const OPERATOR = { PROJECTX_USERNAME: 'name', PROJECTX_API_KEY: 'key', PROJECTX_ACCOUNT: 'PRAC-V2-100200-1' }

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-strategy-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Asks about a copy of a configuration with some keys changed. */
function ask(check: typeof tiersCheck, from: string, name: string, changes: readonly Change[]) {
  const configDirectory = changedConfig(from, path.join(folder, name), changes)
  return askCheck(check, runContext({ configDirectory, environment: OPERATOR }), folder)
}

test.each([
  ['of the practice day', SIMULATOR_CONFIG],
  ['that ships', SHIPPED],
])('the configuration %s keeps its tiers, with every profile', async (_, configDirectory) => {
  const context = runContext({ configDirectory, environment: OPERATOR })
  const loaded = await askCheck(accountsLoadCheck, context, folder)
  const tiers = await askCheck(tiersCheck, context, folder)
  expect([loaded.verdict, tiers.verdict, tiers.findings]).toEqual(['passed', 'passed', []])
  expect(loaded.evidence).toMatch(/^\d+ accounts? (is|are) watched; [1-9]\d* rules/)
  expect(tiers.evidence).toContain('topstepx-100k.yaml, topstepx-150k.yaml, topstepx-50k.yaml, topstepx-practice.yaml')
})

describe('planted: a strategy that does not fit its account', () => {
  test('a profile whose loss limit lies above the floor of the firm', async () => {
    const limit = ['rules', 'daily_realized_loss', 'limit']
    const result = await ask(tiersCheck, SHIPPED, 'floor', [['profiles/topstepx-100k.yaml', limit, -2_100]])
    expect(errorsOf(result)[0]).toMatch(/^topstepx-100k\.yaml:\d+ rules\.daily_realized_loss\.limit: -\$2,100\.00/)
    expect(result.findings[0]?.remedy).toContain('tighten the limit')
  })

  test('an account that states no plan, and more contracts than the plan of its profile has', async () => {
    const limit = ['rules', 'max_contracts', 'limit']
    const result = await ask(tiersCheck, SHIPPED, 'lots', [['risk_config.yaml', limit, 8]])
    expect(errorsOf(result)[0]).toMatch(/^risk_config\.yaml:\d+ rules\.max_contracts\.limit: 8/)
  })

  test('an override that loosens beyond the plan of the account', async () => {
    const overrides = { rules: { daily_realized_loss: { limit: -1_200 } } }
    const result = await ask(accountsLoadCheck, SIMULATOR_CONFIG, 'override', [
      ['accounts.yaml', ['accounts', 1, 'plan'], { size: '50k' }],
      ['accounts.yaml', ['accounts', 1, 'config_overrides'], overrides],
    ])
    expect(errorsOf(result)[0]).toMatch(/^accounts\.yaml:\d+ rules\.daily_realized_loss\.limit: -\$1,200\.00/)
  })

  test('an override that loosens within the plan is told', async () => {
    const overrides = { rules: { daily_realized_loss: { limit: -900 } } }
    const result = await ask(accountsLoadCheck, SIMULATOR_CONFIG, 'looser', [
      ['accounts.yaml', ['accounts', 1, 'config_overrides'], overrides],
    ])
    const told = result.findings.find(({ place, what }) => place.includes('accounts[1]') && what.includes('-$900.00'))
    expect([result.verdict, told?.severity]).toEqual(['passed', 'notice'])
  })

  test('a rule that is on and that nothing can breach', async () => {
    const result = await ask(accountsLoadCheck, SIMULATOR_CONFIG, 'idle', [
      ['risk_config.yaml', ['rules', 'trade_management'], { enabled: true }],
    ])
    const told = result.findings.find(({ place }) => place.startsWith('RULE-012 trade_management'))
    expect([result.verdict, told?.severity ?? result.findings]).toEqual(['warned', 'warning'])
  })

  test('a key that is misspelt', async () => {
    const result = await ask(accountsLoadCheck, SIMULATOR_CONFIG, 'misspelt', [
      ['risk_config.yaml', ['rules', 'daily_realised_loss'], { enabled: true, limit: -500 }],
    ])
    expect(errorsOf(result)[0]).toMatch(/^risk_config\.yaml:\d+ rules\.daily_realised_loss/)
  })

  test('a Combine that starts with the money of another', async () => {
    const result = await ask(accountsLoadCheck, SIMULATOR_CONFIG, 'balance', [
      ['accounts.yaml', ['accounts', 1, 'account_type'], 'combine'],
      ['accounts.yaml', ['accounts', 1, 'plan'], { size: '50k', starting_balance: 150_000 }],
    ])
    const told = result.findings.find(({ what }) => what.includes('starts with 50000'))
    expect(told?.place).toBe('accounts.yaml plan of PRAC-V2-100200-7001002')
  })
})
