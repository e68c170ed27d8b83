import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { expect, test } from 'vitest'
import { awaitCondition } from '../harness/await-condition.ts'
import { CLI } from '../harness/built-program.ts'
import { API_KEY, USER_NAME } from '../harness/daemon-process.ts'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { run } from '../harness/run-program.ts'
import { NO_LOGIN, sealedStart, sealLogin } from '../harness/sealed-login.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

/** With characters that an encoding changes. */
const PASSPHRASE = 'planted pass+phrase/9f3e?'
const HOOK = 'https://hooks.invalid/planted/T0K3N+7c41?x=y z'
const RULES = {
  max_contracts: { enabled: true, limit: 1 },
  daily_realized_loss: { enabled: true, limit: -500, include_unrealized: false },
}

test('of planted secrets a whole run writes none, in no form: breaches, locks, backups, a crash, its tools (X-09) (S-16)', async () => {
  const general = {
    logging: { level: 'DEBUG' },
    audit: { anchor_file: 'anchors.jsonl' },
    database: { second_folder: '../second' },
    notifications: { discord: { enabled: true, webhook_url: '${HOOK}' } },
  }
  await using stage = await Stage.set({ rules: RULES, general, api: { logging: { responses: true } } })
  const { passphraseFile, ...sealing } = await sealLogin(stage, PASSPHRASE, { HOOK })
  const written = new Map<string, Buffer>([['credentials encrypt', Buffer.from(sealing.stdout + sealing.stderr)]])
  const start = { environment: NO_LOGIN, commandLine: sealedStart(stage, passphraseFile) }

  const fault = { kind: 'uncaught', how: 'exception' } as const
  const daemon = await stage.startTrustedDaemon({ ...start, fault })
  await daemon.log.awaitLine('a backup', (line) => line.event === 'backup-made')
  await stage.trader().enters('MNQ', OrderSide.buy, 2)
  await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-001')
  // A second login, so that its traces are looked for as well.
  stage.gateway.revokeTokens()
  await stage.trader().loseOnEs(48)
  await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
  // A configuration that is refused is told in full.
  stage.configure({ general: { ...general, notifications: { discord: { enabled: '${HOOK}' } } } })
  await daemon.log.awaitLine('the refusal', (line) => line.event === 'config-refused')
  stage.configure({})
  await daemon.log.awaitLine('the acceptance', (line) => line.event === 'config-unchanged')
  const snapshot = path.join(stage.dataDirectory, 'locks.json')
  await awaitCondition('the lock snapshot', () => readFileSync(snapshot, 'utf8').includes('RULE-003'))
  if (process.platform === 'linux')
    for (const name of ['cmdline', 'environ']) written.set(name, readFileSync(`/proc/${daemon.pid}/${name}`))
  daemon.signal('SIGUSR2')
  expect((await daemon.ended()).code).toBe(1)
  written.set('output of the daemon that crashed', Buffer.from(daemon.stdout + daemon.stderr))
  collect(written, 'after the crash', stage)
  expect([...written.keys()]).toContain('after the crash: data/state.db-wal')

  const successor = await stage.startTrustedDaemon(start)
  await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
  await successor.stop()
  written.set('output of the daemon that stopped', Buffer.from(successor.stdout + successor.stderr))
  writeFileSync(`${passphraseFile}.wrong`, 'not the passphrase', { mode: 0o600 })
  const wrong = { ...start, commandLine: sealedStart(stage, `${passphraseFile}.wrong`) }
  const waiting = stage.startDaemon(wrong)
  await waiting.log.awaitMessage('the credentials are gone as well')
  await waiting.stop()
  written.set('output of the daemon without a login', Buffer.from(waiting.stdout + waiting.stderr))
  const { configDirectory, dataDirectory } = stage
  const config = ['--config', configDirectory, '--passphrase-file', passphraseFile]
  for (const line of [
    ['config', 'explain', ...config],
    ['config', 'explain', '--json', ...config],
    ['config', 'check', '--json', ...config],
    ['audit', 'verify', '--json', '--data', dataDirectory, '--anchor', path.join(dataDirectory, 'anchors.jsonl')],
    ['backup', 'verify', '--json', '--data', dataDirectory],
  ]) {
    const { status, stdout, stderr } = await run(process.execPath, [CLI, ...line])
    expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' })
    written.set(line.slice(0, 3).join(' '), Buffer.from(stdout))
  }
  collect(written, 'at the end', stage)

  const names = [...written.keys()].join('\n')
  for (const part of [
    'data/state.db',
    'data/backups/',
    'data/locks.json',
    'second/locks.json',
    'anchors.jsonl',
    'api.log',
  ])
    expect(names).toContain(part)
  expect(written.get('at the end: data/logs/api.log')?.toString()).toContain(String.raw`\"token\":\"***\"`)
  const secrets = { key: API_KEY, passphrase: PASSPHRASE, hook: HOOK, 'head of a token': await headOfTokens(stage) }
  const found = [...written].flatMap(([place, content]) =>
    Object.entries(secrets).flatMap(([secret, text]) =>
      formsOf(text).flatMap(([form, needle]) => (content.includes(needle) ? [`${secret} as ${form} in ${place}`] : [])),
    ),
  )
  expect(found).toEqual([])
  expect([...written.values()].some((content) => content.includes('Bearer '))).toBe(false)
})

test.each(['', 'a', 'ab', 'abc'])('the search finds a secret behind %j in every form', (before) => {
  const text = `${before}${HOOK} and more`
  const bytes = Buffer.from(text)
  const encodings: readonly string[] = [
    text,
    JSON.stringify({ text }),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(text),
    new URLSearchParams({ text }).toString(),
  ]
  for (const encoded of [...encodings.map((one) => Buffer.from(one)), Buffer.from(text, 'utf16le')])
    expect(formsOf(HOOK).some(([, needle]) => encoded.includes(needle))).toBe(true)
  expect(formsOf(HOOK).some(([, needle]) => bytes.subarray(before.length + 1).includes(needle))).toBe(false)
})

/** Every file but those that the secrets were planted in. */
function collect(written: Map<string, Buffer>, when: string, stage: Stage): void {
  const root = path.join(stage.configDirectory, '..')
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(root, name)
    if (name.startsWith('passphrase') || !statSync(file).isFile()) continue
    written.set(`${when}: ${name.replaceAll(path.sep, '/')}`, readFileSync(file))
  }
}

/** A secret as it might have been written. */
function formsOf(secret: string): readonly (readonly [form: string, needle: Buffer])[] {
  const bytes = Buffer.from(secret)
  // In Base64 a text looks in three ways, by its place; its first and last characters also depend on what stands around it.
  const base64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url')
    const inner = encoded.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + bytes.length) * 8) / 6) - 1)
    return [inner, inner.replaceAll('-', '+').replaceAll('_', '/')]
  })
  const forms: Readonly<Record<string, readonly string[]>> = {
    text: [secret, JSON.stringify(secret).slice(1, -1)],
    base64,
    hex: [bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
    'part of a URL': [
      encodeURIComponent(secret),
      encodeURI(secret),
      new URLSearchParams({ s: secret }).toString().slice(2),
    ],
    'UTF-16': [bytes.toString('latin1').split('').join('\0')],
  }
  return Object.entries(forms).flatMap(([form, texts]) => texts.map((text) => [form, Buffer.from(text)] as const))
}

/** What every token of the gateway begins with. */
async function headOfTokens({ gateway }: Stage): Promise<string> {
  const response = await fetch(`${gateway.url}/api/Auth/loginKey`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userName: USER_NAME, apiKey: API_KEY }),
  })
  const { token } = (await response.json()) as { readonly token: string }
  return token.slice(0, token.indexOf('.') + 1)
}
