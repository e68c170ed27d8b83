import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ExplainedSetting } from '../src/index.ts'
import { allSettings } from '../src/settings-list.ts'
import { explained, type Files, VALID } from './config-fixture.ts'

/** `5 · profile p.yaml:3`, or `5 · default`. */
function originOf(settings: readonly ExplainedSetting[], path: string): string {
  const found = settings.find((setting) => setting.path === path)
  if (found === undefined) return 'nothing'
  const { value, layer, place } = found
  return `${JSON.stringify(value)} · ${layer}${place === null ? '' : ` ${basename(place.file)}:${place.line}`}`
}

/** Every layer speaks of one key more than the one above it. */
const LAYERED: Files = {
  'profiles/p.yaml': `rules:
  max_contracts: { limit: 1, weighting: mini_equivalent, count_type: net, enforcement: close_all }
general:
  logging: { level: ERROR, json: false }
`,
  'risk_config.yaml': `profile: p
general:
  logging: { level: WARNING, console: false }
rules:
  max_contracts:
    limit: 2
    weighting: contracts
    count_type: gross
  daily_realized_loss: { limit: -500 }
`,
  'logging.yaml': 'level: DEBUG\n',
  'own.yaml': `rules:
  max_contracts:
    limit: 3
    weighting: mini_equivalent
`,
  'accounts.yaml': `${VALID['accounts.yaml']}    risk_config_file: own.yaml
    config_overrides:
      rules:
        max_contracts:
          limit: 4
          weighting:
  - { id: 2, name: Second, account_type: practice }
`,
}

describe('the value that is in force', () => {
  const { accounts, timers, api, login } = explained(LAYERED)
  const [first, second] = accounts

  test.each([
    ['rules.max_contracts.limit', '4 · config_overrides accounts.yaml:12'],
    // An empty value takes what lies below.
    ['rules.max_contracts.weighting', '"mini_equivalent" · account file own.yaml:4'],
    ['rules.max_contracts.count_type', '"gross" · risk_config.yaml risk_config.yaml:8'],
    ['rules.max_contracts.enforcement', '"close_all" · profile p.yaml:2'],
    ['rules.max_contracts.include_working_orders', 'false · default'],
    ['general.logging.level', '"DEBUG" · logging.yaml logging.yaml:1'],
    ['general.logging.console', 'false · risk_config.yaml risk_config.yaml:3'],
    ['general.logging.json', 'false · profile p.yaml:4'],
    ['general.logging.retention_days', '30 · default'],
    ['profile', '"p" · risk_config.yaml risk_config.yaml:1'],
    ['rules.no_stop_loss_grace', '"off: no layer mentions it" · default'],
  ])('%s is %s', (path, origin) => expect(originOf(first?.settings ?? [], path)).toBe(origin))

  test('is told for each account', () => {
    expect(accounts.map(({ name, id }) => [name, id])).toEqual([
      ['PRAC-V2-1', '7001001'],
      ['Second', '2'],
    ])
    expect(originOf(second?.settings ?? [], 'rules.max_contracts.limit')).toBe(
      '2 · risk_config.yaml risk_config.yaml:6',
    )
    expect(originOf(second?.settings ?? [], 'rules.max_contracts.weighting')).toBe(
      '"contracts" · risk_config.yaml risk_config.yaml:7',
    )
  })

  test('is told of the files that have no layers', () => {
    expect(originOf(timers, 'daily_reset.timezone')).toBe('"America/Chicago" · timers_config.yaml timers_config.yaml:2')
    expect(originOf(timers, 'daily_reset.time')).toBe('"17:00" · default')
    expect(originOf(timers, 'holidays.dates.2026')).toBe('["2026-12-25"] · timers_config.yaml timers_config.yaml:8')
    expect(originOf(timers, 'lockout_durations.timer_cooldown.trade_frequency.per_hour_breach')).toBe('"30m" · default')
    expect(originOf(api, 'retry.max_attempts')).toBe('3 · default')
    expect(originOf(login, 'accounts[1].name')).toBe('"Second" · accounts.yaml accounts.yaml:14')
  })
})

test('a credential is shown by its length alone, and a variable by its name', () => {
  const files = {
    'risk_config.yaml': `general: { notifications: { slack: { webhook_url: "\${HOOK}" } } }\n${VALID['risk_config.yaml']}`,
  }
  const variables = {
    PROJECTX_USERNAME: 'trader',
    PROJECTX_API_KEY: 'k3y-0f-the-trader',
    HOOK: 'https://hook.example/s3cret',
  }
  const explanation = explained(files, { variables })
  expect(originOf(explanation.login, 'topstepx.api_key')).toBe('"*** (17 characters)" · accounts.yaml accounts.yaml:3')
  expect(explanation.login.find(({ path }) => path === 'topstepx.api_key')?.variables).toEqual(['PROJECTX_API_KEY'])
  const shown = JSON.stringify(explanation)
  for (const secret of ['k3y', 's3cret', '"trader"']) expect(shown).not.toContain(secret)
})

test('every key of every file is told', () => {
  const { accounts, login, timers, api } = explained({
    'timers_config.yaml': `${VALID['timers_config.yaml']}  early_close: [{ date: 2026-11-27, close_time: "12:00" }]\n`,
    'accounts.yaml': VALID['accounts.yaml'].replace(
      'account_type: practice',
      'account_type: practice\n    plan: { size: 50k }',
    ),
    'risk_config.yaml': VALID['risk_config.yaml'].replace(
      'session_block_outside:\n    enabled: true',
      'session_block_outside:\n    per_instrument_sessions: { CL: { end: "13:30" } }',
    ),
  })
  const told = new Set(
    [...(accounts[0]?.settings ?? []), ...login, ...timers, ...api].map(({ path }) => generalForm(path)),
  )
  // A rule that no layer mentions, and a section that nobody wrote, is told in one line.
  const isLeftOut = (path: string): boolean => [...told].some((one) => isWithin(path, one))
  const known = allSettings()
    .filter(({ file }) => file !== 'validation') // what the validator measures against holds for no account
    .filter(({ path, meaning }) => !isLeftOut(path) && meaning !== 'Only `false` is accepted.')
    .map(({ path }) => path)
    .filter((path) => !/config_overrides$|^monitored_account|global_session/.test(path))
  expect(known.filter((path) => !told.has(path))).toEqual([])
})

/** `accounts[0].id` → `accounts[].id`, `per_instrument_sessions.CL.end` → `per_instrument_sessions.NAME.end`; maps of plain values as one. */
function generalForm(path: string): string {
  return path
    .replaceAll(/\[\d+\]/g, '[]')
    .replace(/per_instrument_sessions\.\w+/, 'per_instrument_sessions.NAME')
    .replace(/(instrument_limits|weights|dates)\.\w+$/, '$1')
}

function isWithin(path: string, part: string): boolean {
  return path.startsWith(`${part}.`) || path.startsWith(`${part}[`)
}
