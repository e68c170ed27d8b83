import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  allSettings,
  CredentialSources,
  type Diagnostic,
  type LoadedConfig,
  loadConfig,
  type Setting,
} from '@rm/config'
import { AccountId, instantOf, TradingCalendar } from '@rm/domain'
import { anAccount, contracts } from '@rm/domain/testing'
import { EVALUATION_ORDER } from '@rm/rules'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initializeRules, open } from '../src/boot.ts'
import { startControl } from '../src/control/start-control.ts'
import { StreamWatch } from '../src/control/stream-watch.ts'
import { monotonicMs } from '../src/system-clock.ts'
import { matchAccounts } from '../src/monitored-accounts.ts'
import { namesInstruments, refusalOfInstruments } from '../src/named-products.ts'
import { openLines } from '../src/open-lines.ts'
import { SlowWork } from '../src/slow-work.ts'
import { differences, ownFiles, propertiesTaken, watched } from './setting-reads.ts'

/*
 * No setting is only parsed and documented (issue 3, "must show" 2). Every key of every schema is changed, and what changes with it in the
 * loaded configuration has to be taken by the daemon, as it builds itself; a key of a rule has to be taken by the code of that rule.
 */

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const NOW = instantOf('2026-11-25T16:00:00Z')
const VARIABLES = {
  AUDIT_ANCHOR_BEARER: 'of-the-test',
  PROJECTX_USERNAME: 'trader',
  PROJECTX_API_KEY: 'key',
  OTHER_USERNAME: 'other',
  OTHER_API_KEY: 'other-key',
  DISCORD: 'https://discord.example/1',
  TELEGRAM: '5:token',
  SLACK: 'https://slack.example/1',
  WEBHOOK: 'https://webhook.example/1',
  BEARER: 'Bearer 1',
  PASSWORD: 'password',
  ALERTMANAGER: 'https://alertmanager.example',
  HEARTBEAT: 'https://heartbeat.example/1',
  OTHER_URL: 'https://a-longer-name-of-a-host.example/2',
  OTHER_SECRET: 'a-longer-secret-than-the-first',
}

type Tree = { readonly [key: string]: unknown }

const PUBLIC_KEY = 'MCowBQYDK2VwAyEA1tQ0mC5m0xW9gT5yq7n8mJ2bHc0rVq3l1dXk4y6Zs8E='

/** A folder in which every section is in force. JSON is YAML. */
const FOLDER: Readonly<Record<string, Tree>> = {
  'risk_config.yaml': {
    profile: 'shared',
    general: {
      instruments: ['ES'],
      logging: { console: false },
      certificate: { required: true, public_key: PUBLIC_KEY },
      notifications: {
        discord: { enabled: true, webhook_url: '${DISCORD}' },
        telegram: { enabled: true, bot_token: '${TELEGRAM}', chat_id: '-5' },
        slack: { enabled: true, webhook_url: '${SLACK}' },
        webhook: { enabled: true, url: '${WEBHOOK}', authorization: '${BEARER}' },
        email: {
          enabled: true,
          host: '127.0.0.1',
          username: 'risk',
          password: '${PASSWORD}',
          from: 'daemon@example.org',
          to: ['trader@example.org'],
        },
        alertmanager: { enabled: true, url: '${ALERTMANAGER}', authorization: '${BEARER}' },
      },
      heartbeat: { url: '${HEARTBEAT}' },
    },
    rules: {
      daily_realized_loss: { limit: -500 },
      max_contracts: { limit: 5 },
      max_contracts_per_instrument: { instrument_limits: { MNQ: 2 } },
      trade_frequency_limit: { enabled: true },
      session_block_outside: { per_instrument_sessions: { CL: { end: '13:30' } } },
    },
  },
  'timers_config.yaml': {
    daily_reset: { timezone: 'America/Chicago' },
    session_hours: { start: '08:30', end: '15:00' },
    holidays: {
      dates: { 2026: ['2026-12-25'] },
      early_close: [{ date: '2026-11-27', close_time: '12:15', timezone: 'America/Chicago', products: ['ES'] }],
    },
  },
  'accounts.yaml': {
    topstepx: { username: '${PROJECTX_USERNAME}', api_key: '${PROJECTX_API_KEY}' },
    accounts: [
      {
        id: 7_001_001,
        name: 'One',
        account_type: 'practice',
        plan: { size: '50k', stage: 'practice', starting_balance: 50_000 },
      },
      {
        id: 7_001_002,
        name: 'Two',
        account_type: 'practice',
        config_overrides: { rules: { max_contracts: { limit: 4 } } },
      },
    ],
  },
  'api_config.yaml': {
    environment: 'simulator',
    api_url: 'http://127.0.0.1:9',
    user_hub_url: 'http://127.0.0.1:9/hubs/user',
    market_hub_url: 'http://127.0.0.1:9/hubs/market',
  },
  'profiles/shared.yaml': { rules: {} },
  'profiles/other.yaml': { rules: { no_stop_loss_grace: { enabled: true } } },
  'other.yaml': { rules: { max_contracts: { limit: 3 } } },
}

/** Values of keys whose schema does not name a second one that fits {@link FOLDER}. */
const OTHER_VALUES: Readonly<Record<string, unknown>> = {
  profile: 'other',
  'general.logging.console': true,
  'general.certificate.public_key': PUBLIC_KEY.replace('A1t', 'B1t'),
  'general.certificate.required': false,
  ...Object.fromEntries(
    ['discord', 'telegram', 'slack', 'webhook', 'email', 'alertmanager'].map((name) => [
      `general.notifications.${name}.enabled`,
      false,
    ]),
  ),
  'general.notifications.discord.webhook_url': '${OTHER_URL}',
  'general.notifications.telegram.bot_token': '${OTHER_SECRET}',
  'general.notifications.slack.webhook_url': '${OTHER_URL}',
  'general.notifications.webhook.url': '${OTHER_URL}',
  'general.notifications.webhook.authorization': '${OTHER_SECRET}',
  'general.notifications.email.host': 'localhost',
  'general.notifications.email.password': '${OTHER_SECRET}',
  'general.notifications.alertmanager.url': '${OTHER_URL}',
  'general.notifications.alertmanager.authorization': '${OTHER_SECRET}',
  'general.heartbeat.url': '${OTHER_URL}',
  'session_hours.start': '09:00',
  'session_hours.end': '14:00',
  'session_hours.allowed_days': ['mon'],
  'holidays.early_close[].date': '2026-11-30',
  'holidays.dates': { 2026: ['2026-12-24'] },
  'topstepx.username': '${OTHER_USERNAME}',
  'topstepx.api_key': '${OTHER_API_KEY}',
  'accounts[].id': 7_001_003,
  'accounts[].plan.size': '100k',
  'accounts[].profile': 'other',
  'accounts[].risk_config_file': 'other.yaml',
  'accounts[].config_overrides': { rules: { max_contracts: { limit: 1 } } },
  environment: 'production',
  'rate_limit.budget': 150,
  api_url: 'http://127.0.0.1:10',
  user_hub_url: 'http://127.0.0.1:10/hubs/user',
  market_hub_url: 'http://127.0.0.1:10/hubs/market',
}

/** What has to stand beside a key for it to matter. */
const BESIDE: Readonly<Record<string, Tree>> = {
  'session_hours.all_day': { session_hours: {} },
  'session_hours.pre_market.enabled': { session_hours: { pre_market: { start: '07:00' } } },
  'session_hours.pre_market.start': { session_hours: { pre_market: { enabled: true, start: '07:00' } } },
  'session_hours.after_hours.enabled': { session_hours: { after_hours: { end: '15:30' } } },
  'session_hours.after_hours.end': { session_hours: { after_hours: { enabled: true, end: '15:30' } } },
}

/** Keys whose whole effect is that the loader refuses or accepts something else because of them. */
const JUDGED_BY_LOADER: Readonly<
  Record<string, { readonly files: Readonly<Record<string, Tree>>; readonly value: unknown }>
> = {
  'daily_reset.enabled': { files: FOLDER, value: false },
  'general.allow_unprotected': {
    files: {
      ...FOLDER,
      'risk_config.yaml': { rules: { no_stop_loss_grace: { enabled: true } } },
      'accounts.yaml': { ...FOLDER['accounts.yaml'], accounts: [{ id: 1, name: 'One', account_type: 'practice' }] },
    },
    value: true,
  },
  'holidays.enabled': { files: FOLDER, value: false },
  // A pattern that blocks everything is refused unless it is meant.
  'rules.symbol_blocks.allow_block_all': {
    files: {
      ...FOLDER,
      'risk_config.yaml': {
        rules: { max_contracts: { limit: 5 }, symbol_blocks: { enabled: true, blocked_symbols: ['*'] } },
      },
    },
    value: true,
  },
  // A name of the account that carries another programme is a warning.
  'accounts[].account_type': {
    files: {
      ...FOLDER,
      'accounts.yaml': {
        ...FOLDER['accounts.yaml'],
        accounts: [{ id: 'PRAC-1', name: 'One', account_type: 'practice' }],
      },
    },
    value: 'combine',
  },
  // 2 500 a day are beyond the 50k plan and within the 150k plan.
  'accounts[].plan.size': {
    files: { ...FOLDER, 'risk_config.yaml': { rules: { daily_realized_loss: { limit: -2500 } } } },
    value: '150k',
  },
  // An account is in one programme.
  'accounts[].plan.stage': { files: FOLDER, value: 'combine' },
  // 50k are what its plan begins with.
  'accounts[].plan.starting_balance': { files: FOLDER, value: 49_000 },
}

/** Remarks that are for whoever reads the file. */
const REMARKS: ReadonlySet<string> = new Set(['accounts[].description'])

let folder = ''
const reads = new Set<string>()
const base = loadFolder(FOLDER)

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rm-reads-'))
  if (!('ok' in base) || !base.ok) throw new Error(JSON.stringify(base.diagnostics))
  await buildDaemon(watched(base, reads), folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The daemon up to the point where it would wait for events, with all that it is told by the configuration. */
async function buildDaemon(config: LoadedConfig, dataDirectory: string): Promise<void> {
  const lines = await openLines(config, dataDirectory)
  const slowWork = new SlowWork(lines, config.general.logging.slowMs, monotonicMs)
  const calendar = new TradingCalendar(config.reset, config.holidays)
  const options = { configDirectory: 'config', dataDirectory, passphraseFile: null, mode: 'normal' } as const
  const credentials = new CredentialSources({
    directory: 'config',
    environment: {},
    passphraseFile: null,
    terminal: null,
  })
  const configured = { options, config, lines, slowWork, credentials, refused: null, fingerprint: '' }
  const opened = await open(configured)
  const accounts = [7_001_001, 7_001_002].map((id) => anAccount({ id: AccountId.parse(id), name: String(id) }))
  const { monitored } = matchAccounts(config.accounts, accounts)
  const named = monitored.map((one) => one.configured)
  if (namesInstruments(named)) expect(refusalOfInstruments(named, [contracts.ES])).toBeNull()
  const ready = initializeRules({ ...opened, leases: null, monitored, released: [], contracts: [] })
  const control = await startControl(ready, new StreamWatch(monotonicMs), () => {})
  await control.close()
  ready.gateway.connect([], () => {})
  await ready.gateway.contracts().catch(() => null) // nobody listens there: the settings of the request path are taken
  await ready.week.look(monitored.map(({ account }) => account.id))
  // As RULE-009 does at every edge of its session.
  if (config.timers.sessionHours !== null) calendar.session(config.timers.sessionHours, 'ES').nextStart(NOW)
  ready.heartbeat.start()
  ready.heartbeat.stop()
  await ready.alerts.stop()
  await ready.gateway.stop()
  ready.lines.flush()
  ready.store.close()
}

function loadFolder(files: Readonly<Record<string, unknown>>): ReturnType<typeof loadConfig> {
  const directory = mkdtempSync(path.join(tmpdir(), 'rm-reads-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
      writeFileSync(path.join(directory, name), JSON.stringify(content), { mode: 0o600 })
    }
    return loadConfig({ directory, environment: VARIABLES, today: Temporal.PlainDate.from('2026-11-18') })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const FILE_NAMES = {
  risk: 'risk_config.yaml',
  timers: 'timers_config.yaml',
  accounts: 'accounts.yaml',
  api: 'api_config.yaml',
  validation: 'validation_criteria.yaml',
}

/** The folder with one key changed. */
function withKey(
  files: Readonly<Record<string, Tree>>,
  { file, path: key }: Setting,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const name = FILE_NAMES[file]
  const beside = BESIDE[key]
  const tree = beside === undefined ? files[name] : { ...files[name], ...beside }
  return { ...files, [name]: changed(tree ?? {}, key.split(/\.|(?=\[\])/), value) }
}

function changed(tree: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (key === '[]') {
    const list: readonly unknown[] = Array.isArray(tree) ? tree : []
    return list.map((item, index) => (index === 0 ? changed(item, rest, value) : item))
  }
  const map = new Map<string, unknown>(typeof tree === 'object' && tree !== null ? Object.entries(tree) : [])
  return Object.fromEntries(map.set(key, changed(map.get(key), rest, value)))
}

/** Parts of the loaded configuration that follow a key, over every value that we know for it and that is accepted. */
function followersOf(setting: Setting): readonly string[] {
  const own = OTHER_VALUES[setting.path]
  const before =
    BESIDE[setting.path] === undefined
      ? base
      : loadFolder({
          ...FOLDER,
          [FILE_NAMES[setting.file]]: { ...FOLDER[FILE_NAMES[setting.file]], ...BESIDE[setting.path] },
        })
  const followers = (own === undefined ? setting.examples : [own]).flatMap((value) => {
    const loaded = loadFolder(withKey(FOLDER, setting, value))
    return loaded.ok && before.ok ? differences(partsOf(before), partsOf(loaded)) : []
  })
  return [...new Set(followers)]
}

/** What is a function of the settings and not of how they are written. */
function partsOf({ api, accounts, timers, reset, weeklyReset, holidays, general, credentials }: LoadedConfig): object {
  const revealed = { userName: credentials.userName, apiKey: credentials.apiKey.reveal() }
  // The source is the settings once more, as they were written.
  const parts = accounts.map((account) => ({ ...account, source: null }))
  return { api, accounts: parts, timers, reset, weeklyReset, holidays, general, credentials: revealed }
}

const RULE_SOURCES = globSync('packages/rules/src/*.ts', { cwd: REPOSITORY }).map((name) =>
  readFileSync(`${REPOSITORY}/${name}`, 'utf8'),
)
const TAKEN_BY_RULES = new Set(RULE_SOURCES.flatMap((source) => [...propertiesTaken(source)]))

/** Whether anybody takes a part of the loaded configuration. Rules are looked at one by one below. */
function isTaken(part: string): boolean {
  if (part.startsWith('accounts[].rules')) return true
  // Lengths of lockouts are taken when a rule is broken: by their name in the code of the rules.
  const [, term] =
    /^timers\.(?:\w+\.)*?(dailyRealizedLoss|dailyRealizedProfit|cooldownAfterLoss|per\w+)(\.|$)/.exec(part) ?? []
  return term === undefined ? reads.has(part) : TAKEN_BY_RULES.has(term)
}

/** Those of the validator are read by the validator (apps/validator/test). */
const settings = allSettings().filter(
  ({ file, path: key }) => file !== 'validation' && !key.startsWith('monitored_account.'),
)
/** One value is all that they can have, so there is nothing to obey. */
const isFixed = ({ kind }: Setting): boolean => /^`[^`]+`$/.test(kind)

describe('every setting is read', () => {
  test.each(
    settings
      .filter((one) => !one.path.startsWith('rules.') && !isFixed(one))
      .map((setting) => [setting.path, setting] as const),
  )('%s', (key, setting) => {
    if (JUDGED_BY_LOADER[key] !== undefined) {
      expectOtherVerdict(setting, JUDGED_BY_LOADER[key])
      return
    }
    if (REMARKS.has(key)) return
    const followers = followersOf(setting)
    expect(followers).not.toEqual([])
    const isRead = followers.some(isTaken)
    expect([key, isRead ? 'is read' : 'is read by nobody']).toEqual([key, 'is read'])
  })
})

function expectOtherVerdict(setting: Setting, { files, value }: NonNullable<(typeof JUDGED_BY_LOADER)[string]>): void {
  const [before, after] = [files, withKey(files, setting, value)].map((one) => verdictOf(one))
  expect(after).not.toEqual(before)
}

/** What the loader says: every diagnostic but those that every folder has. */
function verdictOf(files: Readonly<Record<string, unknown>>): readonly string[] {
  const loaded = loadFolder(files)
  const found: readonly Diagnostic[] = loaded.ok
    ? [...loaded.warnings, ...loaded.notices, ...loaded.lint]
    : loaded.diagnostics
  return found.map(({ severity, keyPath, expected }) => `${severity} ${keyPath} ${expected}`)
}

/** Keys that every rule has, with who takes them. */
const COMMON: Readonly<Record<string, readonly string[]>> = {
  enabled: ['packages/config/src/risk-settings.ts'],
  mode: ['packages/engine/src/judge.ts', 'packages/rules/src/evaluate.ts'],
  warn_at: ['packages/engine/src/judge.ts', 'packages/rules/src/evaluate.ts'],
}

describe.each(EVALUATION_ORDER.map((id) => [id] as const))('the code of %s', (id) => {
  const taken = takenIn(ownFiles(`${REPOSITORY}/packages/rules/src/${id.replaceAll('_', '-')}.ts`))
  const own = settings.filter((one) => one.path.startsWith(`rules.${id}.`))

  test.each(own.map((setting) => [setting.path, setting] as const))('reads %s', (key, setting) => {
    if (JUDGED_BY_LOADER[key] !== undefined) {
      expectOtherVerdict(setting, JUDGED_BY_LOADER[key])
      return
    }
    const names = key
      .slice(`rules.${id}.`.length)
      .split(/\[\]\.?|\./)
      .filter((name) => name !== 'NAME' && name !== '')
    const common = names.length === 1 ? COMMON[names[0] ?? ''] : undefined
    const where = common === undefined ? taken : takenIn(common.map((file) => `${REPOSITORY}/${file}`))
    const isRead = names.every((name) => where.has(name))
    expect([key, isRead ? 'is read' : 'is read by nobody']).toEqual([key, 'is read'])
  })
})

function takenIn(files: readonly string[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => [...propertiesTaken(readFileSync(file, 'utf8'))]))
}

describe('a setting that nobody reads is found', () => {
  test.each([
    ['const Settings = z.strictObject({ limit: z.int().describe("limit") })', false],
    ['const Settings = z.strictObject({ limit: z.int() }).superRefine((settings) => settings.limit > 0)', false],
    ['const S = z.object({}).superRefine(check)\nfunction check(settings) { return settings.limit }', false],
    ['settings.limit = 5', false],
    ['const copy = { limit: 5 }', false],
    ['if (held > settings.limit) breach()', true],
    ['const { limit } = settings', true],
    ['const { limit: most } = settings', true],
    ['settings["limit"]', true],
    ['for (const key of ["limit"] as const) sum += settings[key]', true],
  ])('in the code of a rule: %s', (source, isRead) => expect(propertiesTaken(source).has('limit')).toBe(isRead))

  test('in the daemon', () => {
    const taken = new Set<string>()
    const config = watched({ general: { a: 1, b: 2 }, accounts: [{ c: 3, d: [4] }], reset: { e: 5 } }, taken)
    const { general } = config
    const [account] = config.accounts
    expect([general.a, account?.d.length, { ...config.reset }]).toEqual([1, 1, { e: 5 }])
    expect([...taken].toSorted()).toEqual([
      'accounts',
      'accounts[]',
      'accounts[].d',
      'general',
      'general.a',
      'reset',
      'reset.e',
    ])
    expect(differences({ a: [{ b: 1 }], c: [1] }, { a: [{ b: 2 }], c: [1, 2] })).toEqual(['a[].b', 'c'])
  })
})
