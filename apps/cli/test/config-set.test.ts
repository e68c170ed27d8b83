import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkConfig } from '../src/config-check.ts'
import { setSetting } from '../src/config-set.ts'

const RISK = `# What holds for all.
rules:
  max_contracts: { limit: 3 } # of all products
  daily_realized_loss:
    limit: -2000     # dollars
    # include_unrealized: true
  trade_frequency_limit: { enabled: false }
  session_block_outside: { enabled: false }
  auth_loss_guard: { enabled: false }
  daily_unrealized_loss: { enabled: false }
  cooldown_after_loss: { enabled: false }
`
const ACCOUNTS = `topstepx: { username: "\${PROJECTX_USERNAME}", api_key: "\${PROJECTX_API_KEY}" }
accounts:
  # The first one.
  - { id: 7001001, name: PRAC-V2-1, account_type: practice }
`

let directory: string
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rm-set-'))
  const files = {
    'risk_config.yaml': RISK,
    'accounts.yaml': ACCOUNTS,
    'timers_config.yaml': 'daily_reset: { timezone: UTC }\nholidays: { dates: { 2026: [] } }\n',
    'api_config.yaml': '# The gateway.\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text, { mode: 0o640 })
})
afterEach(() => rmSync(directory, { recursive: true }))

const text = (name: string) => readFileSync(path.join(directory, name), 'utf8')

const inFolder = (folder: string) => ({
  directory: folder,
  environment: { PROJECTX_USERNAME: 'trader', PROJECTX_API_KEY: 'k3y-0f-the-trader' },
  today: Temporal.PlainDate.from('2026-11-18'),
})

function set(key: string, value: string, account: string | null = null) {
  return setSetting({
    ...inFolder(directory),
    wish: { path: key, value, account },
    style: { color: false, width: 80 },
  })
}

describe('config set', () => {
  test.each([
    ['rules.daily_realized_loss.limit', '-1500', 'limit: -1500     # dollars', 'takes it at once'],
    ['rules.daily_realized_loss.limit', '-2500', 'limit: -2500     # dollars', 'next daily reset without a lockout'],
    ['rules.max_contracts.limit', '2', '{ limit: 2 } # of all products', 'takes it at once'],
    ['general.timezone', 'UTC', 'timezone: UTC', 'at its next start'],
    ['general.stale_after_seconds', '5', 'stale_after_seconds: 5', 'at once what is stricter'],
    ['rules.max_contracts.limit', '3.0', '{ limit: 3.0 }', 'It changes nothing'],
  ])('%s %s keeps the comments and says when it applies', (key, value, line, when) => {
    const { output, exitCode } = set(key, value)
    expect(output).toContain(when)
    expect(exitCode).toBe(0)
    expect(text('risk_config.yaml')).toContain(line)
    expect(text('risk_config.yaml').match(/#.*/g)).toEqual(RISK.match(/#.*/g))
  })

  test('replaces a value that is there and moves nothing else', () => {
    set('rules.daily_realized_loss.limit', '-1500')
    expect(text('risk_config.yaml')).toBe(RISK.replace('-2000', '-1500'))
    expect(statSync(path.join(directory, 'risk_config.yaml')).mode & 0o777).toBe(0o640)
    expect(readdirSync(directory).toSorted()).toEqual([
      'accounts.yaml',
      'api_config.yaml',
      'risk_config.yaml',
      'timers_config.yaml',
    ])
  })

  test('looks at what the validator measures against as well', () => {
    writeFileSync(path.join(directory, 'validation_criteria.yaml'), 'modes: { quick_s: 60 }\n', { mode: 0o640 })
    expect(set('modes.quick_s', '45').output).toContain('The next run of the validator measures by it.')
    expect(text('validation_criteria.yaml')).toBe('modes: { quick_s: 45 }\n')
    const { output, exitCode } = set('modes.quick_s', '1')
    expect([exitCode, text('validation_criteria.yaml')]).toEqual([3, 'modes: { quick_s: 45 }\n'])
    expect(output).toContain('a whole number from 10 to 3 600')
    writeFileSync(path.join(directory, 'validation_criteria.yaml'), 'modes: { quick_s: 1 }\n')
    const check = checkConfig({
      ...inFolder(directory),
      strict: false,
      face: 'text',
      style: { color: false, width: 80 },
    })
    expect([check.exitCode, check.output.includes('modes.quick_s')]).toEqual([3, true])
  })

  test('fills a file that has comments only', () => {
    expect(set('retry.max_s', '20')).toMatchObject({ exitCode: 0, output: expect.stringContaining('next start') })
    expect(text('api_config.yaml')).toContain('# The gateway.')
    expect(text('api_config.yaml')).toMatch(/retry:\s+max_s: 20/)
  })

  test('of one account goes into its overrides', () => {
    expect(set('rules.daily_realized_loss.limit', '-400', 'PRAC-V2-1')).toMatchObject({ exitCode: 0 })
    expect(text('risk_config.yaml')).toBe(RISK)
    expect(text('accounts.yaml')).toContain('config_overrides: { rules: { daily_realized_loss: { limit: -400 } } }')
    expect(text('accounts.yaml')).toContain('# The first one.')
  })

  test.each([
    ['rules.daily_realized_loss.limit', '1500', null, 3, 'losses are negative amounts'],
    ['rules.max_contract.limit', '3', null, 3, 'Nothing was written'],
    ['topstepx.api_key', 'k3y-0f-the-trader', null, 3, 'Nothing was written'],
    ['nothing.at_all', '3', null, 64, 'no file has a key nothing.at_all'],
    ['rules.max_contracts.limit.deep', '3', null, 64, 'cannot be put into'],
    ['rules.max_contracts.limit', '[3', null, 64, 'cannot be put into'],
    ['rules.max_contracts.limit', '3', 'Nobody', 64, 'no account Nobody'],
    ['retry.max_s', '3', 'PRAC-V2-1', 64, 'is the same for every account'],
  ])('%s %s of %s is refused, and nothing is written (C-02)', (key, value, account, code, message) => {
    const { output, exitCode } = set(key, value, account)
    expect(output).toContain(message)
    expect(output).not.toContain('k3y-0f')
    expect(exitCode).toBe(code)
    expect([text('risk_config.yaml'), text('accounts.yaml')]).toEqual([RISK, ACCOUNTS])
  })
})
