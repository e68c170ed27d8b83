import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { writeConfig } from '../harness/config-folder.ts'
import { API_KEY, DaemonProcess, type Exit } from '../harness/daemon-process.ts'
import { trusted, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { TemporaryFolder } from '../harness/temporary-folder.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }

interface Refusal extends Exit {
  readonly stderr: string
}

/** Starts a daemon that is expected to refuse. */
async function refusalOf(stage: Stage, changes: Parameters<Stage['startDaemon']>[0] = {}): Promise<Refusal> {
  const daemon = stage.startDaemon(changes)
  const exit = await daemon.ended()
  return { ...exit, stderr: daemon.stderr }
}

describe.concurrent('a start that cannot be', () => {
  test('names an account twice, or a zone or a reset time that does not exist, is refused (C-10)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    stage.configure({ accounts: [{ id: FIRST_ACCOUNT }, { id: FIRST_ACCOUNT }] })
    expect(await refusalOf(stage)).toMatchObject({ code: 3, stderr: expect.stringContaining('the id of accounts[0]') })
    stage.configure({ timers: { daily_reset: { time: '24:01', timezone: 'America/Gotham' } } })
    const refusal = await refusalOf(stage)
    expect(refusal.code).toBe(3)
    for (const said of ['24:01', 'America/Gotham']) expect(refusal.stderr).toContain(said)
  })

  test('answers ten mistakes in one folder with ten diagnostics and code 3', async () => {
    using folder = new TemporaryFolder()
    const unused = 'http://127.0.0.1:1'
    writeConfig(
      folder.path,
      { rules: {}, accounts: [{ id: FIRST_ACCOUNT }] },
      { url: unused, userHub: unused, marketHub: unused },
    )
    const write = (name: string, text: string): void => writeFileSync(path.join(folder.path, name), text)
    write(
      'risk_config.yaml',
      `general:
  pnl_basis: nett
rules:
  max_contracts: { enabled: true, limt: 5 }
  max_contracts_per_instrument: { enabled: "yes", instrument_limits: { MNQ: 2 } }
  daily_realized_loss: { enabled: true, limit: 500 }
  trade_frequency_limit: { enabled: true, limits: { per_minute: 9, per_hour: 3, per_session: 50 } }
  no_stop_loss_grace: { enabled: true, grace_period_seconds: 0 }
  session_block_outside: { enabled: true }
`,
    )
    write(
      'timers_config.yaml',
      `daily_reset: { time: "25:00", timezone: Mars/Olympus }
session_hours: { start: "08:30", end: "08:30", timezone: America/Chicago, allowed_days: [mon] }
holidays: { enabled: false }
`,
    )
    write('api_config.yaml', 'api_url: http://gateway.example\n')
    await using daemon = new DaemonProcess({
      configDirectory: folder.path,
      dataDirectory: path.join(folder.path, 'data'),
    })
    const exit = await daemon.ended()

    expect(exit.code).toBe(3)
    for (const place of [
      'risk_config.yaml:2:',
      'risk_config.yaml:4:',
      'risk_config.yaml:5:',
      'risk_config.yaml:6:',
      'risk_config.yaml:7:',
      'risk_config.yaml:8:',
      'timers_config.yaml:1:',
      'timers_config.yaml:2:',
      'api_config.yaml:1:',
    ]) {
      expect(daemon.stderr).toContain(place)
    }
    for (const said of [
      'pnl_basis',
      'limit',
      'enabled',
      '-500',
      'per_hour',
      'grace_period_seconds',
      '25:00',
      'Mars/Olympus',
      'https',
    ])
      expect(daemon.stderr).toContain(said)
    expect(new Set(daemon.stderr.match(/\w+\.yaml:\d+:\d+/g) ?? []).size).toBeGreaterThanOrEqual(10)
  })

  test('ends with code 4 when the gateway refuses the key (A-01)', async ({ task }) => {
    await using stage = await Stage.set({ rules: RULES })
    const { code, stderr } = await refusalOf(stage, { environment: { PROJECTX_API_KEY: 'not-the-key' } })

    expect(code).toBe(4)
    expect(stderr).toContain('GATEWAY_AUTH_REJECTED')
    expect(stderr).not.toContain('not-the-key')
    const login = stage.gateway.requests.after(0).find(({ route }) => route === 'loginKey')
    measured(task, stage.gateway.clock.now() - (login?.at ?? Number.NaN))
  })

  test('is none while a lockout is stored and the gateway refuses the key: it goes on trying, and defends the lockout then (A-01)', async () => {
    await using opened = await Stage.open({ rules: { daily_realized_loss: { enabled: true, limit: -500 } } })
    const { stage, daemon } = opened
    const { gateway } = stage
    await stage.trader().loseOnEs(48)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    await daemon.stop()
    gateway.faults.rest('loginKey', { verb: 'code', code: 3 })
    await stage.trader().enters('MES', OrderSide.buy, 1)
    const successor = await stage.startDaemon().running()

    expect(successor.log.find((line) => line.event === 'auth-lost')?.level).toBe('fatal')
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.awaitVenue('flat', () => stage.trader().isFlat)
    expect(successor.log.find((line) => line.event === 'lockout-ended')).toBeUndefined()
    expect(successor.log.tail(1_000)).not.toContain(API_KEY)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('ends with code 3 when no key is set', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const { code, stderr } = await refusalOf(stage, { environment: { PROJECTX_API_KEY: '' } })

    expect(code).toBe(3)
    expect(stderr).toContain('PROJECTX_API_KEY')
  })

  test('ends with code 4 when nobody answers at the address', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const { addresses } = stage
    stage.configure({ api: { api_url: 'http://127.0.0.1:9', user_hub_url: addresses.userHub } })
    const { code, stderr } = await refusalOf(stage)

    expect(code).toBe(4)
    expect(stderr).toContain('GATEWAY_UNREACHABLE')
  })

  test('ends with code 4 when an account of the configuration is not there', async () => {
    await using stage = await Stage.set({ rules: RULES })
    stage.configure({ accounts: [{ id: 7_009_999 }] })
    const { code, stderr } = await refusalOf(stage)

    expect(code).toBe(4)
    expect(stderr).toContain('ACCOUNT_NOT_FOUND')
    expect(stderr).toContain('7009999')
  })

  test('ends with code 4 on an account that is not simulated, where nothing could be enforced (A-11)', async () => {
    await using stage = await Stage.set({ rules: RULES, simAccount: { simulated: false } })
    const { code, stderr } = await refusalOf(stage)

    expect(code).toBe(4)
    expect(stderr).toContain('ACCOUNT_NOT_ENFORCEABLE')
  })

  test('ends with code 5 when the data folder cannot be written', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const file = path.join(stage.configDirectory, 'not-a-folder')
    writeFileSync(file, '')
    const { code, stderr } = await refusalOf(stage, { dataDirectory: path.join(file, 'data') })

    expect(code).toBe(5)
    expect(stderr).toContain('ENVIRONMENT_UNSUITABLE')
  })

  test('ends with code 64 on an option that nobody knows', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const { code, stderr } = await refusalOf(stage, { commandLine: ['--conf', stage.configDirectory] })

    expect(code).toBe(64)
    expect(stderr).toContain('--conf')
  })

  test('says what it can do and ends with code 0 when asked for help', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const daemon = stage.startDaemon({ commandLine: ['--help'] })

    expect((await daemon.ended()).code).toBe(0)
    expect(daemon.stdout).toContain('--data')
  })

  test('ends with code 1 on a data folder that another daemon has, and names that one (P-13, D-12)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const { code, stderr } = await refusalOf(stage)

    expect(code).toBe(1)
    expect(stderr).toContain('STORE_LOCKED')
    expect(stderr).toContain(`process ${daemon.pid}`)
    // The first one is untouched and still protects.
    stage.trader().buy('MNQ', 7)
    await stage.awaitVenue('the first daemon reduces', () => stage.trader().position('MNQ') === 5)
  })

  test('ends with code 1 on an account that a daemon with another data folder enforces, and names that one (P-14)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const before = stage.gateway.requests.after(0).at(-1)?.sequence ?? 0
    const { code, stderr } = await refusalOf(stage, { dataDirectory: `${stage.dataDirectory}-of-another` })
    const ended = stage.gateway.clock.now()
    const login = stage.gateway.requests.after(before).find(({ route }) => route === 'loginKey')
    measured(task, ended - (login?.at ?? Number.NaN))

    expect(code).toBe(1)
    expect(stderr).toContain(`ACCOUNT_LEASED: account ${FIRST_ACCOUNT} of ${stage.gateway.url}`)
    expect(stderr).toContain(`process ${daemon.pid}, started 2026-11-18T`)
    expect(stderr).toContain(`data folder ${stage.dataDirectory}`)
    // The first one is untouched and still protects.
    stage.trader().buy('MNQ', 7)
    await stage.awaitVenue('the first daemon reduces', () => stage.trader().position('MNQ') === 5)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
    // What the kernel frees at a death is free for the other folder, too.
    await daemon.kill()
    const successor = await stage.startTrustedDaemon({ dataDirectory: `${stage.dataDirectory}-of-another` })
    expect((await successor.stop()).code).toBe(0)
  })

  test('takes a data folder over whose daemon was killed', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    await daemon.kill()
    const successor = await stage.startDaemon().running()
    await trusted(successor.log, stage.accountIds)

    expect((await successor.stop()).code).toBe(0)
  })

  test('reports an account of the login that nobody watches, and starts', async () => {
    await using stage = await Stage.set({ rules: RULES, accounts: 2 })
    stage.configure({ accounts: [{ id: FIRST_ACCOUNT }] })
    const daemon = await stage.startDaemon().running()

    expect(daemon.log.messages().join('\n')).toContain(`Nobody watches account ${FIRST_ACCOUNT + 1}`)
  })
})
