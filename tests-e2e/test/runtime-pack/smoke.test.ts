import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { CHECKPOINT_ADVICE, EXIT_ADVICE, smoke } from '@rm/runtime-pack'
import { describe, expect, test } from 'vitest'
import { FAULT_VARIABLE, type Fault } from '../../faulty-daemon/fault.ts'
import { FAULTY_DAEMON } from '../harness/built-program.ts'
import { runCommand } from '../harness/command-run.ts'
import { API_KEY, USER_NAME } from '../harness/daemon-process.ts'
import { Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }
/** So that a busy machine makes no stall of a daemon that works. */
const PATIENT = ['--within', '60s']

function smokeOf(stage: Stage, ...words: readonly string[]) {
  return runCommand(['smoke', '--config', stage.configDirectory, ...words])
}

describe.concurrent('risk-manager smoke', () => {
  test('passes against the embedded simulator and prints each checkpoint with its time', async () => {
    const { code, stdout } = await runCommand(['smoke', ...PATIENT])

    expect(stdout).toMatch(/^ +\d+\.\d\d s {2}🚀 Risk Manager starting\.\.\.$/m)
    expect(stdout).toMatch(/^ +\d+\.\d\d s {2}✅ Event loop running$/m)
    expect(stdout).toMatch(/^ +\d+\.\d\d s {2}📨 Event received: /m)
    expect(stdout).toMatch(/^PASSED: the first event came after \d+\.\d\d s\.$/m)
    expect(stdout).not.toContain('\u001b')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(code).toBe(0)
  })

  test('passes against the gateway of a configuration, and leaves no daemon behind', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const { code, stdout } = await smokeOf(stage, ...PATIENT, '--json')

    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'success', exitCode: 0, advice: null })
    expect(code).toBe(0)
    await stage.awaitVenue('no connection is left', () => stage.gateway.connections().length === 0)
  })

  test('ends with 1 on a rule that throws while booting, and shows what it threw', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const fault: Fault = { kind: 'rule-throws-at-start' }
    const report = await smoke({
      daemon: FAULTY_DAEMON,
      configDirectory: stage.configDirectory,
      dataDirectory: stage.dataDirectory,
      environment: { PROJECTX_USERNAME: USER_NAME, PROJECTX_API_KEY: API_KEY, [FAULT_VARIABLE]: JSON.stringify(fault) },
      withinMs: 60_000,
      onCheckpoint: () => {},
    })

    expect(report).toMatchObject({ outcome: 'exception', exitCode: 1, last: 'sdk-connected' })
    expect(report.advice).toBe(EXIT_ADVICE.exception)
    expect(report.errorLines.join('\n')).toContain('RULE-001 throws')
  })

  test('ends with 2 when the user hub is silent, names the last checkpoint and what to check next', async () => {
    await using stage = await Stage.set({ rules: RULES })
    stage.gateway.faults.hub('user', { verb: 'handshake', reply: 'silence' }, { times: null })
    const inJson = await smokeOf(stage, '--within', '12s', '--json')

    expect(JSON.parse(inJson.stdout)).toMatchObject({
      outcome: 'stalled',
      exitCode: 2,
      last: 'event-loop-running',
      advice: CHECKPOINT_ADVICE['event-loop-running'],
    })
    expect(inJson.code).toBe(2)
    const { code, stdout } = await smokeOf(stage, '--within', '12s')
    expect(stdout).toContain('STALLED (exit code 2): no event within 12 s.')
    expect(stdout).toContain('last checkpoint  ✅ Event loop running')
    expect(stdout.replaceAll(/\n {17}/g, ' ')).toContain(`check next       ${CHECKPOINT_ADVICE['event-loop-running']}`)
    expect(code).toBe(2)
  })

  test('ends with 3 on a wrong configuration', async () => {
    await using stage = await Stage.set({ rules: { max_contracts: { enabled: true, limit: -5 } } })
    const { code, stdout } = await smokeOf(stage, ...PATIENT)

    expect(stdout).toContain('CONFIGURATION (exit code 3)')
    expect(stdout).toContain('risk_config.yaml')
    expect(code).toBe(3)
  })

  test('ends with 4 on a refused login', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const { code, stdout } = await runCommand(['smoke', '--config', stage.configDirectory, ...PATIENT, '--json'], {
      environment: { PROJECTX_API_KEY: 'not-the-key' },
    })

    const report: unknown = JSON.parse(stdout)
    expect(report).toMatchObject({ outcome: 'gateway', last: 'config-loaded', advice: EXIT_ADVICE.gateway })
    expect(stdout).toContain('GATEWAY_AUTH_REJECTED')
    expect(stdout).not.toContain('not-the-key')
    expect(code).toBe(4)
  })

  test('ends with 5 on a data folder that cannot be written', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const file = path.join(stage.configDirectory, 'not-a-folder')
    writeFileSync(file, '')
    const { code, stdout } = await smokeOf(stage, ...PATIENT, '--data', path.join(file, 'data'))

    expect(stdout).toContain('ENVIRONMENT (exit code 5)')
    expect(stdout).toContain('ENVIRONMENT_UNSUITABLE')
    expect(code).toBe(5)
  })

  test('ends with 64 on a wrong option, and with 0 when asked for help', async () => {
    expect(await runCommand(['smoke', '--wthin', '8s'])).toMatchObject({ code: 64 })
    expect(await runCommand(['smoke', '--within', 'soon'])).toMatchObject({ code: 64 })
    const { code, stdout } = await runCommand(['smoke', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('$ risk-manager smoke')
  })
})
