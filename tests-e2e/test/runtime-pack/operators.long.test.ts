import { describe, expect, test } from 'vitest'
import { runCommand } from '../harness/command-run.ts'
import { Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }

describe.concurrent('risk-manager deploy-check', () => {
  test('checks configuration, environment and a start, in this order', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const words = ['deploy-check', '--config', stage.configDirectory, '--data', stage.dataDirectory]
    const { code, stdout } = await runCommand(words)

    const places = ['[1/3] configuration', '[2/3] environment', 'A daemon can work here.', '[3/3] smoke', 'PASSED: the']
    const found = places.map((text) => stdout.indexOf(text))
    expect(found).not.toContain(-1)
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(stdout).toContain('PASSED: configuration, environment, smoke.')
    expect(code).toBe(0)
  })

  test('stops at the first that fails, with its exit code', async () => {
    await using stage = await Stage.set({ rules: { max_contracts: { enabled: true, limit: -5 } } })
    const { code, stdout } = await runCommand(['deploy-check', '--config', stage.configDirectory])

    expect(stdout).toContain('FAILED: configuration ended with 3.')
    expect(stdout).not.toContain('[2/3]')
    expect(code).toBe(3)
  })
})

describe.concurrent('risk-manager menu', () => {
  test('runs what is chosen, one after the other, and ends with q', async () => {
    const { code, stdout, stderr } = await runCommand(['menu', '--data', 'nowhere'], { input: 'e\nx\nL\nt\nq\ns\n' })

    for (const key of ['1', 's', 'r', 't', 'l', 'e', 'g', 'q']) expect(stdout).toContain(`  [${key}] `)
    expect(stdout).toContain('A daemon can work here.')
    expect(stdout).toContain('environment: exit code 0')
    expect(stdout).toContain('There is no "x".')
    expect(stdout).toContain('logs, the last lines: exit code 3')
    expect(stderr).toContain('There is no runtime_trace.log in')
    expect(stdout).not.toContain('smoke: exit code')
    expect(code).toBe(0)
  })

  test('ends at the end of the input', async () => {
    expect(await runCommand(['menu'], { input: '' })).toMatchObject({ code: 0 })
  })
})

test.each(['smoke', 'logs', 'env', 'soak', 'trace', 'deploy-check', 'gate', 'menu'])(
  'risk-manager %s has help with examples and exit codes, within 80 columns',
  async (command) => {
    const { code, stdout } = await runCommand([command, '--help'])
    expect(stdout).toContain('Examples:')
    expect(stdout).toContain('Exit codes:')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(code).toBe(0)
  },
)
