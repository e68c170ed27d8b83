import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type LoadedConfig, loadConfig } from '@rm/config'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recallConfig, rememberConfig } from '../src/last-good-config.ts'

const FILES = {
  'risk_config.yaml': 'rules:\n  daily_realized_loss: { limit: -500 }\n',
  'timers_config.yaml': 'daily_reset: { timezone: UTC }\nholidays: { dates: { 2026: [] } }\n',
  'accounts.yaml': `topstepx: { username: "\${PROJECTX_USERNAME}", api_key: "\${PROJECTX_API_KEY}" }
accounts:
  - { id: 7001001, name: One, account_type: practice }
`,
}
const VARIABLES: Readonly<Record<string, string>> = { PROJECTX_USERNAME: 'trader', PROJECTX_API_KEY: 'k3y' }
const REFUSED = { credentials: null, variable: (name: string) => VARIABLES[name] ?? null }

let data = ''

function loaded(): LoadedConfig {
  const directory = path.join(data, 'config')
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(directory, name), text, { mode: 0o600 })
  const config = loadConfig({ directory, environment: VARIABLES, today: Temporal.PlainDate.from('2026-11-18') })
  if (!config.ok) throw new Error(JSON.stringify(config.diagnostics))
  return config
}

describe('the last good configuration (C-01)', () => {
  beforeEach(() => {
    data = mkdtempSync(path.join(tmpdir(), 'rm-last-'))
  })
  afterEach(() => rmSync(data, { recursive: true, force: true }))

  test('comes back as it was kept, the newest of several', () => {
    const config = loaded()
    rememberConfig(data, { ...config, hash: 'an earlier one' })
    rememberConfig(data, config)
    const recalled = recallConfig(data, REFUSED)
    expect(recalled?.hash).toBe(config.hash)
    expect(recalled?.accounts[0]?.rules).toEqual(config.accounts[0]?.rules)
    expect(recalled?.credentials?.apiKey.reveal()).toBe('k3y')
    expect(readdirSync(data).toSorted()).toEqual(['config', 'last-good-config.json'])
  })

  test('is read by its owner alone', { skip: process.platform === 'win32' }, () => {
    rememberConfig(data, loaded())
    expect(statSync(path.join(data, 'last-good-config.json')).mode & 0o077).toBe(0)
  })

  test('is none where others could have written it', { skip: process.platform === 'win32' }, () => {
    rememberConfig(data, loaded())
    chmodSync(path.join(data, 'last-good-config.json'), 0o620)
    expect(recallConfig(data, REFUSED)).toBeNull()
  })

  test.each(['', '{', 'null', '{"hash":1,"stored":{}}', '{"hash":"x","stored":{}}'])(
    'is none in a file with %j',
    (text) => {
      writeFileSync(path.join(data, 'last-good-config.json'), text, { mode: 0o600 })
      expect(recallConfig(data, REFUSED)).toBeNull()
    },
  )

  test('is none in a new folder', () => {
    expect(recallConfig(data, REFUSED)).toBeNull()
  })
})
