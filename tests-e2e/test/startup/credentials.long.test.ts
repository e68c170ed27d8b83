import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { DAEMON } from '../harness/built-program.ts'
import { API_KEY, USER_NAME } from '../harness/daemon-process.ts'
import { wordOf } from '../harness/daemon-story.ts'
import { run } from '../harness/run-program.ts'
import { credentialsTool, NO_LOGIN, sealedStart, sealLogin, writeBeside } from '../harness/sealed-login.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }
const PASSPHRASE = 'a passphrase of the test'
/** @returns the file with the passphrase */
async function sealed(stage: Stage): Promise<string> {
  const { passphraseFile, stdout, stderr } = await sealLogin(stage, PASSPHRASE)
  expect(stdout + stderr).not.toContain(API_KEY)
  return passphraseFile
}

describe.concurrent('the login of a daemon', () => {
  test('comes from what systemd hands over, before the environment (C-08)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const key = writeBeside(stage, 'handed-over/projectx_api_key', `${API_KEY}\n`)
    writeBeside(stage, 'handed-over/projectx_username', USER_NAME)
    const environment = { ...NO_LOGIN, PROJECTX_API_KEY: 'not-the-key', CREDENTIALS_DIRECTORY: path.dirname(key) }
    const daemon = await stage.startTrustedDaemon({ environment })
    expect((await daemon.stop()).code).toBe(0)
  })

  test('comes from the encrypted file that the tool has made, under an old passphrase no more once it is rotated', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const old = await sealed(stage)
    const file = path.join(stage.configDirectory, 'credentials.enc')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).not.toContain(API_KEY)
    const daemon = await stage.startTrustedDaemon({ environment: NO_LOGIN, commandLine: sealedStart(stage, old) })
    const fresh = writeBeside(stage, 'fresh', 'another passphrase\n')
    const before = JSON.parse(readFileSync(file, 'utf8')).keyId
    const rotate = ['rotate', '--passphrase-file', '/dev/fd/3', '--new-passphrase-file', '/dev/fd/4']
    expect(await credentialsTool(stage, rotate, [old, fresh])).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(readFileSync(file, 'utf8')).keyId).not.toBe(before)

    // The daemon that runs has its login and goes on reading changed files.
    stage.configure({ rules: { daily_realized_loss: { enabled: true, limit: -400 } } })
    await daemon.log.awaitLine('the change', (line) => line.event === 'setting-changed')
    await daemon.stop()
    const locked = stage.startDaemon({ environment: NO_LOGIN, commandLine: sealedStart(stage, old) })
    expect((await locked.ended()).code).toBe(3)
    const successor = stage.startDaemon({ environment: NO_LOGIN, commandLine: sealedStart(stage, fresh) })
    await wordOf((await successor.running()).log, FIRST_ACCOUNT, 'ACTIVE')
    expect((await successor.stop()).code).toBe(0)
  })

  test('refused: a wrong passphrase or a changed file ends the start with 3, whatever else has a login (C-08)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const right = await sealed(stage)
    const wrong = writeBeside(stage, 'wrong', 'not the passphrase')
    const ended = async (passphraseFile: string): Promise<string> => {
      const daemon = stage.startDaemon({ commandLine: sealedStart(stage, passphraseFile) })
      expect((await daemon.ended()).code).toBe(3)
      return daemon.stderr
    }
    const refusal = await ended(wrong)
    expect(refusal).toMatch(/credentials\.enc:1:1[^]*expected +the passphrase with which it was written[^]*fix/)
    expect(refusal).not.toContain('not the passphrase')
    const file = path.join(stage.configDirectory, 'credentials.enc')
    const whole = readFileSync(file, 'utf8')
    const end = whole.lastIndexOf('"data": "') + 9
    writeFileSync(file, `${whole.slice(0, end)}${whole[end] === 'A' ? 'B' : 'A'}${whole.slice(end + 1)}`)
    expect(await ended(right)).toContain('one that was changed since')
    expect(existsSync(stage.databaseFile)).toBe(false)
    expect(stage.gateway.requests.after(0)).toEqual([])
  })

  test('refused while a lockout is stored: the daemon stays up, and takes the file once it is whole again (C-01)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const passphraseFile = await sealed(stage)
    const start = { environment: NO_LOGIN, commandLine: sealedStart(stage, passphraseFile) }
    const daemon = await stage.startTrustedDaemon(start)
    await stage.trader().loseOnEs(48)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    await daemon.stop()
    const file = path.join(stage.configDirectory, 'credentials.enc')
    const whole = readFileSync(file, 'utf8')
    writeFileSync(file, '{}')
    const successor = stage.startDaemon(start)
    await successor.log.awaitMessage('the credentials are gone as well')
    writeFileSync(file, whole)
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    expect((await successor.stop()).code).toBe(0)
  })

  test.skipIf(!existsSync('/usr/bin/script'))(
    'asks for the passphrase at a terminal and does not show it',
    async () => {
      await using stage = await Stage.set({ rules: RULES })
      await sealed(stage)
      const line = `${process.execPath} ${DAEMON} --config ${stage.configDirectory} --data ${stage.dataDirectory}`
      const asked = await run('/usr/bin/script', ['-qec', line, '/dev/null'], { input: 'not the passphrase\r' })
      const shown = stripVTControlCharacters(asked.stdout).replaceAll(/\s+/g, ' ')
      expect(asked.status).toBe(3)
      expect(shown).toContain('Passphrase of the credentials: ')
      expect(shown).toContain('the passphrase with which it was written')
      expect(shown.split('Passphrase of the credentials: ')[1]).not.toContain('not the passphrase')
    },
  )
})

describe.concurrent('the tool changes nothing', () => {
  test.each([
    ['with a short passphrase', 'short', 'at least 12'],
    ['with a wrong one', 'not the passphrase', 'the passphrase with which it was written'],
  ])('%s', async (_what, passphrase, said) => {
    await using stage = await Stage.set({ rules: RULES })
    const right = await sealed(stage)
    const file = path.join(stage.configDirectory, 'credentials.enc')
    const before = readFileSync(file, 'utf8')
    const other = writeBeside(stage, 'other', passphrase)
    const [now, fresh] = passphrase === 'short' ? [right, other] : [other, right]
    const refused = await credentialsTool(stage, ['rotate', '--passphrase-file', now, '--new-passphrase-file', fresh])
    expect(refused.status).toBe(3)
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(said)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('with a passphrase that others can read (C-08)', async () => {
    await using stage = await Stage.set({ rules: RULES })
    const right = await sealed(stage)
    chmodSync(right, 0o644)
    writeFileSync(path.join(stage.configDirectory, '.env'), 'PROJECTX_API_KEY=x\n', { mode: 0o600 })
    const refused = await credentialsTool(stage, ['encrypt', '--passphrase-file', right])
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain('chmod 600')
  })
})
