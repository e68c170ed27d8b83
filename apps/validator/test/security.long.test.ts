import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAMS } from '../src/program-files.ts'
import { certificatesCheck } from '../src/validators/security/certificates-check.ts'
import { localApiCheck } from '../src/validators/security/local-api-check.ts'
import { sealedCredentialsCheck } from '../src/validators/security/sealed-credentials-check.ts'
import { askCheck, errorsOf, runContext } from './run-context.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-security-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** A program in the place of one of ours. */
function program(name: string, text: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

const QUICK = { mode: 'quick' } as const

test('the local API of this build keeps roles, rate and lock, and bears hostile calls', async () => {
  const { verdict, findings, evidence } = await askCheck(localApiCheck, { ...runContext(), ...QUICK }, folder)
  expect([verdict, findings]).toEqual(['passed', []])
  expect(evidence).toMatch(/60 calls were sent at once, of which \d+ were refused with 429; 200 hostile calls/)
})

/** The daemon of this checkout; what comes by the trader's socket is handed to the administrator's. */
const OPEN_DAEMON = `
import { existsSync, rmSync } from 'node:fs'
import net from 'node:net'
const folder = process.argv[process.argv.indexOf('--data') + 1] + '/control'
const watch = setInterval(() => {
  if (!existsSync(folder + '/trader.sock')) return
  clearInterval(watch)
  rmSync(folder + '/trader.sock')
  net.createServer({ allowHalfOpen: true }, (from) => {
    const to = net.connect({ path: folder + '/admin.sock', allowHalfOpen: true })
    from.on('error', () => {}).pipe(to).on('error', () => {}).pipe(from)
  }).listen(folder + '/trader.sock')
}, 5)
await import(${JSON.stringify(PROGRAMS.daemon)})
`

describe('planted: a build that lets others in', () => {
  test("a trader's socket that orders the daemon to stop", async () => {
    const daemon = program('open.mjs', OPEN_DAEMON)
    const context = { ...runContext({ programs: { ...PROGRAMS, daemon } }), ...QUICK }
    const errors = errorsOf(await askCheck(localApiCheck, context, folder)).join('\n')
    for (const route of ['GET /v1/audit', 'POST /v1/reload', 'POST /v1/panic', 'POST /v1/stop'])
      expect(errors).toContain(`trader.sock ${route}: it answered 200`)
    expect(errors).toContain('the rehearsed daemon: it does not answer any more')
  })

  test('a program that opens sealed credentials whatever is in them', async () => {
    const cli = program(
      'careless.mjs',
      `import { writeFileSync } from 'node:fs'
       const box = { iv: 'AAAA', tag: 'AAAA', data: 'AAAA' }
       if (process.argv.includes('encrypt')) writeFileSync(process.argv[process.argv.indexOf('--config') + 1] + '/credentials.enc', JSON.stringify({ format: 1, salt: 'AAAA', wrappedKey: box, variables: box }))`,
    )
    const errors = errorsOf(
      await askCheck(sealedCredentialsCheck, runContext({ programs: { ...PROGRAMS, cli } }), folder),
    )
    expect(errors).toContain('credentials.enc: another passphrase opened it')
    expect(errors).toContain('credentials.enc variables.data: a byte of it was changed, and it was opened all the same')
  })

  test('a daemon that logs in whatever the certificate', async () => {
    const daemon = program(
      'trusting.mjs',
      `import { readFileSync } from 'node:fs'
       import { parse } from ${JSON.stringify(import.meta.resolve('yaml'))}
       process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
       const { api_url: url } = parse(readFileSync(process.argv[process.argv.indexOf('--config') + 1] + '/api_config.yaml', 'utf8'))
       await fetch(url + '/api/Auth/loginKey', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }).catch(() => {})
       process.exit(4)`,
    )
    const errors = errorsOf(
      await askCheck(certificatesCheck, runContext({ programs: { ...PROGRAMS, daemon } }), folder),
    )
    expect(errors).toContain(
      'gateway with a certificate that is self-signed: the daemon sent 1 requests, the login among them',
    )
  })
})
