import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../config-folder.ts'
import type { Terminal } from './ask-passphrase.ts'
import { openSealed, SEALED_FILE } from './open-sealed.ts'
import { type Passphrase, readPassphrase } from './passphrase.ts'
import { type CredentialProblem, readSecretFile } from './secret-file.ts'
import { readSystemdCredentials, SYSTEMD_LAYER } from './systemd-credentials.ts'

/** One place that variables come from, stronger than the environment of the process. */
export interface CredentialLayer {
  /** As `config explain` calls it. */
  readonly source: string
  /** `null` when it does not have the variable. */
  readonly variable: (name: string) => string | null
}

/** What the stronger places have, the strongest first, and what is wrong with them. */
export interface OpenedCredentials {
  readonly layers: readonly CredentialLayer[]
  /** Each is a reason to refuse the configuration. */
  readonly problems: readonly CredentialProblem[]
  /** Files that others could read or change. */
  readonly exposures: readonly CredentialProblem[]
}

/** Neither a place nor a problem. */
export const NO_CREDENTIALS: OpenedCredentials = { layers: [], problems: [], exposures: [] }

export interface CredentialOptions {
  /** The configuration folder. */
  readonly directory: string
  readonly environment: Environment
  /** As `--passphrase-file` names it; `null` when it is not given. */
  readonly passphraseFile: string | null
  /** `null`: nobody is there to be asked. */
  readonly terminal: Terminal | null
}

/**
 * Where credentials come from beside the environment and `.env` (reliability 4.2): what the service manager hands over, then `credentials.enc`.
 * Opened once; what could not be opened is tried again, with the passphrase of the first time.
 */
export class CredentialSources {
  readonly #options: CredentialOptions
  #opened: OpenedCredentials | null = null
  #passphrase: Passphrase | null = null

  constructor(options: CredentialOptions) {
    this.#options = options
  }

  /** Reads all of them. Nothing throws: a problem belongs to the diagnostics of the configuration. */
  async open(): Promise<OpenedCredentials> {
    if (this.#opened === null || this.#opened.problems.length > 0 || this.#opened.exposures.length > 0)
      this.#opened = await this.#openAnew()
    return this.#opened
  }

  async #openAnew(): Promise<OpenedCredentials> {
    const { directory, environment } = this.#options
    const systemd = readSystemdCredentials(environment)
    const layers: CredentialLayer[] = [
      {
        source: SYSTEMD_LAYER,
        variable: (name) => systemd.values.get(name) || systemd.values.get(name.toLowerCase()) || null,
      },
    ]
    const sealed = existsSync(join(directory, SEALED_FILE)) ? await this.#openSealed() : NO_CREDENTIALS
    return {
      layers: [...layers, ...sealed.layers],
      problems: [...systemd.problems, ...sealed.problems],
      exposures: [...systemd.exposures, ...sealed.exposures],
    }
  }

  async #openSealed(): Promise<OpenedCredentials> {
    const { directory, environment, passphraseFile, terminal } = this.#options
    const file = join(directory, SEALED_FILE)
    const read = readSecretFile(file, SEALED_FILE)
    if (!read.ok) return { layers: [], problems: [read.problem], exposures: [] }
    this.#passphrase ??= await readPassphrase({ file: passphraseFile, environment, terminal })
    const { secret, problem, exposure } = this.#passphrase
    const exposures = [read.exposure, exposure].filter((one) => one !== null)
    if (problem !== null) return { layers: [], problems: [problem], exposures }
    const opened = await openSealed(file, read.text, secret)
    if (!opened.ok) return { layers: [], problems: [opened.problem], exposures }
    const { keyId, variables } = opened
    const layer: CredentialLayer = {
      source: `${SEALED_FILE}, key ${keyId}`,
      variable: (name) => variables.get(name) || null,
    }
    return { layers: [layer], problems: [], exposures }
  }
}
