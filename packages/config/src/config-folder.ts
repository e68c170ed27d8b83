import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { MapNode } from './config-node.ts'
import { type CredentialLayer, NO_CREDENTIALS, type OpenedCredentials } from './credentials/credential-sources.ts'
import type { CredentialProblem } from './credentials/secret-file.ts'
import type { Complaint, Place, Report } from './diagnostic.ts'
import { readEnvironmentFile } from './environment-file.ts'
import { readYaml } from './read-yaml.ts'

/** A file that took part in the configuration. */
export interface ReadFile {
  /** Relative to the configuration folder, with forward slashes. */
  readonly path: string
  readonly sha256: string
}

/** Environment variables as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What a file turned out to be. `absent` and `unusable` are reported by whoever needs the file, and here. */
export type FileContent =
  | { readonly kind: 'read'; readonly tree: MapNode }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable' }

/** What a file would say, before it is written. */
export interface Draft {
  /** The file, relative to the configuration folder. */
  readonly name: string
  readonly text: string
}

export interface FolderOptions {
  /** The configuration folder, as people shall see it in diagnostics. */
  readonly directory: string
  readonly environment: Environment
  /** What is stronger than the environment; left out, nothing is. */
  readonly credentials?: OpenedCredentials
  /** Read instead of the file of its name, which has to be there. */
  readonly draft?: Draft
}

const ENVIRONMENT_FILE = '.env'
const FILE_BYTES_MAX = 1_048_576
const READABLE_BY_OTHERS = 0o044
const WRITABLE_BY_OTHERS = 0o022
const WRITABLE_BY_EVERYBODY = 0o002

/**
 * The configuration folder: reads each file once, strictly, with variables of the places where credentials are kept, of the process, and of `.env`.
 * The first that has a variable gives it.
 */
export class ConfigFolder {
  readonly #directory: string
  readonly #report: Report
  readonly #layers: readonly CredentialLayer[]
  readonly #contents = new Map<string, FileContent>()
  readonly #files: ReadFile[] = []
  /** What is wrong with the access rights of files; how bad that is depends on the environment. */
  readonly #exposures: CredentialProblem[] = []
  readonly #draft: Draft | undefined

  constructor({ directory, environment, credentials = NO_CREDENTIALS, draft }: FolderOptions, report: Report) {
    this.#directory = directory
    this.#draft = draft
    this.#report = report
    const own = this.#readVariables()
    this.#layers = [
      ...credentials.layers,
      { source: 'environment', variable: (name) => environment[name] || null },
      { source: ENVIRONMENT_FILE, variable: (name) => own.get(name) || null },
    ]
    for (const { at, complaint } of credentials.problems) report.error(at, '', complaint)
    this.#exposures.push(...credentials.exposures)
  }

  /** Files that were read, in the order of reading. `.env` is not among them: a digest of a short secret gives it away. */
  get files(): readonly ReadFile[] {
    return this.#files
  }

  /** Whether the folder is there at all. */
  exists(): boolean {
    return statOf(this.#directory)?.isDirectory() ?? false
  }

  /** A variable of the strongest place that has it; `null` when it is empty or nowhere set. */
  variable(name: string): string | null {
    return this.#layerWith(name)?.variable(name) ?? null
  }

  /** The place that gives a variable: never its value. `null` when it is empty or nowhere set. */
  sourceOf(name: string): string | null {
    return this.#layerWith(name)?.source ?? null
  }

  /** Reads a YAML file of the folder. What is wrong with its content is reported; its absence is for the caller to judge. */
  read(name: string, layer: string): FileContent {
    const known = this.#contents.get(name)
    if (known !== undefined) return known
    const content = this.#readYaml(name, layer)
    this.#contents.set(name, content)
    return content
  }

  /** The start of a file, to say that something is missing in it. */
  placeIn(name: string, layer: string): Place {
    return { file: join(this.#directory, name), line: 1, column: 1, layer }
  }

  /**
   * The name by which a file that a setting names is read: relative to the folder and really inside it, also through links.
   *
   * @returns `null` when it lies outside
   */
  nameInside(written: string): string | null {
    const name = relative(this.#directory, isAbsolute(written) ? written : join(this.#directory, written))
    if (leavesFolder(name)) return null
    try {
      const real = relative(realpathSync(this.#directory), realpathSync(join(this.#directory, name)))
      return leavesFolder(real) ? null : name
    } catch {
      return name // it does not exist, which is reported when it is read
    }
  }

  /** Reports files that others could read or change. Against the simulator there is nothing to steal, so it is a warning. */
  reportExposures(environment: 'production' | 'simulator'): void {
    const severity = environment === 'simulator' ? 'warning' : 'error'
    for (const { at, complaint } of this.#exposures) this.#report.add(severity, at, '', complaint)
  }

  #layerWith(name: string): CredentialLayer | undefined {
    return this.#layers.find((layer) => layer.variable(name) !== null)
  }

  #readVariables(): ReadonlyMap<string, string> {
    const text = this.#readText(ENVIRONMENT_FILE, ENVIRONMENT_FILE)
    if (typeof text !== 'string') return new Map()
    const { file } = this.placeIn(ENVIRONMENT_FILE, ENVIRONMENT_FILE)
    return readEnvironmentFile(file, text, this.#report)
  }

  #readYaml(name: string, layer: string): FileContent {
    const text = this.#readText(name, layer)
    if (text === null) return { kind: 'absent' }
    if (text === UNREADABLE) return { kind: 'unusable' }
    const path = name.split(sep).join('/')
    this.#files.push({ path, sha256: createHash('sha256').update(text).digest('hex') })
    const { file } = this.placeIn(name, layer)
    const tree = readYaml({ file, layer, text }, (variable) => this.variable(variable), this.#report)
    return tree === null ? { kind: 'unusable' } : { kind: 'read', tree }
  }

  /** The text without byte-order mark, `null` when there is no such file, {@link UNREADABLE} after reporting why. */
  #readText(name: string, layer: string): string | typeof UNREADABLE | null {
    const path = join(this.#directory, name)
    const at = this.placeIn(name, layer)
    const stat = statOf(path)
    if (stat === null) return null
    if (!stat.isFile() || stat.size > FILE_BYTES_MAX) {
      this.#report.error(at, '', stat.isFile() ? TOO_LARGE : NO_FILE)
      return UNREADABLE
    }
    this.#noteExposure(name, at, stat)
    if (name === this.#draft?.name) return this.#draft.text
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
    } catch (error) {
      this.#report.error(at, '', error instanceof TypeError ? NO_UTF8 : NOT_ALLOWED)
      return UNREADABLE
    }
  }

  #noteExposure(name: string, at: Place, { mode }: Stats): void {
    if (process.platform === 'win32') return // its modes say nothing about other users
    if (name === ENVIRONMENT_FILE) {
      if ((mode & (READABLE_BY_OTHERS | WRITABLE_BY_OTHERS)) !== 0)
        this.#exposures.push({ at, complaint: SECRETS_EXPOSED })
    } else if ((mode & WRITABLE_BY_EVERYBODY) !== 0) this.#exposures.push({ at, complaint: WRITABLE })
  }
}

const UNREADABLE = Symbol('unreadable')

function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

function leavesFolder(name: string): boolean {
  return name === '' || name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name)
}

const NO_FILE: Complaint = {
  expected: 'a file',
  got: 'a folder or a device',
  why: 'the settings are read from it',
  fix: 'put the file there, or name another',
}

const TOO_LARGE: Complaint = {
  expected: 'a file of at most 1 MiB',
  got: 'a larger one',
  why: 'no real configuration is that large',
  fix: 'check whether this is the right file',
}

const NO_UTF8: Complaint = {
  expected: 'a text in UTF-8',
  got: 'bytes of another encoding',
  why: 'characters would be read as others',
  fix: 'save the file as UTF-8',
}

const NOT_ALLOWED: Complaint = {
  expected: 'a file that the daemon may read',
  got: 'access denied',
  why: 'the settings in it are needed',
  fix: "give the daemon's user the right to read the file",
}

const SECRETS_EXPOSED: Complaint = {
  expected: 'a file that only its owner can read',
  got: 'one that other users can read or change',
  why: 'it holds the API key',
  fix: 'run `chmod 600 .env` in the configuration folder',
}

const WRITABLE: Complaint = {
  expected: 'a file that not everybody can change',
  got: 'one that every user of the machine can write',
  why: 'a limit that the trader can edit is no limit',
  fix: 'run `chmod o-w` on the file',
}
