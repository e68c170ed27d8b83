import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { SEALED_FILE } from '@rm/config'
import { EXIT_CODES } from '@rm/runtime-pack'
import { z } from 'zod'
import { rehearsalConfig } from '../../rehearsal/rehearsal-config.ts'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'

/** Seals a login with the program that operators use, and tries to get at it. */
export const sealedCredentialsCheck: Check = {
  id: 'sealed-credentials',
  title: 'Sealed credentials open with their passphrase only, and not after a change',
  from: 'standard',
  limitMs: 120_000,
  async run(context) {
    const folder = new SealedFolder(context)
    const own = ownFileFindings(context)
    const sealing = await folder.seal()
    if (sealing !== 0)
      return answer('Nothing could be sealed.', [...own, finding(SEALED_FILE, `encrypt ended with ${sealing}`)])
    const findings: Finding[] = []
    if (folder.text.includes(folder.secret)) findings.push(finding(SEALED_FILE, 'the key stands in it in the clear'))
    const opened = await folder.openWith(folder.passphrase)
    if (opened !== EXIT_CODES.success)
      findings.push(finding(SEALED_FILE, `its own passphrase is refused with exit code ${opened}`))
    if ((await folder.openWith(randomBytes(12).toString('base64'))) !== EXIT_CODES.configuration)
      findings.push(finding(SEALED_FILE, 'another passphrase opened it'))
    for (const part of PARTS) {
      context.tell(`a byte of ${part.join('.')} is changed`)
      if ((await folder.openChanged(part)) !== EXIT_CODES.configuration)
        findings.push(
          finding(`${SEALED_FILE} ${part.join('.')}`, 'a byte of it was changed, and it was opened all the same'),
        )
    }
    const evidence = `A login was sealed and opened, one wrong passphrase was tried, and a byte was changed in ${PARTS.length} places.`
    return answer(evidence, [...own, ...findings])
  },
}

/** Where a byte is changed: what the key is derived from, what locks it, and what it locks. */
const PARTS = [['salt'], ['wrappedKey', 'data'], ['variables', 'data'], ['variables', 'tag']] as const
type Part = (typeof PARTS)[number]

const Box = z.looseObject({ iv: z.base64(), tag: z.base64(), data: z.base64() })
const Sealed = z.looseObject({ format: z.literal(1), salt: z.base64(), wrappedKey: Box, variables: Box })

/** The operator's own file is only looked at: its passphrase is nobody's business here. */
function ownFileFindings({ subject: { configDirectory } }: CheckContext): readonly Finding[] {
  const file = path.join(configDirectory, SEALED_FILE)
  if (!existsSync(file)) return []
  try {
    const parsed = Sealed.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (parsed.success) return []
    return [ownFinding(file, z.prettifyError(parsed.error))]
  } catch (error) {
    return [ownFinding(file, error instanceof Error ? error.message : String(error))]
  }
}

function ownFinding(file: string, what: string): Finding {
  const remedy = 'Put a copy of the file back, or encrypt the credentials again: risk-manager credentials encrypt.'
  return { severity: 'error', place: file, what: `it is no sealed file: ${what}`, remedy }
}

function finding(place: string, what: string): Finding {
  const remedy = 'Do not deploy this build: give the key by the service manager until it is mended.'
  return { severity: 'error', place, what, remedy }
}

const run = promisify(execFile)
const PROGRAM_MS = 20_000
const LOGIN = ['PROJECTX_USERNAME', 'PROJECTX_API_KEY'] as const

/** A copy of the configuration whose login is in a sealed file and nowhere else. */
class SealedFolder {
  readonly secret = randomBytes(24).toString('hex')
  readonly passphrase = randomBytes(12).toString('base64')
  readonly #context: CheckContext
  readonly #directory: string
  readonly #file: string

  constructor(context: CheckContext) {
    this.#context = context
    this.#directory = path.join(context.scratch, 'config')
    this.#file = path.join(this.#directory, SEALED_FILE)
    rehearsalConfig(context.subject.configDirectory, this.#directory)
  }

  get text(): string {
    return readFileSync(this.#file, 'utf8')
  }

  /** @returns the exit code */
  async seal(): Promise<number> {
    const plain = path.join(this.#directory, '.env')
    writeFileSync(plain, LOGIN.map((name) => `${name}=${this.secret}\n`).join(''), { mode: 0o600 })
    const code = await this.#cli(['credentials', 'encrypt'], this.passphrase)
    rmSync(plain)
    return code
  }

  /** Reads the configuration with the sealed login. @returns the exit code */
  openWith(passphrase: string): Promise<number> {
    return this.#cli(['config', 'check'], passphrase)
  }

  /** The same after one bit of a part was turned; the file is as it was afterwards. */
  async openChanged([key, inner]: Part): Promise<number> {
    const whole = this.text
    const content: unknown = JSON.parse(whole)
    const sealed = Sealed.parse(content)
    const box = inner === undefined ? { ...sealed } : { ...Box.parse(sealed[key]) }
    const name = inner ?? key
    const changed = { ...box, [name]: withTurnedBit(z.string().parse(box[name as keyof typeof box])) }
    writeFileSync(this.#file, JSON.stringify(inner === undefined ? changed : { ...sealed, [key]: changed }))
    const code = await this.openWith(this.passphrase)
    writeFileSync(this.#file, whole)
    return code
  }

  async #cli(words: readonly string[], passphrase: string): Promise<number> {
    const { subject, scratch, signal } = this.#context
    const file = path.join(scratch, 'passphrase')
    writeFileSync(file, `${passphrase}\n`, { mode: 0o600 })
    const line = [subject.programs.cli, ...words, '--config', this.#directory, '--passphrase-file', file]
    const unset = Object.fromEntries(LOGIN.map((name) => [name, '']))
    const environment = { ...subject.environment, ...SOMEWHERE, ...unset, NODE_OPTIONS: '' }
    try {
      await run(process.execPath, line, { env: environment, signal, timeout: PROGRAM_MS })
      return EXIT_CODES.success
    } catch (error) {
      const { code } = z.looseObject({ code: z.number() }).parse(error)
      return code
    }
  }
}

/** Where the simulator of the copy would be: nobody asks there. */
const SOMEWHERE = {
  SIM_API_URL: 'http://127.0.0.1:1',
  SIM_USER_HUB_URL: 'http://127.0.0.1:1/hubs/user',
  SIM_MARKET_HUB_URL: 'http://127.0.0.1:1/hubs/market',
} as const

function withTurnedBit(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  return bytes.toString('base64')
}
