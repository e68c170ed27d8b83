import { join } from 'node:path'
import { type Complaint, type Diagnostic, Report } from '../diagnostic.ts'
import { readEnvironmentFile } from '../environment-file.ts'
import { openSealed, SEALED_FILE } from './open-sealed.ts'
import type { Passphrase } from './passphrase.ts'
import { type CredentialProblem, readSecretFile, secretPlace } from './secret-file.ts'

/** The variables of one file of a configuration folder, or everything that is wrong with it. */
export type FolderSecrets =
  | { readonly ok: true; readonly variables: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

const ENVIRONMENT_FILE = '.env'

/** What `.env` holds, to be sealed. */
export function environmentSecrets(directory: string): FolderSecrets {
  const file = join(directory, ENVIRONMENT_FILE)
  const read = readSecretFile(file, ENVIRONMENT_FILE)
  if (!read.ok) return refused(read.problem)
  const report = new Report()
  const variables = readEnvironmentFile(file, read.text, report)
  if (variables.size === 0) report.error(secretPlace(file, ENVIRONMENT_FILE), '', NOTHING)
  return report.hasErrors ? { ok: false, diagnostics: report.all() } : { ok: true, variables }
}

/** What `credentials.enc` holds, to be sealed anew. */
export async function sealedSecrets(directory: string, { secret, problem }: Passphrase): Promise<FolderSecrets> {
  const file = join(directory, SEALED_FILE)
  const read = readSecretFile(file, SEALED_FILE)
  if (!read.ok) return refused(read.problem)
  if (problem !== null) return refused(problem)
  const opened = await openSealed(file, read.text, secret)
  return opened.ok ? opened : refused(opened.problem)
}

function refused({ at, complaint }: CredentialProblem): FolderSecrets {
  const report = new Report()
  report.error(at, '', complaint)
  return { ok: false, diagnostics: report.all() }
}

const NOTHING: Complaint = {
  expected: 'at least one variable',
  got: 'none',
  why: 'there is nothing to encrypt',
  fix: 'write PROJECTX_USERNAME and PROJECTX_API_KEY into it first',
}
