import { readFileSync } from 'node:fs'
import path from 'node:path'
import { GROWTH_BYTES_MAX, soak } from '@rm/runtime-pack'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../faulty-daemon/fault.ts'
import { FAULT_VARIABLE } from '../../faulty-daemon/fault.ts'
import { DAEMON, FAULTY_DAEMON } from '../harness/built-program.ts'
import { runCommand } from '../harness/command-run.ts'
import { API_KEY, USER_NAME } from '../harness/daemon-process.ts'
import { Stage } from '../harness/stage.ts'
import { TemporaryFolder } from '../harness/temporary-folder.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }

function soakOf(stage: Stage, changes: Partial<Parameters<typeof soak>[0]>) {
  return soak({
    daemon: DAEMON,
    configDirectory: stage.configDirectory,
    dataDirectory: stage.dataDirectory,
    environment: { PROJECTX_USERNAME: USER_NAME, PROJECTX_API_KEY: API_KEY },
    durationMs: 5_000,
    growthBytesMax: GROWTH_BYTES_MAX,
    begin: () => Promise.resolve(),
    onSample: () => {},
    interrupted: new AbortController().signal,
    ...changes,
  })
}

describe.concurrent('risk-manager soak', () => {
  test('measures a daemon under the traders of the simulator, shows progress and writes every sample (P-09)', async () => {
    using folder = new TemporaryFolder()
    const file = path.join(folder.path, 'samples.csv')
    const { code, stdout, stderr } = await runCommand(['soak', '--duration', '12s', '--csv', file])

    expect(stdout).toMatch(/^PASSED: memory (grew|shrank) by /m)
    expect(stdout).toMatch(/^events\/s .*[▁▂▃▄▅▆▇█]{5}/m)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(stderr).toMatch(/^10 s of 12 s, [\d.]+ MiB, \d+ events\/s$/m)
    const [head = '', ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n')
    expect(head.split(',')).toEqual(expect.arrayContaining(['residentBytes', 'handles', 'loopDelayMs', 'walBytes']))
    expect(rows.length).toBeGreaterThan(5)
    const events = rows.map((row) => Number(row.split(',')[head.split(',').indexOf('eventsPerSecond')]))
    expect(Math.max(...events)).toBeGreaterThan(0)
    expect(code).toBe(0)
  })

  test('ends with 1 when the memory grows beyond the bound (P-09)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const report = await soakOf(stage, { growthBytesMax: Number.NEGATIVE_INFINITY })
    expect(report).toMatchObject({ outcome: 'exception', exitCode: 1, verdict: { isWithinBound: false } })
  })

  test('ends with the code of a daemon that dies meanwhile', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const fault: Fault = { kind: 'dies-at-start' }
    const environment = {
      PROJECTX_USERNAME: USER_NAME,
      PROJECTX_API_KEY: API_KEY,
      [FAULT_VARIABLE]: JSON.stringify(fault),
    }
    const report = await soakOf(stage, { daemon: FAULTY_DAEMON, environment })
    expect(report).toMatchObject({ outcome: 'exception', exitCode: 1, samples: [], verdict: null })
  })

  test('judges what it has when it is interrupted', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const interruption = new AbortController()
    const report = await soakOf(stage, {
      durationMs: 600_000,
      interrupted: interruption.signal,
      onSample: () => interruption.abort(),
    })
    expect(report).toMatchObject({ outcome: 'success', exitCode: 0 })
    expect(report.samples.length).toBeLessThan(10)
  })
})
