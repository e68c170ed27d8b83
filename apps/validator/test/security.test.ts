import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, SIMULATOR_CONFIG } from '../src/program-files.ts'
import type { CheckResult } from '../src/report/validation-report.ts'
import type { Check } from '../src/validator.ts'
import { advisoryHits, AdvisoryList } from '../src/validators/security/advisories.ts'
import { BILL_FILE, billFindings, billOfMaterialsCheck } from '../src/validators/security/bill-of-materials-check.ts'
import { dependencyAuditCheck } from '../src/validators/security/dependency-audit-check.ts'
import { encryptedWaysCheck } from '../src/validators/security/encrypted-ways-check.ts'
import { dataRights } from '../src/validators/security/file-rights.ts'
import { fileRightsCheck } from '../src/validators/security/file-rights-check.ts'
import { bitsPerCharacter, findSecrets } from '../src/validators/security/found-secrets.ts'
import { LOCKFILE, type LockedPackage, readLockedPackages } from '../src/validators/security/locked-packages.ts'
import { readAudit } from '../src/validators/security/registry-audit.ts'
import { secretsCheck } from '../src/validators/security/secrets-check.ts'
import { changedConfig } from './changed-config.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-security-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const LOGIN = { PROJECTX_USERNAME: 'practice', PROJECTX_API_KEY: 'practice-key' }
/** Put together here, so that no text of the repository has its shape. */
const PLANTED = ['q7Zr2LkX9vT0', 'bN4mWc8sYd1F', 'hJ6gQp3eUa5I='].join('')

/** A copy of the practice day that nothing was planted in, and whatever is planted then. */
function plantedConfig(name: string): string {
  return changedConfig(SIMULATOR_CONFIG, path.join(folder, name), [])
}

function ask(check: Check, subject: Parameters<typeof runContext>[0] = {}, mode: 'quick' | 'thorough' = 'quick') {
  return askCheck(check, { ...runContext({ environment: LOGIN, ...subject }), mode }, folder)
}

/** A repository of its own with the lockfile of this one, changed. */
function plantedLockfile(name: string, change: (text: string) => string): string {
  const repository = path.join(folder, name)
  mkdirSync(repository)
  writeFileSync(path.join(repository, LOCKFILE), change(readFileSync(path.join(ROOT, LOCKFILE), 'utf8')))
  copyFileSync(path.join(ROOT, 'package.json'), path.join(repository, 'package.json'))
  return repository
}

function placesOf({ findings }: CheckResult): readonly string[] {
  return findings.filter(({ severity }) => severity === 'error').map(({ place }) => path.relative(folder, place))
}

describe('what is shipped', () => {
  test('holds no secret', async () => {
    const result = await ask(secretsCheck)
    expect([result.verdict, result.findings]).toEqual(['passed', []])
    expect(result.evidence).toMatch(/^\d{4} files were read/)
  })

  test('can be changed by its owner alone, and calls no other machine on the practice day', async () => {
    const configDirectory = plantedConfig('sound')
    expect(errorsOf(await ask(fileRightsCheck, { configDirectory }))).toEqual([])
    expect(errorsOf(await ask(encryptedWaysCheck, { configDirectory }))).toEqual([])
  })

  test('has digests of all libraries, none of them too old', async () => {
    const { verdict, evidence, measures } = await ask(dependencyAuditCheck)
    expect([verdict, measures.map(({ name }) => name)]).toEqual(['passed', ['age of the lockfile']])
    expect(evidence).toContain('quick runs use no network')
  })

  test('has a bill of materials that CycloneDX accepts and that is written beside the report', async () => {
    const reportDirectory = path.join(folder, 'report')
    const result = await askCheck(billOfMaterialsCheck, { ...runContext(), reportDirectory }, folder)
    expect(errorsOf(result)).toEqual([])
    const bill: unknown = JSON.parse(readFileSync(path.join(reportDirectory, BILL_FILE), 'utf8'))
    const zod = expect.objectContaining({
      name: 'zod',
      scope: 'required',
      'bom-ref': expect.stringMatching(/^pkg:npm\/zod@/),
    })
    const vitest = expect.objectContaining({ name: 'vitest', scope: 'excluded' })
    expect(bill).toMatchObject({ specVersion: '1.6', components: expect.arrayContaining([zod, vitest]) })
  })
})

test('randomness is told in bits of a character', () => {
  expect([bitsPerCharacter('aaaa'), bitsPerCharacter('abab'), bitsPerCharacter('abcd')]).toEqual([0, 1, 2])
})

test('names and examples are no secrets', async () => {
  const text =
    'api_key: ${PROJECTX_API_KEY}\nconst token = credentials.apiKey.reveal()\ntoken: your-api-key-goes-here-please\n'
  expect(await findSecrets('example.yaml', text)).toEqual([])
})

describe('planted: a secret, or a file that others can open', () => {
  test('a key in a file of the configuration', async () => {
    const configDirectory = plantedConfig('key')
    writeFileSync(path.join(configDirectory, 'notes.yaml'), `# of the new account\naccount: 1\napi_key: ${PLANTED}\n`)
    const result = await ask(secretsCheck, { configDirectory })
    expect(placesOf(result)).toEqual(['key/notes.yaml:3'])
    expect(JSON.stringify(result)).not.toContain(PLANTED)
  })

  test('a token of a service in a source file of a repository without git', async () => {
    const repository = path.join(folder, 'repository')
    mkdirSync(path.join(repository, 'src'), { recursive: true })
    const token = ['ghp', 'a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4e5F6'].join('_')
    writeFileSync(path.join(repository, 'src/upload.ts'), `const host = 'github.com'\nconst key = '${token}'\n`)
    const [finding] = (await ask(secretsCheck, { repository, configDirectory: plantedConfig('clean') })).findings
    expect([finding?.place, finding?.what]).toEqual(['src/upload.ts:2', 'it has the shape that github knows'])
  })

  test('a .env that everybody reads', async () => {
    const configDirectory = plantedConfig('env')
    writeFileSync(path.join(configDirectory, '.env'), 'PROJECTX_API_KEY=x\n', { mode: 0o644 })
    const [finding] = (await ask(fileRightsCheck, { configDirectory })).findings.filter(
      ({ severity }) => severity === 'error',
    )
    expect(path.relative(folder, finding?.place ?? '')).toBe('env/.env')
    expect(finding?.what).toContain('mode 644')
    expect(finding?.remedy).toContain('chmod 600')
  })

  test('sealed credentials that the group reads, and limits that everybody writes', async () => {
    const configDirectory = plantedConfig('limits')
    writeFileSync(path.join(configDirectory, 'credentials.enc'), '{}', { mode: 0o640 })
    chmodSync(path.join(configDirectory, 'risk_config.yaml'), 0o666)
    expect(placesOf(await ask(fileRightsCheck, { configDirectory }))).toEqual([
      'limits/risk_config.yaml',
      'limits/credentials.enc',
    ])
  })

  test('a data folder that others write, and what lies open in it', async () => {
    const dataDirectory = path.join(folder, 'data')
    mkdirSync(dataDirectory)
    writeFileSync(path.join(dataDirectory, 'state.db'), '')
    chmodSync(path.join(dataDirectory, 'state.db'), 0o644)
    chmodSync(dataDirectory, 0o777)
    const configDirectory = plantedConfig('beside')
    expect(placesOf(await ask(fileRightsCheck, { configDirectory, dataDirectory }))).toEqual(['data', 'data/state.db'])
    chmodSync(dataDirectory, 0o700)
    expect(dataRights(dataDirectory).findings).toEqual([])
  })
})

describe('planted: a way that is not encrypted', () => {
  const GATEWAY = {
    environment: 'production',
    api_url: 'https://api.topstepx.com',
    user_hub_url: 'https://rtc.topstepx.com/hubs/user',
    market_hub_url: 'https://rtc.topstepx.com/hubs/market',
  }

  function production(name: string, api: object): string {
    const changes = Object.entries({ ...GATEWAY, ...api })
    const into = path.join(folder, name)
    return changedConfig(
      SIMULATOR_CONFIG,
      into,
      changes.map(([key, value]) => ['api_config.yaml', [key], value] as const),
    )
  }

  test('http to the gateway', async () => {
    const configDirectory = production('http', { api_url: 'http://api.topstepx.com' })
    expect(errorsOf(await ask(encryptedWaysCheck, { configDirectory }))[0]).toMatch(
      /api_config\.yaml:\d+ api_url: expected an https URL/,
    )
  })

  test('ws to a hub', async () => {
    const configDirectory = production('ws', { user_hub_url: 'ws://rtc.topstepx.com/hubs/user' })
    expect(errorsOf(await ask(encryptedWaysCheck, { configDirectory }))[0]).toMatch(/api_config\.yaml:\d+ user_hub_url/)
  })

  test('something on this machine in the place of a real gateway', async () => {
    const configDirectory = production('near', { api_url: 'http://127.0.0.1:8080' })
    expect(errorsOf(await ask(encryptedWaysCheck, { configDirectory }))[0]).toBe(
      'api_config.yaml api_url: http://127.0.0.1:8080 is not encrypted, and the environment is production',
    )
  })

  test('certificates that nobody verifies', async () => {
    const environment = { ...LOGIN, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const errors = errorsOf(
      await ask(encryptedWaysCheck, { configDirectory: production('unverified', {}), environment }),
    )
    expect(errors[0]).toMatch(/^\$NODE_TLS_REJECT_UNAUTHORIZED: it is set/)
  })

  test('an authority that is no certificate', async () => {
    const configDirectory = production('authority', { tls: { ca_file: 'authority.pem' } })
    writeFileSync(path.join(configDirectory, 'authority.pem'), 'no certificate')
    expect(placesOf(await ask(encryptedWaysCheck, { configDirectory }))).toEqual(['authority/authority.pem'])
  })
})

/** An entry as osv.dev has it. */
function advisory(name: string, severity: string, events: object[]): object {
  return {
    id: 'GHSA-test-0000-0001',
    summary: 'it can be made to run code',
    affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events }] }],
    database_specific: { severity },
  }
}
const ALL = [{ introduced: '0' }]

function withAdvisories(name: string, list: readonly object[]): string {
  const configDirectory = plantedConfig(name)
  writeFileSync(path.join(configDirectory, 'advisories.json'), JSON.stringify(list))
  return configDirectory
}

/** A locked version of a library that programs carry. */
function locked(version: string): LockedPackage {
  return { name: 'x', version, integrity: null, isShipped: true, needs: [] }
}

describe('planted: a library with a known weakness', () => {
  test('in a program: it fails, and says what to install', async () => {
    const configDirectory = withAdvisories('shipped', [advisory('fastify', 'HIGH', [...ALL, { fixed: '999.0.0' }])])
    const [finding] = (await ask(dependencyAuditCheck, { configDirectory })).findings
    expect(finding).toMatchObject({ severity: 'error', place: expect.stringMatching(/^pnpm-lock\.yaml fastify@5\./) })
    expect(finding?.remedy).toContain('999.0.0')
  })

  test.each([
    ['only in what tests with it', 'vitest', 'CRITICAL'],
    ['below the severity that fails', 'fastify', 'MODERATE'],
  ])('%s: it is for people to weigh', async (_where, library, severity) => {
    const configDirectory = withAdvisories(library + severity, [advisory(library, severity, ALL)])
    expect((await ask(dependencyAuditCheck, { configDirectory })).verdict).toBe('warned')
  })

  test('only versions inside its history have it', () => {
    const events = [{ introduced: '1.2.0' }, { fixed: '1.4.0' }, { introduced: '2.0.0' }, { last_affected: '2.1.0' }]
    const list = AdvisoryList.parse([advisory('x', 'HIGH', events)])
    const hit = ['1.1.9', '1.2.0', '1.3.9', '1.4.0', '2.0.5', '2.1.0', '2.1.1'].filter(
      (one) => advisoryHits(list, [locked(one)]).length > 0,
    )
    expect(hit).toEqual(['1.2.0', '1.3.9', '2.0.5', '2.1.0'])
  })

  test('a list that is old counts as none, and one that is no list fails', async () => {
    const old = withAdvisories('old', [advisory('fastify', 'HIGH', ALL)])
    utimesSync(path.join(old, 'advisories.json'), 1, 1)
    const { verdict, findings } = await ask(dependencyAuditCheck, { configDirectory: old })
    expect([verdict, findings[0]?.what]).toEqual(['warned', expect.stringContaining('it counts as none')])
    const configDirectory = withAdvisories('spoilt', [{ affected: 1 }])
    expect((await ask(dependencyAuditCheck, { configDirectory })).verdict).toBe('failed')
  })

  test('what the registry answers is read', () => {
    const found = {
      module_name: 'axios',
      severity: 'high',
      title: 'leaks',
      findings: [{ version: '1.0.0' }],
      patched_versions: '>=1.0.1',
    }
    expect(readAudit(JSON.stringify({ advisories: { 1: found } }))).toMatchObject({
      kind: 'answered',
      hits: [{ name: 'axios', version: '1.0.0', severity: 'high', fixedIn: '>=1.0.1' }],
    })
    expect(readAudit('ERR_PNPM_AUDIT_BAD_RESPONSE').kind).toBe('silent')
  })

  test('an old lockfile where nobody can be asked', async () => {
    const repository = plantedLockfile('aged', (text) => text)
    utimesSync(path.join(repository, LOCKFILE), 1_700_000_000, 1_700_000_000)
    const [error = ''] = errorsOf(await ask(dependencyAuditCheck, { repository }))
    expect(error).toMatch(/^age of the lockfile: .* days; allowed at most 180 days/)
  })

  test('a library whose archive has no digest', async () => {
    const repository = plantedLockfile('undigested', (text) =>
      text.replace(
        /(\n {2}zod@[\d.]+:\n {4}resolution: \{)integrity: [^}]+\}/,
        '$1tarball: https://elsewhere.invalid/zod.tgz}',
      ),
    )
    expect(errorsOf(await ask(dependencyAuditCheck, { repository }))[0]).toMatch(
      /^pnpm-lock\.yaml zod@[\d.]+: it has no digest/,
    )
  })

  test('a bill that lacks a library, and one that is none', async () => {
    const packages = readLockedPackages(ROOT).slice(0, 2)
    const bill = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: [] })
    expect(await billFindings('{"a":1}', packages)).toMatchObject([
      { what: expect.stringContaining('CycloneDX refuses it') },
    ])
    expect(await billFindings(bill, packages)).toMatchObject([{ what: expect.stringContaining('2 of the 2') }])
  })
})
