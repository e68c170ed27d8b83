import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '@rm/config'
import { expect, test } from 'vitest'
import { tellRemarks } from '../src/config-remarks.ts'
import { openDaemonLog } from '../src/daemon-log.ts'
import { LineQueue } from '../src/line-queue.ts'

const SHIPPED = fileURLToPath(new URL('../../../config', import.meta.url))
const LINE = /"level":"(\w+)".*"event":"([\w-]+)".*"keyPath":"([^"]*)"/

test('what an accepted configuration makes one wonder about stands in the log, warnings as warnings', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'rm-remarks-'))
  try {
    const config = loadConfig({
      directory: SHIPPED,
      environment: { PROJECTX_USERNAME: 'trader', PROJECTX_API_KEY: 'key', PROJECTX_ACCOUNT: '50KTC-V2-1' },
      today: Temporal.PlainDate.from('2026-11-18'),
    })
    if (!config.ok) throw new Error(JSON.stringify(config.diagnostics))
    const lines = new LineQueue(
      await openDaemonLog({ ...config.general.logging, console: false }, directory, () => 0),
      null,
    )
    tellRemarks(lines, config)
    lines.flush()
    const written = readFileSync(path.join(directory, 'logs', 'risk_manager.log'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => LINE.exec(line)?.slice(1))
    // The account's name says Combine, its type says practice.
    expect(written).toContainEqual(['warn', 'config-warning', 'accounts[0].account_type'])
    expect(written).toContainEqual(['info', 'config-remark', 'rules.daily_realized_loss.limit'])
    expect(written).toContainEqual(['info', 'config-remark', 'session_hours'])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
