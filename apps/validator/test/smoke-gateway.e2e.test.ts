import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { EmbeddedGateway } from '@rm/runtime-pack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PROGRAMS, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { removeLeftLeases } from '@rm/state'
import { Venue } from '../src/rehearsal/venue.ts'
import type { RunContext } from '../src/run-check.ts'
import { runValidation } from '../src/run-validation.ts'
import { gatewayAccountsCheck } from '../src/validators/smoke/gateway-accounts-check.ts'
import { gatewayReachedCheck } from '../src/validators/smoke/gateway-reached-check.ts'
import { practiceStartCheck } from '../src/validators/smoke/practice-start-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

const FIRST_ACCOUNT = 7_001_001

let folder = ''
let gateway: EmbeddedGateway
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rm-gateway-'))
  gateway = await EmbeddedGateway.start({ entry: PROGRAMS.gatewaySim, scenario: 'practice-day', seed: 1 })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  removeLeftLeases(gateway.url, [FIRST_ACCOUNT])
  rmSync(folder, { recursive: true })
})

/** A copy of the practice day's configuration, with changes by file. */
function configWith(name: string, changes: Readonly<Record<string, (text: string) => string>>): string {
  const configDirectory = path.join(folder, name)
  cpSync(SIMULATOR_CONFIG, configDirectory, { recursive: true })
  for (const [file, change] of Object.entries(changes)) {
    const target = path.join(configDirectory, file)
    writeFileSync(target, change(readFileSync(target, 'utf8')))
  }
  return configDirectory
}

interface Targeted {
  readonly configDirectory?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly mayTradeOnPractice?: true
}

/** A run whose configured gateway is the one of this test. */
function targeted({ configDirectory = SIMULATOR_CONFIG, environment = {}, mayTradeOnPractice }: Targeted): RunContext {
  const context = runContext({
    configDirectory,
    environment: { ...process.env, ...gateway.environment, ...environment },
  })
  return { ...context, target: { kind: 'gateway', mayTradeOnPractice: mayTradeOnPractice === true } }
}

test('a gateway that is as it should be is read, and nothing is sent', async () => {
  const reached = await askCheck(gatewayReachedCheck, targeted({}), folder)
  expect([reached.verdict, reached.evidence]).toEqual([
    'passed',
    expect.stringMatching(/^3 of 3 addresses answered, by no encryption; the clocks are -?[\d.]+ ms apart\.$/),
  ])
  const accounts = await askCheck(gatewayAccountsCheck, targeted({}), folder)
  expect([accounts.verdict, accounts.evidence]).toEqual([
    'passed',
    expect.stringMatching(/^Logged in; 7 accounts and \d+ contracts are listed; 7 accounts are configured\.$/),
  ])
  const sent = (await new Venue(gateway.controlUrl).requests()).map(({ route }) => route)
  const probed = ['ping', '/hubs/user', '/hubs/market']
  expect(new Set(sent)).toEqual(new Set([...probed, 'loginKey', 'searchAccounts', 'availableContracts']))
})

test('the simulator as the target is not asked', async () => {
  for (const check of [gatewayReachedCheck, gatewayAccountsCheck, practiceStartCheck])
    expect((await askCheck(check, runContext(), folder)).verdict).toBe('not applicable')
})

test('the daemon is started on practice accounts when that is wanted, and otherwise not', async () => {
  expect((await askCheck(practiceStartCheck, targeted({}), folder)).verdict).toBe('not applicable')
  const started = await askCheck(practiceStartCheck, targeted({ mayTradeOnPractice: true }), folder)
  expect([started.verdict, started.measures.length]).toEqual(['passed', 1])
})

describe('planted: the configured gateway', () => {
  test('that refuses the login', async () => {
    const result = await askCheck(gatewayAccountsCheck, targeted({ environment: { PROJECTX_API_KEY: 'old' } }), folder)
    expect(result.findings).toEqual([
      {
        severity: 'error',
        place: 'gateway-accounts',
        what: expect.stringContaining('the gateway refused the login'),
        remedy: expect.stringContaining('renew the key on the ProjectX dashboard'),
        failure: 'gateway',
      },
    ])
  })

  test('that does not know an account, and bars another', async () => {
    const configDirectory = configWith('unknown-account', {
      'accounts.yaml': (text) => text.replace('id: 7001002', 'id: 7009999'),
    })
    const venue = new Venue(gateway.controlUrl)
    await venue.setCanTrade(FIRST_ACCOUNT, false)
    const result = await askCheck(gatewayAccountsCheck, targeted({ configDirectory }), folder)
    await venue.setCanTrade(FIRST_ACCOUNT, true)
    expect(errorsOf(result)).toEqual([
      'accounts.yaml: PRAC-V2-100200-7001001: the firm does not let it trade',
      expect.stringMatching(
        /^accounts.yaml: PRAC-V2-100200-7001002: 7009999 matches 0 accounts of the login, which has /,
      ),
    ])
    expect(result.findings[1]?.remedy).toBe('Correct accounts[].id in accounts.yaml.')
  })

  test('that lists no product which the rules name', async () => {
    const configDirectory = configWith('unknown-product', {
      'risk_config.yaml': (text) => text.replace('MCL: 2', 'MCLX: 2'),
    })
    const { verdict, findings } = await askCheck(gatewayAccountsCheck, targeted({ configDirectory }), folder)
    expect([verdict, findings[0]?.what]).toEqual([
      'warned',
      'the gateway lists no MCLX: what the settings say of them holds for nothing',
    ])
  })

  test('that has another time than this machine', async () => {
    const configDirectory = configWith('other-clock', {
      'api_config.yaml': (text) => text.replace('environment: simulator', 'environment: production'),
    })
    const result = await askCheck(gatewayReachedCheck, targeted({ configDirectory }), folder)
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(/^clock of this machine: -?\d[\d.]* ms from the gateway's, and 3000 ms are allowed/),
    ])
    expect(result.findings[0]).toMatchObject({ failure: 'environment', remedy: expect.stringContaining('chrony') })
  })

  test('whose certificate has expired', async () => {
    const answer = await fetch(`${gateway.controlUrl}/sim/tls`, {
      method: 'POST',
      body: JSON.stringify({ certificate: 'expired' }),
    })
    const { url, authority } = z.object({ url: z.string(), authority: z.string() }).parse(await answer.json())
    const caFile = path.join(folder, 'authority.pem')
    writeFileSync(caFile, authority)
    const configDirectory = configWith('expired', {
      'api_config.yaml': (text) => `${text}\ntls: { ca_file: ${caFile} }\n`,
    })
    const environment = { SIM_API_URL: url }
    const result = await askCheck(gatewayReachedCheck, targeted({ configDirectory, environment }), folder)
    expect(errorsOf(result)).toEqual([`${url}/api/Status/ping: no answer: certificate has expired`])
  })

  test('that is not there: the run ends with the exit code of the gateway', async () => {
    const nowhere = 'http://127.0.0.1:9'
    const environment = {
      SIM_API_URL: nowhere,
      SIM_USER_HUB_URL: `${nowhere}/hubs/user`,
      SIM_MARKET_HUB_URL: `${nowhere}/hubs/market`,
    }
    const { exitCode, verdict, validators } = await runValidation({
      shared: { ...targeted({ environment }), mode: 'quick' },
      only: ['smoke'],
      folder: path.join(folder, 'run'),
      interrupted: new AbortController().signal,
      onProgress: () => {},
    })
    expect([exitCode, verdict]).toEqual([4, 'failed'])
    const failed = validators[0]?.checks.filter((check) => check.verdict === 'failed').map(({ id }) => id)
    expect(failed).toEqual(['gateway-reached', 'gateway-accounts'])
  })

  test('with an account that is none for practice: the daemon is not started there', async () => {
    const configDirectory = configWith('combine', {
      'accounts.yaml': (text) => text.replace('account_type: practice', 'account_type: combine'),
    })
    const context = targeted({ configDirectory, mayTradeOnPractice: true })
    const result = await askCheck(practiceStartCheck, context, folder)
    expect(errorsOf(result)).toEqual([
      'accounts.yaml: PRAC-V2-100200-7001001: configured as combine, and the gateway knows PRAC-V2-100200-7001001: no practice account for certain',
    ])
    expect(result.evidence).toBe('The daemon was not started.')
  })
})
