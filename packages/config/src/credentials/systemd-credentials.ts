import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../config-folder.ts'
import { type CredentialProblem, readSecretFile, secretPlace } from './secret-file.ts'

/** Where systemd puts what `LoadCredential=` and `LoadCredentialEncrypted=` name (systemd.exec). */
const FOLDER_VARIABLE = 'CREDENTIALS_DIRECTORY'
export const SYSTEMD_LAYER = 'systemd credential'
/**
 * The mode bits that systemd's own files never have. Those of the group may be set: with an access list for the service's user they are its mask.
 */
const EXPOSED = 0o026

export interface SystemdCredentials {
  /** By file name: the name of the variable, usually in lower case. */
  readonly values: ReadonlyMap<string, string>
  readonly problems: readonly CredentialProblem[]
  readonly exposures: readonly CredentialProblem[]
}

/** The credentials that the service manager hands over, each in a file of its own; none when there is no such folder. */
export function readSystemdCredentials(environment: Environment): SystemdCredentials {
  const folder = environment[FOLDER_VARIABLE] ?? ''
  const values = new Map<string, string>()
  const problems: CredentialProblem[] = []
  const exposures: CredentialProblem[] = []
  if (folder === '') return { values, problems, exposures }
  for (const name of namesIn(folder, problems)) {
    const found = readSecretFile(join(folder, name), SYSTEMD_LAYER, EXPOSED)
    if (!found.ok) {
      problems.push(found.problem)
      continue
    }
    if (found.exposure !== null) exposures.push(found.exposure)
    values.set(name, withoutLineEnd(found.text))
  }
  return { values, problems, exposures }
}

/** Tools that write such a file end its line. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function namesIn(folder: string, problems: CredentialProblem[]): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []))
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error)
    const complaint = {
      expected: 'the folder that $CREDENTIALS_DIRECTORY names',
      got,
      why: 'the service manager hands credentials over in it',
      fix: 'look at LoadCredential= of the unit, or unset the variable',
    }
    problems.push({ at: secretPlace(folder, SYSTEMD_LAYER), complaint })
    return []
  }
}
