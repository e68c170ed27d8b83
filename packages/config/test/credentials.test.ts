import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CredentialSources, type Diagnostic, explainConfig, loadConfig, type LoadOptions, seal } from '../src/index.ts'
import { VALID } from './config-fixture.ts'

const PASSPHRASE = 'correct horse battery'
const NAMES = { PROJECTX_USERNAME: 'trader', PROJECTX_API_KEY: 'of-nowhere' }
const SIMULATOR = {
  api_url: 'http://127.0.0.1:1',
  user_hub_url: 'http://127.0.0.1:1',
  market_hub_url: 'http://127.0.0.1:1',
}
const sealedText = (
  await seal(
    new Map([
      ['PROJECTX_USERNAME', 'sealed-user'],
      ['PROJECTX_API_KEY', 'of-the-sealed-file'],
    ]),
    PASSPHRASE,
  )
).text

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rm-credentials-'))
  for (const [name, text] of Object.entries(VALID)) write(name, text)
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

/** What systemd would hand over. */
function handOver(files: Readonly<Record<string, string>>, mode = 0o400): { readonly CREDENTIALS_DIRECTORY: string } {
  const directory = join(folder, 'handed-over')
  mkdirSync(directory)
  for (const [name, text] of Object.entries(files)) write(join('handed-over', name), text, mode)
  return { CREDENTIALS_DIRECTORY: directory }
}

interface Start {
  readonly environment?: LoadOptions['environment']
  readonly passphraseFile?: string
}

async function options({ environment = {}, passphraseFile }: Start = {}): Promise<LoadOptions> {
  const sources = new CredentialSources({
    directory: folder,
    environment,
    passphraseFile: passphraseFile ?? null,
    terminal: null,
  })
  return {
    directory: folder,
    environment,
    credentials: await sources.open(),
    today: Temporal.PlainDate.from('2026-11-18'),
  }
}

async function apiKey(start?: Start): Promise<string> {
  const loaded = loadConfig(await options(start))
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ got }) => got).join('; '))
  return loaded.credentials.apiKey.reveal()
}

async function refusal(start?: Start): Promise<readonly Diagnostic[]> {
  const loaded = loadConfig(await options(start))
  if (loaded.ok) throw new Error('it was accepted')
  return loaded.diagnostics
}

/** Which place `config explain` names, and all that it says of the key. */
async function explainedKey(start?: Start): Promise<{ readonly sources: readonly string[]; readonly value: unknown }> {
  const explanation = explainConfig(await options(start))
  if (!explanation.ok) throw new Error('it was refused')
  const { sources, value } = explanation.login.find(({ path }) => path === 'topstepx.api_key') ?? {
    sources: [],
    value: null,
  }
  return { sources, value }
}

describe('the place that gives a credential', () => {
  test('is what systemd hands over, then credentials.enc, then the environment, then .env', async () => {
    write('.env', 'PROJECTX_USERNAME=trader\nPROJECTX_API_KEY=of-the-file\n')
    expect(await apiKey()).toBe('of-the-file')
    expect(await explainedKey()).toEqual({ sources: ['.env'], value: '*** (11 characters)' })

    expect(await apiKey({ environment: NAMES })).toBe('of-nowhere')
    expect((await explainedKey({ environment: NAMES })).sources).toEqual(['environment'])

    write('credentials.enc', sealedText)
    const passphraseFile = write('passphrase', `${PASSPHRASE}\n`)
    expect(await apiKey({ environment: NAMES, passphraseFile })).toBe('of-the-sealed-file')
    expect((await explainedKey({ environment: NAMES, passphraseFile })).sources[0]).toMatch(
      /^credentials\.enc, key [0-9a-f]{16}$/,
    )

    const environment = { ...NAMES, ...handOver({ projectx_api_key: 'of-systemd\n' }) }
    expect(await apiKey({ environment, passphraseFile })).toBe('of-systemd')
    expect((await explainedKey({ environment, passphraseFile })).sources).toEqual(['systemd credential'])
  })

  test('may be named as the variable is written, and is passed over when it is empty', async () => {
    const environment = { ...NAMES, ...handOver({ PROJECTX_API_KEY: 'of-systemd', projectx_username: '\n' }) }
    const loaded = loadConfig(await options({ environment }))
    expect(loaded.ok && loaded.credentials).toMatchObject({ userName: 'trader' })
    expect(await apiKey({ environment })).toBe('of-systemd')
  })

  test('can be told the passphrase by systemd', async () => {
    write('credentials.enc', sealedText)
    const environment = handOver({ credentials_passphrase: PASSPHRASE })
    expect(await apiKey({ environment })).toBe('of-the-sealed-file')
  })
})

describe('sealed credentials are refused whole', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['with a wrong passphrase', sealedText, 'correct horse batterz', 'another one, or a changed head'],
    ['with a changed key id', changed('keyId'), PASSPHRASE, 'another one, or a changed head'],
    ['with a changed salt', changed('salt'), PASSPHRASE, 'another one, or a changed head'],
    ['with a changed key', changed('wrappedKey'), PASSPHRASE, 'another one, or a changed head'],
    ['with changed variables', changed('variables'), PASSPHRASE, 'changed since'],
    ['when they are cut off', sealedText.slice(0, 200), PASSPHRASE, 'something else'],
    ['without a passphrase', sealedText, '', 'none'],
  ]
  test.each(cases)(
    '%s, and the environment does not stand in for them (C-08)',
    async (_what, text, passphrase, got) => {
      write('credentials.enc', text)
      const found = await refusal({ environment: NAMES, passphraseFile: write('passphrase', passphrase) })
      expect(found).toHaveLength(1)
      expect(found[0]).toMatchObject({ severity: 'error', file: join(folder, 'credentials.enc') })
      expect(found[0]?.got).toContain(got)
    },
  )

  test('when the file with the passphrase is missing (C-08)', async () => {
    write('credentials.enc', sealedText)
    const passphraseFile = join(folder, 'nowhere')
    expect(await refusal({ environment: NAMES, passphraseFile })).toMatchObject([{ file: passphraseFile }])
  })

  test('with two parts exchanged', async () => {
    const parts = JSON.parse(sealedText)
    write('credentials.enc', JSON.stringify({ ...parts, variables: parts.wrappedKey, wrappedKey: parts.variables }))
    expect(await refusal({ passphraseFile: write('passphrase', PASSPHRASE) })).not.toHaveLength(0)
  })
})

describe.skipIf(process.platform === 'win32')('what others can read (C-08)', () => {
  test('is refused: the sealed file, the passphrase, a credential of systemd', async () => {
    write('credentials.enc', sealedText, 0o644)
    const passphraseFile = write('passphrase', PASSPHRASE, 0o640)
    const environment = handOver({ projectx_username: 'trader' }, 0o444)
    expect(
      (await refusal({ environment, passphraseFile })).map(
        ({ severity, file }) => `${severity} ${file.replace(folder, '')}`,
      ),
    ).toEqual(['error /credentials.enc', 'error /handed-over/projectx_username', 'error /passphrase'])
  })

  test('is a warning with a simulator, where there is nothing to steal', async () => {
    write('api_config.yaml', JSON.stringify({ environment: 'simulator', ...SIMULATOR }))
    write('credentials.enc', sealedText, 0o644)
    const loaded = loadConfig(await options({ passphraseFile: write('passphrase', PASSPHRASE) }))
    expect(loaded.ok && loaded.warnings.map(({ file }) => file)).toEqual([join(folder, 'credentials.enc')])
  })

  test('is not the group of a credential of systemd: its access list shows there', async () => {
    const environment = { ...NAMES, ...handOver({ projectx_api_key: 'of-systemd' }, 0o440) }
    expect(await apiKey({ environment })).toBe('of-systemd')
  })
})

test('two sealings of the same have nothing in common', async () => {
  const again = await seal(new Map([['PROJECTX_API_KEY', 'of-the-sealed-file']]), PASSPHRASE)
  const [one, two] = [JSON.parse(sealedText), JSON.parse(again.text)]
  for (const part of ['keyId', 'salt', 'wrappedKey', 'variables']) expect(one[part]).not.toEqual(two[part])
  for (const secret of ['of-the-sealed-file', 'PROJECTX_API_KEY', PASSPHRASE]) expect(again.text).not.toContain(secret)
})

/** The sealed file with one character of a part exchanged. */
function changed(part: string): string {
  const file = JSON.parse(sealedText)
  const value: unknown = file[part]
  const edited = typeof value === 'string' ? otherwise(value) : { ...file[part], data: otherwise(file[part].data) }
  return JSON.stringify({ ...file, [part]: edited })
}

function otherwise(text: string): string {
  return `${text.startsWith('a') ? 'b' : 'a'}${text.slice(1)}`
}
