import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { checkConfig, type CheckOptions, type CommandResult } from '../src/config-check.ts'
import { configCommand } from '../src/config-command.ts'
import { explainSettings, type ExplainOptions } from '../src/config-explain.ts'

const FILES = {
  'risk_config.yaml': `rules:
  max_contracts_per_instrument: { instrument_limits: { NQ: 3 } }
  daily_realized_loss:
    limit: -2000
  trade_frequency_limit: { enabled: false }
  session_block_outside: { enabled: false }
  auth_loss_guard: { enabled: false }
  daily_unrealized_loss: { enabled: false }
  cooldown_after_loss: { enabled: false }
  max_contracts: { limit: 3 }
`,
  'timers_config.yaml': 'daily_reset: { timezone: UTC }\nholidays: { dates: { 2026: [] } }\n',
  'accounts.yaml': `topstepx: { username: "\${PROJECTX_USERNAME}", api_key: "\${PROJECTX_API_KEY}" }
accounts:
  - { id: 7001001, name: PRAC-V2-1, account_type: practice }
  - id: 7001002
    name: Second
    account_type: practice
    config_overrides: { rules: { daily_realized_loss: { limit: -255 } } }
`,
} as const

type Files = Readonly<Record<string, string>>

function inFolder(files: Files, run: (directory: string) => CommandResult): CommandResult {
  const folder = mkdtempSync(join(tmpdir(), 'rm-cli-'))
  try {
    for (const [name, text] of Object.entries({ ...FILES, ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text, { mode: 0o600 })
    }
    const { output, exitCode } = run(folder)
    return { output: output.replaceAll(`${folder}${sep}`, ''), exitCode }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const surroundings = (directory: string) => ({
  directory,
  environment: { PROJECTX_USERNAME: 'trader', PROJECTX_API_KEY: 'k3y-0f-the-trader' },
  today: Temporal.PlainDate.from('2026-11-18'),
  face: 'text' as const,
  style: { color: false, width: 80 },
})

const checked = (files: Files, options: Partial<CheckOptions> = {}): CommandResult =>
  inFolder(files, (directory) => checkConfig({ ...surroundings(directory), strict: false, ...options }))

const explained = (options: Partial<ExplainOptions>): CommandResult =>
  inFolder({}, (directory) => explainSettings({ ...surroundings(directory), key: null, account: null, ...options }))

/** A name that two accounts have is a warning. */
const WARNED: Files = { 'accounts.yaml': FILES['accounts.yaml'].replace('Second', 'PRAC-V2-1') }
const REFUSED: Files = { 'risk_config.yaml': FILES['risk_config.yaml'].replace('limit: -2000', 'limit: 2000') }

describe('config check', () => {
  test('accepts a folder with remarks and says who is watched', () => {
    const { output, exitCode } = checked({})
    expect(exitCode).toBe(0)
    expect(output).toContain('-$255.00: with 3 NQ this limit is 17 ticks away')
    expect(output).toMatch(/\n1 notice\n\n2 accounts watched by 3 rules, version [0-9a-f]{12}\.\n$/)
  })

  test('refuses a folder with mistakes', () => {
    const { output, exitCode } = checked(REFUSED)
    expect(exitCode).toBe(3)
    expect(output).toContain('risk_config.yaml:4:12')
    expect(output).toMatch(/\n1 error\n$/)
  })

  test('passes over warnings, unless it is strict', () => {
    expect(checked(WARNED)).toMatchObject({ exitCode: 0, output: expect.stringContaining('1 warning, 1 notice') })
    const strict = checked(WARNED, { strict: true })
    expect(strict.exitCode).toBe(3)
    expect(strict.output).toContain('1 error, 1 notice')
  })

  test('does not make errors of notices when it is strict', () =>
    expect(checked({}, { strict: true }).exitCode).toBe(0))

  test('gives one JSON object per remark', () => {
    const { output, exitCode } = checked(WARNED, { face: 'json', strict: true })
    expect(exitCode).toBe(3)
    const lines: unknown[] = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toMatchObject([
      { severity: 'error', keyPath: 'accounts[1].name', line: 5 },
      { severity: 'notice', keyPath: 'rules.daily_realized_loss.limit' },
    ])
  })

  test('stays within 80 columns', () => {
    for (const line of checked(WARNED).output.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})

describe('config explain', () => {
  test('names value, layer and line, for each account', () => {
    const { output, exitCode } = explained({ key: 'rules.daily_realized_loss.limit' })
    expect(exitCode).toBe(0)
    expect(output).toBe(
      `account PRAC-V2-1 (7001001)

  rules.daily_realized_loss
    limit                              -2000                  risk_config.yaml:4

account Second (7001002)

  rules.daily_realized_loss
    limit                              -255     config_overrides accounts.yaml:7
`,
    )
  })

  test.each([
    ['an account by name', { account: 'Second', key: 'rules.max_contracts' }, 'account Second (7001002)'],
    ['an account by number', { account: '7001002', key: 'rules.max_contracts' }, 'account Second (7001002)'],
    ['a file', { key: 'daily_reset' }, 'timers_config.yaml'],
    ['the gateway', { key: 'retry.max_s' }, 'api_config.yaml'],
  ])('tells %s alone', (_, options, title) => {
    const titles = explained(options)
      .output.split('\n')
      .filter((line) => /^\S/.test(line))
    expect(titles).toEqual([title])
  })

  test.each([
    [
      { key: 'rules.max_contract.limit' },
      'error: no key rules.max_contract.limit; did you mean rules.max_contracts.limit',
    ],
    [{ key: 'nothing' }, 'error: no key nothing\n'],
    [{ account: 'Third' }, 'error: no account Third; there are PRAC-V2-1, 7001001, Second, 7001002\n'],
  ])('%j is wrong usage', (options, message) => {
    const { output, exitCode } = explained(options)
    expect(exitCode).toBe(64)
    expect(output).toContain(message)
  })

  test('gives the same as JSON', () => {
    const { output } = explained({ account: 'Second', key: 'rules.daily_realized_loss.limit', face: 'json' })
    expect(JSON.parse(output)).toEqual([
      {
        title: 'account Second (7001002)',
        settings: [
          {
            path: 'rules.daily_realized_loss.limit',
            value: -255,
            layer: 'config_overrides',
            place: { file: 'accounts.yaml', line: 7, column: 64 },
            variables: [],
            sources: [],
          },
        ],
      },
    ])
  })

  test('shows no credential, and stays within 80 columns', () => {
    const { output } = explained({})
    expect(output).toContain('*** (17 characters)')
    expect(output).not.toMatch(/k3y|trader\b/)
    for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('colours nothing but titles and origins', () => {
    const plain = explained({}).output
    const { output } = explained({ style: { color: true, width: 80 } })
    expect(output).not.toBe(plain)
    expect(stripVTControlCharacters(output)).toBe(plain)
  })

  test('of a refused folder tells the mistakes', () => {
    const { output, exitCode } = inFolder(REFUSED, (directory) =>
      explainSettings({ ...surroundings(directory), key: null, account: null }),
    )
    expect(exitCode).toBe(3)
    expect(output).toContain('losses are negative amounts')
  })
})

describe('the command line', () => {
  test.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['schema', 'logging'], 'expected one of risk, timers, accounts, api'],
    [['schema'], 'name one of risk, timers, accounts, api'],
    [['check', '--fast'], "unknown option '--fast'"],
  ])('%j is wrong usage', (words, message) => {
    const command = configCommand()
    for (const one of [command, ...command.commands]) one.configureOutput({ writeErr: () => {} })
    expect(() => command.parse(words, { from: 'user' })).toThrow(message)
  })

  test('has examples in its help, within 80 columns', () => {
    let help = ''
    const command = configCommand().configureOutput({ writeOut: (text) => (help += text) })
    expect(() => command.parse(['--help'], { from: 'user' })).toThrow('outputHelp')
    expect(help).toContain('config explain rules.daily_realized_loss')
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})
