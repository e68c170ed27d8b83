import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Diagnostic, type LoadedConfig, loadConfig, type RefusedConfig } from '@rm/config'
import type { Failure } from '@rm/domain'
import { type DeploymentClass, deploymentClass } from './deployment-class.ts'
import { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-code.ts'
import { CLOCK_OFFSET_MS_MAX, type GatewayProbe, probeGateways } from './gateway-probe.ts'
import { type ProgramBuild, programBuild } from './program-build.ts'
import { wallClockMs } from './system-clock.ts'

interface EnvOptions {
  /** The built program of the daemon. */
  readonly daemon: string
  readonly configDirectory: string
  /** Where the daemon's data folder is, or will be made. */
  readonly dataDirectory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly today: Temporal.PlainDate
}

/** Everything around the program on which its work depends. Holds no secret: it is meant to be sent to others. */
export interface EnvSnapshot {
  readonly takenAt: string
  readonly system: {
    readonly platform: string
    readonly release: string
    readonly architecture: string
    readonly processors: number
    readonly timeZone: string
  }
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number }
  readonly node: { readonly version: string; readonly v8: string; readonly openssl: string }
  readonly build: ProgramBuild
  readonly configuration: ConfigurationFacts
  readonly credentials: CredentialFacts
  readonly disk: DiskFacts
  /** Each address of the gateway once; empty without a valid configuration. */
  readonly gateway: readonly GatewayProbe[]
  readonly deployment: DeploymentClass
  /** What keeps a daemon from working here. */
  readonly problems: readonly EnvProblem[]
}

interface ConfigurationFacts {
  readonly isValid: boolean
  readonly hash: string | null
  readonly environment: string | null
  readonly accounts: number
  readonly rules: number
  /** `file:line key: what was found`. */
  readonly errors: readonly string[]
}

/** Whether they are there, never what they are. */
interface CredentialFacts {
  readonly userName: 'set' | 'missing'
  readonly apiKey: 'set' | 'missing'
}

interface DiskFacts {
  readonly directory: string
  readonly freeBytes: number
  readonly isWritable: boolean
}

interface EnvProblem {
  readonly failure: Extract<Failure, 'configuration' | 'gateway' | 'environment'>
  readonly sentence: string
}

const PROBE_MS = 5_000
/** Logs, backups and the store's journal need some room; a guess. */
const FREE_DISK_BYTES_MIN = 512 * 1_048_576
const NODE_MAJOR_MIN = 26

export async function takeSnapshot(options: EnvOptions): Promise<EnvSnapshot> {
  const { configDirectory: directory, environment, today } = options
  const config = loadConfig({ directory, environment, today })
  const facts = {
    takenAt: Temporal.Instant.fromEpochMilliseconds(wallClockMs()).toString(),
    system: {
      platform: process.platform,
      release: os.release(),
      architecture: process.arch,
      processors: os.availableParallelism(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
    node: { version: process.versions.node, v8: process.versions.v8, openssl: process.versions.openssl },
    build: programBuild(options.daemon),
    configuration: configurationFacts(config),
    credentials: credentialFacts(config),
    disk: diskFacts(path.resolve(options.dataDirectory)),
    gateway: config.ok ? await probeGateways(config.api, PROBE_MS) : [],
    deployment: deploymentClass(),
  }
  return { ...facts, problems: problemsOf(facts) }
}

/** That of the first problem, in the order in which a start would meet them. */
export function exitCodeOfSnapshot({ problems }: EnvSnapshot): ExitCode {
  const order = ['environment', 'configuration', 'gateway'] as const
  const first = order.find((failure) => problems.some((problem) => problem.failure === failure))
  return first === undefined ? EXIT_CODES.success : exitCodeOf(first)
}

function configurationFacts(config: LoadedConfig | RefusedConfig): ConfigurationFacts {
  if (!config.ok) {
    const errors = config.diagnostics.filter(({ severity }) => severity === 'error').map(sentenceOf)
    return { isValid: false, hash: null, environment: null, accounts: 0, rules: 0, errors }
  }
  return {
    isValid: true,
    hash: config.hash,
    environment: config.api.environment,
    accounts: config.accounts.filter((account) => account.enabled).length,
    rules: config.ruleCount,
    errors: [],
  }
}

function sentenceOf({ file, line, keyPath, got, expected }: Diagnostic): string {
  return `${file}:${line} ${keyPath}: expected ${expected}, got ${got}`
}

function credentialFacts({ credentials }: LoadedConfig | RefusedConfig): CredentialFacts {
  const apiKey = credentials?.apiKey.reveal() ?? ''
  return {
    userName: (credentials?.userName ?? '') === '' ? 'missing' : 'set',
    apiKey: apiKey === '' ? 'missing' : 'set',
  }
}

/** Of the folder, or of the one in which it would be made. */
function diskFacts(directory: string): DiskFacts {
  let present = directory
  while (!existsSync(present)) present = path.dirname(present)
  const { bavail, bsize } = statfsSync(present)
  return { directory, freeBytes: bavail * bsize, isWritable: isWritable(present) }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function problemsOf(facts: Omit<EnvSnapshot, 'problems'>): readonly EnvProblem[] {
  const { node, build, disk, configuration, credentials, gateway } = facts
  const problems: EnvProblem[] = []
  const note = (failure: EnvProblem['failure'], sentence: string): void => {
    problems.push({ failure, sentence })
  }
  if (Number(node.version.split('.')[0]) < NODE_MAJOR_MIN) note('environment', `Node ${node.version} is too old`)
  if (build.digest === null) note('environment', 'the daemon was not built')
  for (const [name, version] of Object.entries(build.packages))
    if (version === null) note('environment', `the package ${name} is missing`)
  if (!disk.isWritable) note('environment', `${disk.directory} cannot be written`)
  if (disk.freeBytes < FREE_DISK_BYTES_MIN) note('environment', `the disk of ${disk.directory} is nearly full`)
  for (const error of configuration.errors) note('configuration', error)
  for (const [name, state] of Object.entries(credentials))
    if (configuration.isValid && state === 'missing') note('configuration', `the credential ${name} is missing`)
  for (const { url, fault } of gateway) if (fault !== null) note('gateway', `${url} does not answer: ${fault}`)
  const offsetMs = gateway[0]?.clockOffsetMs ?? null
  if (configuration.environment === 'production' && offsetMs !== null && Math.abs(offsetMs) > CLOCK_OFFSET_MS_MAX)
    note('environment', `this machine's clock and the gateway's are ${offsetMs} ms apart: nothing would unlock`)
  return problems
}
