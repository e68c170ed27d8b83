import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Finding } from '../../report/validation-report.ts'
import { answer, type Check, type CheckContext } from '../../validator.ts'
import { findSecrets } from './found-secrets.ts'

/** Looks for secrets in what is tracked and in the configuration folder, where only `.env` and `credentials.enc` may hold some. */
export const secretsCheck: Check = {
  id: 'secrets',
  title: 'No secret stands in the repository or in the configuration',
  from: 'quick',
  limitMs: 120_000,
  async run({ subject, signal }) {
    const tracked = trackedFiles(subject.repository)
    const configured = filesBelow(subject.configDirectory).filter((name) => !HOLDS_SECRETS.has(path.basename(name)))
    const files = new Set([
      ...tracked.map((name) => path.resolve(subject.repository, name)),
      ...configured.map((name) => path.resolve(subject.configDirectory, name)),
    ])
    const findings: Finding[] = []
    for (const file of files) {
      if (signal.aborted) break
      findings.push(...(await fileFindings(file, subject)))
    }
    return answer(`${files.size} files were read, ${tracked.length} of them tracked.`, findings)
  },
}

/** Files of a configuration folder that are there to hold secrets; their rights are looked at elsewhere. */
const HOLDS_SECRETS: ReadonlySet<string> = new Set(['.env', 'credentials.enc'])
const BYTES_MAX = 2_000_000

async function fileFindings(file: string, { repository }: CheckContext['subject']): Promise<readonly Finding[]> {
  const content = textOf(file)
  if (content === null) return []
  const inside = path.relative(repository, file)
  const name = inside.startsWith('..') ? file : inside
  const found = await findSecrets(file, content)
  return found.map(({ line, what }) => ({ severity: 'error', place: `${name}:${line}`, what, remedy: REMEDY }))
}

const REMEDY =
  'Revoke it where it was made: whoever has a copy has it. Then take it out, and give it by .env, credentials.enc or the service manager.'

/** `null` for what is no text, too large to be one of ours, or gone. */
function textOf(file: string): string | null {
  try {
    if (!statSync(file).isFile() || statSync(file).size > BYTES_MAX) return null
    const text = readFileSync(file, 'utf8')
    return text.includes('\u0000') ? null : text
  } catch {
    return null
  }
}

/** By git; without one whatever lies there but what is installed or built. */
function trackedFiles(repository: string): readonly string[] {
  try {
    const options = { cwd: repository, encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 * 1_048_576 } as const
    const names = execFileSync('git', ['ls-files', '-z'], options).split('\0')
    return names.filter((name) => name !== '')
  } catch {
    return filesBelow(repository)
  }
}

const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.turbo', '.rm-toolchain'])

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return []
    if (!entry.isDirectory()) return [entry.name]
    return filesBelow(path.join(folder, entry.name)).map((name) => path.join(entry.name, name))
  })
}
