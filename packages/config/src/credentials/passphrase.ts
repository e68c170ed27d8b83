import type { Environment } from '../config-folder.ts'
import { Secret } from '../secret.ts'
import { askPassphrase, type Terminal } from './ask-passphrase.ts'
import { type CredentialProblem, readSecretFile } from './secret-file.ts'
import { readSystemdCredentials, withoutLineEnd } from './systemd-credentials.ts'

/** The credential in which the service manager hands the passphrase over. */
export const PASSPHRASE_CREDENTIAL = 'credentials_passphrase'

export interface PassphraseSources {
  /** As `--passphrase-file` names it; `null` when it is not given. */
  readonly file: string | null
  readonly environment: Environment
  /** `null`: nobody is there to be asked. */
  readonly terminal: Terminal | null
}

/** A passphrase, or the place that should have had it. */
export interface Passphrase {
  /** `null`: none was given. */
  readonly secret: Secret | null
  readonly problem: CredentialProblem | null
  readonly exposure: CredentialProblem | null
}

/**
 * The passphrase of `credentials.enc`: of the file that is named, else of the service manager, else of the terminal. Never of an environment
 * variable, which every child process and crash report would have.
 */
export async function readPassphrase({ file, environment, terminal }: PassphraseSources): Promise<Passphrase> {
  if (file !== null) {
    const found = readSecretFile(file, '--passphrase-file')
    if (!found.ok) return { secret: null, problem: found.problem, exposure: null }
    return { secret: secretOf(withoutLineEnd(found.text)), problem: null, exposure: found.exposure }
  }
  const handedOver = readSystemdCredentials(environment).values.get(PASSPHRASE_CREDENTIAL)
  const text =
    handedOver ?? (terminal === null ? null : await askPassphrase('Passphrase of the credentials: ', terminal))
  return { secret: secretOf(text ?? ''), problem: null, exposure: null }
}

function secretOf(text: string): Secret | null {
  return text === '' ? null : new Secret(text)
}
