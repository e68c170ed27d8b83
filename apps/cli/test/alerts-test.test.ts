import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { instantOf } from '@rm/domain'
import { expect, test } from 'vitest'
import { alertsCommand } from '../src/alerts-command.ts'
import { testAlerts } from '../src/alerts-test.ts'
import type { CommandResult } from '../src/config-check.ts'

const FILES = {
  'timers_config.yaml': 'daily_reset: { timezone: UTC }\nholidays: { dates: { 2026: [] } }\n',
  'accounts.yaml': `topstepx: { username: "\${PROJECTX_USERNAME}", api_key: "\${PROJECTX_API_KEY}" }
accounts: [{ id: 7001001, name: PRAC-V2-1, account_type: practice }]
`,
}

/** A receiver that answers with the status that its path names. */
async function receiver(): Promise<{ url(status: number): string; readonly taken: string[] } & AsyncDisposable> {
  const taken: string[] = []
  const server = http.createServer((request, response) => {
    const chunks: string[] = []
    request
      .setEncoding('utf8')
      .on('data', (text: string) => chunks.push(text))
      .on('end', () => {
        taken.push(chunks.join(''))
        response.writeHead(Number(request.url?.slice(1))).end()
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    taken,
    url: (status) => `http://127.0.0.1:${port}/${status}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function tested(
  notifications: string,
  variables: Readonly<Record<string, string>>,
  face: 'text' | 'json' = 'text',
): Promise<CommandResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rm-cli-'))
  try {
    const risk = `general: { allow_unprotected: true, notifications: ${notifications} }\nrules: { max_contracts: { limit: 3 } }\n`
    for (const [name, text] of Object.entries({ ...FILES, 'risk_config.yaml': risk }))
      writeFileSync(path.join(folder, name), text, { mode: 0o600 })
    return await testAlerts({
      directory: folder,
      environment: { PROJECTX_USERNAME: 'trader', PROJECTX_API_KEY: 'key', ...variables },
      today: Temporal.PlainDate.from('2026-11-18'),
      now: instantOf('2026-11-18T12:00:00Z'),
      face,
      style: { color: false, width: 80 },
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const TWO = '{ webhook: { enabled: true, url: "${ONE}" }, slack: { enabled: true, webhook_url: "${TWO}" } }'

test('every channel is tried, and each is told of', async () => {
  await using on = await receiver()
  const good = await tested(TWO, { ONE: on.url(200), TWO: on.url(204) })
  expect(good).toEqual({ output: 'webhook       delivered\nslack         delivered\n', exitCode: 0 })
  expect(on.taken).toHaveLength(2)
  expect(on.taken.every((body) => body.includes('this is a test'))).toBe(true)
  const bad = await tested(TWO, { ONE: on.url(200), TWO: on.url(404) })
  expect(bad.exitCode).toBe(1)
  expect(bad.output).toMatch(/webhook {7}delivered\nslack {9}NOT DELIVERED: 127\.0\.0\.1:\d+ answered 404\n/)
})

test('as JSON', async () => {
  await using on = await receiver()
  const { output } = await tested(TWO, { ONE: on.url(200), TWO: on.url(404) }, 'json')
  expect(JSON.parse(output)).toEqual([
    { channel: 'webhook', delivered: true, fault: null },
    { channel: 'slack', delivered: false, fault: expect.stringContaining('answered 404') },
  ])
})

test('a configuration that is refused, and one without a channel, end with 3', async () => {
  const refused = await tested('{ slack: { enabled: true } }', {})
  expect(refused).toMatchObject({ exitCode: 3, output: expect.stringContaining('webhook_url') })
  expect(await tested('{}', {})).toMatchObject({
    exitCode: 3,
    output: expect.stringContaining('No alert channel is on'),
  })
})

test('the help has examples and exit codes', () => {
  let shown = ''
  alertsCommand()
    .configureOutput({ writeOut: (text) => (shown += text) })
    .outputHelp()
  expect(shown).toContain('$ risk-manager alerts test')
  expect(shown).toContain('Exit codes of test:')
})
