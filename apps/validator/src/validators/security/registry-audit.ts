import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type AdvisoryHit, severityOf } from './advisories.ts'

/** What the registry says of the locked versions. */
export type RegistryAudit =
  | { readonly kind: 'answered'; readonly hits: readonly AdvisoryHit[] }
  | { readonly kind: 'silent'; readonly why: string }

/** Short: where nobody answers, older knowledge has to do. */
const ANSWER_MS = 15_000
const OUTPUT_BYTES_MAX = 32 * 1_048_576

/** As `pnpm audit --json` writes it. */
const Audit = z.object({
  advisories: z.record(
    z.string(),
    z.looseObject({
      module_name: z.string(),
      severity: z.string(),
      title: z.string().default(''),
      github_advisory_id: z.string().optional(),
      url: z.string().optional(),
      patched_versions: z.string().optional(),
      vulnerable_versions: z.string().default('?'),
      findings: z.array(z.looseObject({ version: z.string() })).default([]),
    }),
  ),
})

const run = promisify(execFile)

/** Asks the registry by its ordinary client, which ends with another code than 0 when it knows something. */
export async function auditByRegistry(repository: string, signal: AbortSignal): Promise<RegistryAudit> {
  const own = path.join(repository, '.rm-toolchain/pnpm/pnpm')
  const program = existsSync(own) ? own : 'pnpm'
  const options = { cwd: repository, signal, timeout: ANSWER_MS, maxBuffer: OUTPUT_BYTES_MAX }
  try {
    const { stdout } = await run(program, ['audit', '--json'], options)
    return readAudit(stdout)
  } catch (error) {
    const { stdout = '', stderr = '', message } = Failure.parse(error)
    const read = readAudit(stdout)
    return read.kind === 'answered' ? read : { kind: 'silent', why: reasonOf(`${stderr}\n${stdout}`, message) }
  }
}

const Failure = z.looseObject({ stdout: z.string().optional(), stderr: z.string().optional(), message: z.string() })

/** The first line that says something. */
function reasonOf(output: string, message: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^[\s×│]+/, '').trim())
  return lines.find((line) => line !== '') ?? message
}

/** Reads what the client printed; `silent` when it is no answer of a registry. */
export function readAudit(output: string): RegistryAudit {
  try {
    const { advisories } = Audit.parse(JSON.parse(output))
    const hits = Object.entries(advisories).map(([number, found]) => ({
      id: found.github_advisory_id ?? found.url ?? number,
      severity: severityOf(found.severity),
      summary: found.title,
      name: found.module_name,
      version: found.findings.map(({ version }) => version).join(', ') || found.vulnerable_versions,
      isShipped: null,
      fixedIn: found.patched_versions ?? null,
    }))
    return { kind: 'answered', hits }
  } catch {
    return { kind: 'silent', why: 'its answer is none of a registry' }
  }
}
