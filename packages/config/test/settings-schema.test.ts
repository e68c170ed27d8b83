import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EVALUATION_ORDER } from '@rm/rules'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { editorSchema } from '../src/editor-schema.ts'
import { allSettings, settingsOf } from '../src/settings-list.ts'
import { settingsPage } from '../src/settings-page.ts'
import { SETTINGS_FILES, type SettingsFile } from '../src/settings-schema.ts'
import { complaintsOf, FILES } from './editor.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Where an editor would underline something. */
function underlinedIn(file: SettingsFile, yaml: string): readonly string[] {
  return [...new Set(complaintsOf(file, yaml).map((complaint) => complaint.split(' ')[0] ?? ''))]
}

describe('what is printed from the schemas', () => {
  test.each(FILES)('the schema of the %s file is current', async (file) => {
    const text = `${JSON.stringify(editorSchema(file), null, 2)}\n`
    await expect(text).toMatchFileSnapshot(`${root}/config/schemas/${file}.schema.json`)
  })

  test('docs/settings.md is current', async () => {
    await expect(settingsPage()).toMatchFileSnapshot(`${root}/docs/settings.md`)
  })
})

describe('every setting', () => {
  test.each(allSettings().map((setting) => [setting.path, setting] as const))('%s says what it means', (_, setting) => {
    expect(setting.meaning).toMatch(/^[^a-z].*[.]$/s)
    expect(setting.kind).not.toBe('')
  })

  test('that has to be written has an example', () => {
    expect(allSettings().filter((one) => one.isRequired && one.examples.length === 0)).toEqual([])
  })

  test('states a default and examples that its own schema accepts', () => {
    for (const file of FILES) {
      const validator = new Ajv2020({ strict: true, allowUnionTypes: true })
      const visit = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return
        const examples: readonly unknown[] = 'examples' in node && Array.isArray(node.examples) ? node.examples : []
        const values = 'default' in node ? [node.default, ...examples] : examples
        if (values.length > 0) {
          const validate = validator.compile({ ...node, $defs: editorSchema(file).$defs })
          for (const value of values) expect([value, validate(value)]).toEqual([value, true])
        }
        for (const child of Object.values(node)) visit(child)
      }
      visit(editorSchema(file).properties)
    }
  })

  test('of every rule is listed under its key', () => {
    const paths = settingsOf('risk').map(({ path }) => path)
    for (const id of EVALUATION_ORDER) expect(paths).toContain(`rules.${id}`)
  })
})

/** Which schema a shipped file names, and whether it lies where the file says. */
const MODELINE = /^# yaml-language-server: \$schema=((?:\.\.\/)*(?:\.\/)?schemas\/(\w+)\.schema\.json)\n/

describe('the shipped files', () => {
  // What stands in `monitoring` is read by Prometheus.
  const shipped = globSync('config/**/*.yaml', { cwd: root, exclude: ['config/monitoring/**'] }).toSorted()

  test('are all looked at', () => expect(shipped.length).toBeGreaterThanOrEqual(16))

  test.each(shipped)('%s names its schema and fits it', (name) => {
    const text = readFileSync(`${root}/${name}`, 'utf8')
    const [, path = '', file = ''] = MODELINE.exec(text) ?? []
    const expected = FILES.find((one) => name.endsWith(`/${SETTINGS_FILES[one]}`)) ?? 'risk'
    expect(file).toBe(expected)
    expect(new URL(path, `file:///${name}`).pathname).toBe(`/config/schemas/${expected}.schema.json`)
    expect(complaintsOf(expected, text)).toEqual([])
  })
})

describe('an editor', () => {
  test.each<[SettingsFile, string, readonly string[]]>([
    ['risk', 'rules: { max_contracts: { limit: 5 } }', []],
    ['risk', 'rules: { max_contracts: { limit: 0 } }', ['/rules/max_contracts/limit']],
    ['risk', 'rules: { max_contracts: { limit: "5" } }', ['/rules/max_contracts/limit']],
    ['risk', 'rules: { max_contracts: { limt: 5 } }', ['/rules/max_contracts']],
    ['risk', 'rules: { max_contract: { limit: 5 } }', ['/rules']],
    ['risk', 'rules: { max_contracts: { limit: "${LIMIT}" } }', []],
    ['risk', 'rules: { daily_realized_loss: { limit: 500 } }', ['/rules/daily_realized_loss/limit']],
    ['risk', 'rules: { daily_realized_loss: { limit: -500.25 } }', []],
    ['risk', 'rules: { daily_realized_loss: { lockout: 1d } }', ['/rules/daily_realized_loss/lockout']],
    ['risk', 'rules: { trade_frequency_limit: { limits: { per_hour: } } }', []],
    ['risk', 'rules:\ngeneral:', []],
    ['risk', 'general: { timezone: EST }', ['/general/timezone']],
    ['risk', 'general: { pnl_basis: Net }', ['/general/pnl_basis']],
    [
      'risk',
      'general: { logging: { files: { daemon: { enabled: false } } } }',
      ['/general/logging/files/daemon/enabled'],
    ],
    ['timers', 'daily_reset: { time: "24:00" }', ['/daily_reset/time']],
    ['timers', 'daily_reset: { reset_days: [mon, mon] }', ['/daily_reset/reset_days']],
    ['timers', 'daily_reset: { reset_days: [sun, 0] }', []],
    ['timers', 'holidays: { early_close: [{ date: 2026-12-24 }] }', ['/holidays/early_close/0']],
    ['accounts', 'accounts: []', ['/accounts']],
    ['accounts', 'topstepx: { username: "${PROJECTX_USERNAME}", api_key: abc }', ['/topstepx/api_key']],
    ['accounts', 'accounts: [{ id: 1, name: A, account_type: live }]', ['/accounts/0/account_type']],
    ['accounts', 'accounts: [{ id: 1, name: A }]', ['/accounts/0']],
    [
      'accounts',
      'accounts: [{ id: 1, name: A, account_type: practice, config_overrides: { rules: { max_contracts: { limit: } } } }]',
      [],
    ],
    [
      'accounts',
      'accounts: [{ id: 1, name: A, account_type: practice, config_overrides: { general: { timezone: UTC } } }]',
      ['/accounts/0/config_overrides/general'],
    ],
    ['api', 'timeouts: { connect_s: 0 }', ['/timeouts/connect_s']],
    ['api', 'api_url: ${API:https://api.topstepx.com}', []],
    ['api', 'tls: { verify: false }', ['/tls']],
  ])('reads %s: %s', (file, yaml, places) => expect(underlinedIn(file, yaml)).toEqual(places))
})
