import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { CLI, plainEnvironment } from '../harness/built-program.ts'
import { API_KEY, USER_NAME } from '../harness/daemon-process.ts'
import { Stage } from '../harness/stage.ts'

const RULES = {
  max_contracts: { enabled: true, limit: 5 },
  daily_realized_loss: { enabled: true, limit: -500 },
}

/** `risk-manager config`, as somebody types it. */
function config(stage: Stage, ...words: readonly string[]) {
  const folder = ['--config', stage.configDirectory]
  const env = { ...plainEnvironment(), PROJECTX_USERNAME: USER_NAME, PROJECTX_API_KEY: API_KEY }
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'config', ...words, ...folder], {
    env,
    encoding: 'utf8',
  })
  return { status, text: `${stdout}${stderr}` }
}

describe('config set and config diff', () => {
  test('a limit that is set is taken by the daemon, a looser one waits, and both are told (C-02, C-04)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    const control = path.join(stage.dataDirectory, 'control')
    const diff = () => config(stage, 'diff', '--control', control)
    expect(diff()).toMatchObject({ status: 0, text: expect.stringContaining('its rules are those of the files') })

    expect(config(stage, 'set', 'rules.max_contracts.limit', '4').text).toContain('takes it at once')
    await daemon.log.awaitLine('stricter', (line) => line.event === 'setting-changed' && line['after'] === '4')
    expect(diff().text).toContain('its rules are those of the files')

    expect(config(stage, 'set', 'rules.daily_realized_loss.limit', '-600').text).toContain('at the next daily reset')
    await daemon.log.awaitLine('looser', (line) => line.event === 'setting-changed' && line['after'] === '-600')
    expect(diff().text).toMatch(
      /looser settings wait.*\n {2}rules\.daily_realized_loss\.limit: -\$600\.00 in the files, -\$500\.00 in the daemon/,
    )
    await daemon.stop()
    expect(diff()).toMatchObject({ status: 1, text: expect.stringContaining('DAEMON_UNREACHABLE') })
  })
})
