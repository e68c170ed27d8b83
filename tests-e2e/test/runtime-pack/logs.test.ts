import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { CLI, plainEnvironment } from '../harness/built-program.ts'
import { runCommand } from '../harness/command-run.ts'
import { breachOf } from '../harness/daemon-story.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 5 } }

describe.concurrent('risk-manager logs', () => {
  test('finds a breach in the log of a daemon that has ended, as text and as it was written', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    stage.trader().buy('MNQ', 7)
    await breachOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
    await daemon.stop()
    const wish = ['--data', stage.dataDirectory, '--rule', 'RULE-001', '--level', 'warn', '--since', '1h']
    const account = ['--account', String(FIRST_ACCOUNT)]

    const text = await runCommand(['logs', ...wish, ...account, '--grep', 'breach: rule-001'])
    expect(text.code).toBe(0)
    expect(text.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} WARN {2}7001001 {2}Breach: RULE-001: .*\n$/)
    const json = await runCommand(['logs', ...wish, ...account, '-n', '1', '--json', '--grep', 'breach-begun'])
    expect(JSON.parse(json.stdout)).toMatchObject({ event: 'breach-begun', rule: 'RULE-001', accountId: FIRST_ACCOUNT })
    const ofAnother = await runCommand(['logs', ...wish, '--account', '7009999'])
    expect(ofAnother).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('follows a daemon that runs, and ends when asked to', { skip: process.platform === 'win32' }, async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage } = opened
    const words = ['logs', '--data', stage.dataDirectory, '--follow', '-n', '1', '--level', 'info']
    const follower = spawn(process.execPath, [CLI, ...words], {
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(follower, 'close')
    const breachSeen = Promise.withResolvers<string>()
    const lines = createInterface(follower.stdout)
    lines.once('line', () => stage.trader().buy('MNQ', 7))
    lines.on('line', (line) => {
      if (line.includes('Breach: RULE-001')) breachSeen.resolve(line)
    })
    expect(await breachSeen.promise).toContain('WARN')
    follower.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  })

  test('ends with 3 where there is no log, and with 64 on a wrong option', async () => {
    const { code, stderr } = await runCommand(['logs', '--data', 'nowhere'])
    expect(code).toBe(3)
    expect(stderr).toContain('There is no risk_manager.log in')
    expect(await runCommand(['logs', '--level', 'loud'])).toMatchObject({ code: 64 })
    expect(await runCommand(['logs', '--rule', '3'])).toMatchObject({ code: 64 })
  })
})
