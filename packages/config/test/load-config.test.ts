import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { usd } from '@rm/domain'
import { EVALUATION_ORDER } from '@rm/rules'
import { describe, expect, test } from 'vitest'
import { formatDiagnostics, loadConfig } from '../src/index.ts'
import { accepted, diagnosticsOf, errorsOf, VALID, VARIABLES, warningsOf } from './config-fixture.ts'

const shipped = fileURLToPath(new URL('../../../config', import.meta.url))
const today = Temporal.PlainDate.from('2026-11-18')

const withRule = (block: string) => ({ 'risk_config.yaml': `${VALID['risk_config.yaml']}  ${block}\n` })

const withLoss = (block: string) => ({
  'risk_config.yaml': VALID['risk_config.yaml'].replace('    limit: -500', block),
})

describe('a correct folder', () => {
  test('becomes the settings of the daemon and of each account', () => {
    const config = accepted({})
    expect(config.warnings).toEqual([])
    expect(config.api).toMatchObject({
      environment: 'production',
      apiUrl: 'https://api.topstepx.com',
      userHubUrl: 'https://rtc.topstepx.com/hubs/user',
      timeouts: { connectMs: 10_000, requestMs: 5_000, hubSilenceMs: 30_000 },
    })
    expect(config.reset).toEqual({
      time: '17:00',
      timeZone: 'America/Chicago',
      days: ['sun', 'mon', 'tue', 'wed', 'thu'],
    })
    expect(config.timers).toEqual({
      dailyRealizedLoss: { kind: 'until-reset' },
      dailyRealizedProfit: { kind: 'until-reset' },
      cooldownAfterLoss: { kind: 'for', ms: 900_000 },
      tradeFrequency: {
        perMinute: { kind: 'for', ms: 60_000 },
        perHour: { kind: 'for', ms: 1_800_000 },
        perSession: { kind: 'for', ms: 3_600_000 },
      },
      sessionHours: {
        start: '08:30',
        end: '15:00',
        timeZone: 'America/Chicago',
        days: ['mon', 'tue', 'wed', 'thu', 'fri'],
        allDay: false,
        respectHolidays: true,
      },
    })
    expect(config.weeklyReset).toEqual({ day: 'mon', time: '17:00', timeZone: 'America/New_York' })
    expect([...config.holidays.fullDays]).toEqual(['2026-12-25'])
    expect(config.general).toMatchObject({ pnlBasis: 'net', staleAfterMs: 10_000, enforcementDeadlineMs: 10_000 })
    const [account] = config.accounts
    expect(account).toMatchObject({ id: 7001001, name: 'PRAC-V2-1', type: 'practice', enabled: true, plan: null })
    expect(account?.rules.daily_realized_loss?.limit).toBe(usd(-5_000_000))
    const offByDefault = ['trade_management', 'max_unrealized_profit', 'symbol_blocks', 'daily_realized_profit']
    expect(Object.keys(account?.rules ?? {}).toSorted()).toEqual(
      EVALUATION_ORDER.filter((id) => !offByDefault.includes(id)).toSorted(),
    )
    expect(config.ruleCount).toBe(9)
    expect(config.files.map((file) => file.path)).toEqual(['accounts.yaml', 'timers_config.yaml', 'risk_config.yaml'])
  })

  test('shows the API key to nobody who does not ask for it', () => {
    const config = accepted({})
    expect(config.credentials.apiKey.reveal()).toBe('k3y-0f-the-trader')
    for (const shown of [JSON.stringify(config), inspect(config, { depth: 20 }), String(config.credentials.apiKey)])
      expect(shown).not.toContain('k3y')
    expect(String(config.credentials.apiKey)).toBe('*** (17 characters)')
  })

  test('has a hash that follows its meaning and not its spelling', () => {
    const { hash } = accepted({})
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    const respelt = VALID['risk_config.yaml'].replace('limit: -500', 'limit: -500.00 # dollars')
    expect(accepted({ 'risk_config.yaml': respelt }).hash).toBe(hash)
    const tighter = VALID['risk_config.yaml'].replace('limit: -500', 'limit: -499')
    expect(accepted({ 'risk_config.yaml': tighter }).hash).not.toBe(hash)
  })

  test('counts the rules of watched accounts only', () => {
    const accounts = `${VALID['accounts.yaml']}  - id: 2
    name: Off
    account_type: practice
    enabled: false
`
    const risk = 'rules: { daily_realized_loss: { limit: -500 } }'
    expect(accepted({ 'accounts.yaml': accounts, 'risk_config.yaml': risk })).toMatchObject({ ruleCount: 1 })
  })

  test('takes an API key of digits as the text that it is', () => {
    const { credentials } = accepted({}, { variables: { ...VARIABLES, PROJECTX_API_KEY: '0012345678901234567890' } })
    expect(credentials.apiKey.reveal()).toBe('0012345678901234567890')
  })
})

describe('the shipped folders', () => {
  const variables = { ...VARIABLES, PROJECTX_ACCOUNT: 'PRAC-V2-100200-30040050' }

  test('config/ loads without a single remark once the variables are set', () => {
    const result = loadConfig({ directory: shipped, environment: variables, today })
    expect(result.ok ? [...result.warnings, ...result.notices] : result.diagnostics).toEqual([])
    expect(result).toMatchObject({ ok: true, ruleCount: 8, api: { apiUrl: 'https://api.topstepx.com' } })
  })

  test('config/ names each variable that is missing', () => {
    const result = loadConfig({ directory: shipped, environment: {}, today })
    expect(result.ok ? [] : result.diagnostics.map((diagnostic) => diagnostic.expected)).toEqual([
      'a value in the variable PROJECTX_USERNAME',
      'a value in the variable PROJECTX_API_KEY',
      'a value in the variable PROJECTX_ACCOUNT',
    ])
  })

  test.each(['topstepx-50k', 'topstepx-100k', 'topstepx-150k', 'topstepx-practice'])(
    'profile %s is complete',
    (profile) => {
      const text = readFileSync(`${shipped}/profiles/${profile}.yaml`, 'utf8')
      const risk = readFileSync(`${shipped}/risk_config.yaml`, 'utf8').replace(
        'profile: topstepx-50k',
        `profile: ${profile}`,
      )
      const config = accepted({ 'risk_config.yaml': risk, [`profiles/${profile}.yaml`]: text })
      expect(config.warnings).toEqual([])
      expect(config.accounts[0]?.rules.max_contracts?.weighting).toBe('mini_equivalent')
    },
  )

  test('config/simulator/ holds the practice day and points at this machine', () => {
    const result = loadConfig({ directory: `${shipped}/simulator`, environment: VARIABLES, today })
    expect(result).toMatchObject({
      ok: true,
      warnings: [],
      ruleCount: 7,
      api: { environment: 'simulator', userHubUrl: 'http://127.0.0.1:5080/hubs/user' },
    })
    const limits = result.ok ? result.accounts.map((account) => account.rules.max_contracts?.limit) : []
    expect(limits).toEqual([3, 5, 5, 5, 5, 5, 5])
  })

  test('config/simulator/all-rules/ has every rule on for some account, and two of them for all', () => {
    const result = loadConfig({ directory: `${shipped}/simulator/all-rules`, environment: VARIABLES, today })
    expect(result).toMatchObject({ ok: true, warnings: [], ruleCount: 13, api: { environment: 'simulator' } })
    const on = result.ok ? result.accounts.map((account) => Object.keys(account.rules)) : []
    expect(on).toHaveLength(9)
    for (const own of on) {
      expect(own).toEqual(expect.arrayContaining(['max_contracts', 'daily_realized_loss']))
      expect(own.length).toBeLessThanOrEqual(4)
    }
  })

  test('config/simulator/ loads in every year, as its day is the simulator’s', () => {
    const inTenYears = Temporal.PlainDate.from('2036-12-05')
    expect(loadConfig({ directory: `${shipped}/simulator`, environment: VARIABLES, today: inTenYears }).ok).toBe(true)
  })
})

test('ten different mistakes in one folder give ten diagnostics, each at its place', () => {
  const files = {
    'risk_config.yaml': `general:
  pnl_basis: Net
  stale_after_seconds: 90
rules:
  max_contracts:
    limit: 0
  daily_realized_loss:
    limt: -500
    limit: 500
  trade_frequency_limit:
    enabled: yes
  daily_realized_profit:
    enabled: true
    target: -1000
  session_block_outside: {}
`,
    'timers_config.yaml': `daily_reset:
  time: "24:00"
  timezone: CST
holidays:
  dates:
    2026: [2026-02-30]
`,
    'accounts.yaml': `topstepx:
  username: \${PROJECTX_USERNAME}
  api_key: literal-secret
accounts:
  - id: 7001001
    name: One
    account_type: practice
`,
  }
  const found = diagnosticsOf(files, 'error')
  expect(found.map(({ file, line, column, keyPath }) => `${file}:${line}:${column} ${keyPath}`)).toEqual([
    'accounts.yaml:3:12 topstepx.api_key',
    'risk_config.yaml:2:14 general.pnl_basis',
    'risk_config.yaml:6:12 rules.max_contracts.limit',
    'risk_config.yaml:8:5 rules.daily_realized_loss.limt',
    'risk_config.yaml:9:12 rules.daily_realized_loss.limit',
    'risk_config.yaml:11:14 rules.trade_frequency_limit.enabled',
    'risk_config.yaml:14:13 rules.daily_realized_profit.target',
    'timers_config.yaml:2:9 daily_reset.time',
    'timers_config.yaml:3:13 daily_reset.timezone',
    'timers_config.yaml:6:12 holidays.dates.2026[0]',
  ])
  for (const diagnostic of found)
    for (const part of ['expected', 'got', 'why', 'fix'] as const)
      expect([part, diagnostic[part]]).not.toEqual([part, ''])
  expect(found[4]).toMatchObject({
    layer: 'risk_config.yaml',
    expected: 'a negative amount',
    got: '500',
    why: 'losses are negative amounts',
    fix: 'write `-500`',
  })
  expect(found[3]).toMatchObject({ got: '`limt`', fix: 'write `limit`', also: 'nearest known key: limit' })
  expect(formatDiagnostics(found, { color: false, width: 80 })).not.toContain('literal-secret')
})

describe('missing files', () => {
  test.each(['risk_config.yaml', 'timers_config.yaml', 'accounts.yaml'])('%s is required', (name) =>
    expect(errorsOf({ [name]: null })).toEqual([`${name}:1:1`]),
  )

  test('all three are named at once', () =>
    expect(errorsOf({ 'risk_config.yaml': null, 'timers_config.yaml': null, 'accounts.yaml': null })).toHaveLength(3))

  test('a folder that is not there is one diagnostic', () => {
    const result = loadConfig({ directory: '/nowhere/at/all', environment: {}, today })
    expect(result.ok ? [] : result.diagnostics).toMatchObject([{ severity: 'error', got: 'no such folder' }])
  })

  test('a folder in place of a file is reported', () =>
    expect(errorsOf({ 'api_config.yaml/x': '' })).toEqual(['api_config.yaml:1:1']))

  test('bytes that are no UTF-8 are reported', () =>
    expect(errorsOf({ 'api_config.yaml': new Uint8Array([0x61, 0x3a, 0x20, 0xff]) })).toEqual(['api_config.yaml:1:1']))

  test('a file without end is refused before it is read', () =>
    expect(errorsOf({ 'api_config.yaml': '#'.repeat(2_000_000) })).toEqual(['api_config.yaml:1:1']))
})

describe('rules and keys that do not exist', () => {
  test('an unknown rule is refused with the nearest known one', () => {
    const [found] = diagnosticsOf(withRule('max_contract: { limit: 3 }'), 'error')
    expect(found).toMatchObject({ keyPath: 'rules.max_contract', fix: 'write `max_contracts`' })
  })

  test('a renamed key is refused with what replaces it', () => {
    const risk = VALID['risk_config.yaml'].replace('limit: -500', 'loss_limit: 500\n    limit: -500')
    const [found] = diagnosticsOf({ 'risk_config.yaml': risk }, 'error')
    expect(found).toMatchObject({ keyPath: 'rules.daily_realized_loss.loss_limit', line: 7 })
    expect(found?.fix).toContain('limit, as a negative amount')
  })
})

describe('rules that are not mentioned', () => {
  test('are off, with a warning for those that are on by default', () => {
    const files = { 'risk_config.yaml': 'rules:\n  max_contracts: { limit: 5 }\n' }
    expect(warningsOf(files).map((text) => text.split(' ')[1])).toEqual([
      'rules.auth_loss_guard',
      'rules.daily_realized_loss',
      'rules.session_block_outside',
      'rules.max_contracts_per_instrument',
      'rules.daily_unrealized_loss',
      'rules.cooldown_after_loss',
      'rules.trade_frequency_limit',
    ])
    expect(Object.keys(accepted(files).accounts[0]?.rules ?? {})).toEqual(['max_contracts'])
  })

  test('a block without `enabled` takes the default of its rule', () => {
    const risk = VALID['risk_config.yaml'].replace('no_stop_loss_grace:\n    enabled: true', 'no_stop_loss_grace: {}')
    const config = accepted({ 'risk_config.yaml': risk })
    expect(config.accounts[0]?.rules.no_stop_loss_grace).toBeUndefined()
    expect(config.accounts[0]?.rules.max_contracts?.enabled).toBe(true)
  })

  test('a rule that is off needs no limit, but what it says must have the right form', () => {
    expect(errorsOf(withLoss('    enabled: false'))).toEqual([])
    expect(errorsOf(withLoss('    enabled: false\n    limit: 500'))).toEqual([
      'risk_config.yaml:8:12 rules.daily_realized_loss.limit',
    ])
  })

  test('nothing that limits size or loss is refused, unless that is said in so many words', () => {
    const none = 'rules:\n  no_stop_loss_grace: { enabled: true }\n'
    expect(errorsOf({ 'risk_config.yaml': none })).toEqual(['risk_config.yaml:1:1 rules'])
    expect(errorsOf({ 'risk_config.yaml': `general: { allow_unprotected: true }\n${none}` })).toEqual([])
    const shadow = 'rules:\n  max_contracts: { limit: 5, mode: shadow }\n'
    expect(errorsOf({ 'risk_config.yaml': shadow })).toEqual(['risk_config.yaml:1:1 rules'])
  })
})
