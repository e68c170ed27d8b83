import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../harness/command-run.ts'
import { API_KEY, USER_NAME } from '../harness/daemon-process.ts'
import { Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }

function envOf(stage: Stage, ...words: readonly string[]) {
  return runCommand(['env', '--config', stage.configDirectory, '--data', stage.dataDirectory, ...words])
}

describe.concurrent('risk-manager env', () => {
  test('tells machine, build, configuration and gateway, and hides the credentials', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const { code, stdout } = await envOf(stage)

    expect(stdout).toContain(`Node           ${process.versions.node}`)
    expect(stdout).toContain('better-sqlite3 13.')
    expect(stdout).toMatch(/configuration {2}valid, [0-9a-f]{12}: simulator, 1 accounts, 1 rules/)
    expect(stdout).toContain('credentials    user name set (hidden), key set (hidden)')
    expect(stdout).toMatch(/HTTP 200 after [\d.]+ ms/)
    expect(stdout).toMatch(/deployment {5}class (C|B or A|unknown): /)
    expect(stdout).toContain('A daemon can work here.')
    for (const secret of [API_KEY, USER_NAME, '\u001b']) expect(stdout).not.toContain(secret)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(code).toBe(0)
  })

  test('works against the embedded simulator', async () => {
    const { code, stdout } = await runCommand(['env', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ configuration: { isValid: true, accounts: 7 }, problems: [] })
    expect(code).toBe(0)
  })

  test('ends with 3, 4 or 5 and says why', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const keyless = await runCommand(['env', '--config', stage.configDirectory], {
      environment: { PROJECTX_API_KEY: '' },
    })
    expect(keyless.stdout).toContain('PROJECTX_API_KEY')
    expect(keyless.code).toBe(3)
    stage.configure({ api: { api_url: 'http://127.0.0.1:9' } })
    const alone = await envOf(stage)
    expect(alone.stdout.replaceAll(/\n +/g, ' ')).toContain('http://127.0.0.1:9/api/Status/ping does not answer: ')
    expect(alone.code).toBe(4)
    const file = path.join(stage.configDirectory, 'not-a-folder')
    writeFileSync(file, '')
    const words = ['env', '--config', stage.configDirectory, '--data', path.join(file, 'data')]
    const unwritable = await runCommand(words)
    expect(unwritable.stdout.replaceAll(/\n +/g, ' ')).toContain('cannot be written')
    expect(unwritable.code).toBe(5)
  })

  test('tells the certificate of the gateway, and that one that expired is not accepted', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const gatewayOf = async (certificate: 'good' | 'expired') => {
      const { url, authority } = await stage.gateway.openTls(certificate)
      const caFile = path.join(stage.configDirectory, 'authority.pem')
      writeFileSync(caFile, authority)
      stage.configure({ api: { api_url: url, tls: { ca_file: caFile } } })
      const { code, stdout } = await envOf(stage, '--json')
      return { code, probe: JSON.parse(stdout).gateway[0] as unknown }
    }
    expect(await gatewayOf('good')).toMatchObject({ code: 0, probe: { status: 200, tls: { protocol: 'TLSv1.3' } } })
    const expired = await gatewayOf('expired')
    expect(expired).toMatchObject({ code: 4, probe: { status: null, fault: expect.stringContaining('expired') } })
  })

  test('compares two snapshots', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const [old, fresh] = ['old.json', 'fresh.json'].map((name) => path.join(stage.configDirectory, name))
    if (old === undefined || fresh === undefined) throw new Error('two names were given')
    writeFileSync(old, (await envOf(stage, '--json')).stdout)
    stage.configure({ rules: { max_contracts: { enabled: true, limit: 4 } } })
    writeFileSync(fresh, (await envOf(stage, '--json')).stdout)

    const differ = await runCommand(['env', 'diff', old, fresh])
    expect(differ.stdout.replaceAll(/\s+/g, ' ')).toMatch(/^configuration\.hash: "[0-9a-f]+" → "[0-9a-f]+" $/)
    expect(differ.code).toBe(1)
    expect(await runCommand(['env', 'diff', old, old, '--json'])).toMatchObject({ code: 0, stdout: '[]\n' })
    expect(await runCommand(['env', 'diff', old, 'nowhere.json'])).toMatchObject({ code: 64 })
  })
})
