import { describe, expect, test } from 'vitest'
import type { LoadedConfig } from '../src/loaded-config.ts'
import { readStoredConfig } from '../src/stored-config.ts'
import { accepted, load, VALID, VARIABLES } from './config-fixture.ts'

const FILES = {
  'risk_config.yaml': `${VALID['risk_config.yaml']}general:
  stale_after_seconds: 20
  database: { path: other.db }
  audit: { anchor_file: anchors.jsonl }
  notifications:
    slack: { enabled: true, webhook_url: "\${SLACK_URL}" }
`,
  'accounts.yaml': `topstepx:
  username: \${MY_NAME}
  api_key: \${MY_KEY}
accounts:
  - id: 7001001
    name: PRAC-V2-1
    account_type: practice
    plan: { size: 50k }
    config_overrides: { rules: { max_contracts: { limit: 2 } } }
  - { id: Second, name: Second, account_type: combine, enabled: false }
`,
  'api_config.yaml': `environment: simulator
api_url: http://127.0.0.1:\${PORT}
user_hub_url: http://127.0.0.1:81/hubs/user
market_hub_url: http://127.0.0.1:81/hubs/market
rate_limit: { budget: 150 }
`,
}
const OWN = {
  ...VARIABLES,
  MY_NAME: 'trader',
  MY_KEY: 'k3y-of-mine',
  SLACK_URL: 'https://hooks.example/s3cret',
  PORT: '81',
}

/** What was accepted, after a way through JSON, with folder and variables of a start at which the files are refused. */
function readAgain(
  config: LoadedConfig,
  variables: Readonly<Record<string, string>>,
  accounts: string | null = null,
): ReturnType<typeof readStoredConfig> {
  const refused = load({ 'risk_config.yaml': 'rules: [', 'accounts.yaml': accounts }, { variables })
  if (refused.ok) throw new Error('was accepted')
  return readStoredConfig(JSON.parse(JSON.stringify(config.stored)), config.hash, refused)
}

describe('a configuration that was stored', () => {
  test('means the same when it is read again (C-01)', () => {
    const config = accepted(FILES, { variables: OWN })
    const again = readAgain(config, OWN)
    const { notifications } = accepted({}).general
    const { api, timers, reset, weeklyReset, holidays, hash, ruleCount, stored } = config
    expect(again).toMatchObject({ ok: true, api, timers, reset, weeklyReset, holidays, hash, ruleCount, stored })
    expect(again?.general).toEqual(config.general)
    const accounts = config.accounts.map((account) => ({
      ...account,
      description: null,
      plan: null,
      general: {
        ...account.general,
        database: again?.accounts[0]?.general.database,
        audit: { anchorFile: null, anchorUrl: null, anchorBearerFrom: null },
        notifications,
      },
    }))
    expect(again?.accounts).toEqual(accounts)
    expect(again?.accounts[0]?.rules.max_contracts?.limit).toBe(2)
  })

  test('has no secret in it, and takes the key from the variable of today (S-16)', () => {
    const config = accepted(FILES, { variables: OWN })
    const text = JSON.stringify(config.stored)
    expect(text).not.toMatch(/k3y|s3cret|trader/)
    const again = readAgain(config, { ...OWN, MY_KEY: 'k3y-renewed' })
    expect(again?.credentials).toMatchObject({ userName: 'trader' })
    expect(again?.credentials?.apiKey.reveal()).toBe('k3y-renewed')
  })

  test('calls people by the channels whose variables are still there, and keeps no address of theirs (C-01, S-16)', () => {
    const config = accepted(
      {
        ...FILES,
        'risk_config.yaml': `${FILES['risk_config.yaml']}    discord: { enabled: true, webhook_url: "\${DISCORD_URL}" }
`,
      },
      { variables: { ...OWN, DISCORD_URL: 'https://discord.example/t0ken' } },
    )
    expect(JSON.stringify(config.stored)).not.toMatch(/s3cret|t0ken/)
    const channels = readAgain(config, OWN)?.general.notifications.channels
    expect([channels?.slack?.webhookUrl.reveal(), channels?.discord]).toEqual([OWN.SLACK_URL, null])
    expect(readAgain(config, { ...OWN, SLACK_URL: '' })?.general.notifications.channels.slack).toBeNull()
  })

  test('takes the credentials of an accounts.yaml that can be read', () => {
    const config = accepted(FILES, { variables: OWN })
    const again = readAgain(config, { ...OWN, ...VARIABLES }, VALID['accounts.yaml'])
    expect(again?.credentials?.apiKey.reveal()).toBe(VARIABLES['PROJECTX_API_KEY'])
  })

  test('says when nobody knows the credentials', () => {
    expect(readAgain(accepted(FILES, { variables: OWN }), VARIABLES)?.credentials).toBeNull()
  })

  test('that this version does not accept is nothing', () => {
    const { stored, hash } = accepted({})
    const refused = { credentials: null, variable: () => null }
    for (const broken of [
      null,
      {},
      { ...stored, api: { api_url: 'http://gateway.example' } },
      { ...stored, general: { pnl_basis: 'nett' } },
      {
        ...stored,
        accounts: stored.accounts.map((one) => ({
          ...one,
          source: { ...one.source, risk: { rules: { max_contracts: {} } } },
        })),
      },
    ])
      expect(readStoredConfig(broken, hash, refused)).toBeNull()
    expect(readStoredConfig(stored, hash, refused)).not.toBeNull()
  })
})
