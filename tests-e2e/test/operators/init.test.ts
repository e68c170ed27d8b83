import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../harness/command-run.ts'
import type { GatewayAddresses } from '../harness/config-folder.ts'
import { API_KEY, DaemonProcess, USER_NAME } from '../harness/daemon-process.ts'
import { breachOf, enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { GatewayProcess } from '../harness/gateway-process.ts'
import { removeLeftLeases } from '@rm/state'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT } from '../harness/stage.ts'
import { TemporaryFolder } from '../harness/temporary-folder.ts'
import { type Answer, runWizard } from '../harness/wizard-session.ts'

/** The trader of the first account will buy two MNQ. */
const ANSWERS_AFTER_LOGIN: readonly Answer[] = [
  { question: 'Which to watch', typed: '1' },
  { question: 'Kind', typed: '' },
  { question: 'Size', typed: '' },
  { question: 'Loss of a day', typed: '150.50' },
  { question: 'Open loss of one position', typed: '' },
  { question: 'Contracts at once', typed: '3' },
  { question: 'Products', typed: 'MNQ:1 MES:5' },
]

function gatewayAnswers({ url }: GatewayAddresses): readonly Answer[] {
  return [
    { question: 'Gateway', typed: '2' },
    { question: 'Its API', typed: url },
    { question: 'Its user hub', typed: '' },
    { question: 'Its market hub', typed: '' },
  ]
}

const LOGIN: readonly Answer[] = [
  { question: 'User name', typed: USER_NAME },
  { question: 'API key', typed: API_KEY },
]

/** Of a person who looks each key up: five minutes are enough for six times as much. */
const CHARACTERS_PER_MINUTE = 40

/** What lies in a folder, for the test that nothing changed. */
function contentOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
}

describe.concurrent('risk-manager init', () => {
  test('makes a practice account protected within five minutes of typing, and a breach is enforced', async () => {
    await using gateway = await GatewayProcess.start('practice-day')
    using folder = new TemporaryFolder()
    const [config, data] = [path.join(folder.path, 'my-risk'), path.join(folder.path, 'data')]
    const answers = [...gatewayAnswers(gateway.addresses), ...LOGIN, ...ANSWERS_AFTER_LOGIN]
    const made = await runWizard(['--config', config], answers)

    expect(made).toMatchObject({ code: 0, stderr: '' })
    const typed = answers.reduce((sum, answer) => sum + answer.typed.length + 1, 0)
    expect(typed / CHARACTERS_PER_MINUTE).toBeLessThan(5)
    expect(made.stdout).not.toContain(API_KEY)
    expect(made.stdout).toContain(`supervisor.js --config ${config}`)
    expect(statSync(path.join(config, '.env')).mode & 0o777).toBe(0o600)
    expect(contentOf(folder.path).filter((name) => name.includes('.init-'))).toEqual([])
    expect(await runCommand(['config', 'check', '--config', config, '--strict'])).toMatchObject({ code: 0 })

    // Nothing of the login comes from the environment: the daemon has what the wizard wrote.
    const withoutLogin = { PROJECTX_USERNAME: '', PROJECTX_API_KEY: '' }
    await using daemon = new DaemonProcess({ configDirectory: config, dataDirectory: data, environment: withoutLogin })
    try {
      await daemon.running()
      await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
      await gateway.beginScript()
      await breachOf(daemon.log, FIRST_ACCOUNT, 'RULE-002')
      const ends = await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-002')
      expect(ends.map((line) => line['state'])).toContain('reached')
      expect(wrongWayFills(await gateway.ledger())).toEqual([])
      expect((await daemon.stop()).code).toBe(0)
    } finally {
      removeLeftLeases(gateway.addresses.url, [FIRST_ACCOUNT])
    }
  })

  test('asks again for a login that the gateway refuses, and writes nothing after the third', async () => {
    await using gateway = await GatewayProcess.start('practice-day')
    using folder = new TemporaryFolder()
    const config = path.join(folder.path, 'my-risk')
    const wrong = LOGIN.map(({ question, typed }) => ({ question, typed: `${typed}-wrong` }))
    const refused = await runWizard(
      ['--config', config],
      [...gatewayAnswers(gateway.addresses), ...wrong, ...wrong, ...wrong],
    )

    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain('PROJECTX_API_KEY')
    expect(`${refused.stdout}${refused.stderr}`).not.toContain(API_KEY)
    expect(contentOf(folder.path)).toEqual([])
  })

  test('writes nothing when the input ends early', async () => {
    await using gateway = await GatewayProcess.start('practice-day')
    using folder = new TemporaryFolder()
    const answers = [...gatewayAnswers(gateway.addresses), ...LOGIN, ...ANSWERS_AFTER_LOGIN.slice(0, -1)]
    const ended = await runWizard(['--config', path.join(folder.path, 'my-risk')], answers)

    expect(ended.code).toBe(64)
    expect(contentOf(folder.path)).toEqual([])
  })

  test('refuses a folder that is there, and keeps it beside the new one when it is forced', async () => {
    await using gateway = await GatewayProcess.start('practice-day')
    using folder = new TemporaryFolder()
    const config = path.join(folder.path, 'my-risk')
    mkdirSync(config)
    writeFileSync(path.join(config, 'risk_config.yaml'), 'mine')
    const refused = await runWizard(['--config', config], [])
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('--force')
    expect(contentOf(config)).toEqual(['risk_config.yaml'])

    const answers = [...gatewayAnswers(gateway.addresses), ...LOGIN, ...ANSWERS_AFTER_LOGIN]
    expect(await runWizard(['--config', config, '--force'], answers)).toMatchObject({ code: 0 })
    expect(readFileSync(path.join(`${config}.old-1`, 'risk_config.yaml'), 'utf8')).toBe('mine')
    expect(existsSync(path.join(config, 'accounts.yaml'))).toBe(true)
  })
})
