import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CredentialSources,
  type Diagnostic,
  formatDiagnostics,
  type LoadedConfig,
  loadConfig,
  type RefusedConfig,
} from '@rm/config'
import { holdsProtection } from '@rm/state'
import type { DaemonOptions } from './command-line.ts'
import { recallConfig } from './last-good-config.ts'
import type { LineQueue } from './line-queue.ts'
import { storePlaces } from './store-places.ts'
import { localToday } from './system-clock.ts'

/** Thrown for a configuration with errors; the text is ready to be shown. */
export class ConfigurationRefused extends Error {
  override readonly name = 'ConfigurationRefused'
}

export interface StartingConfig {
  readonly config: LoadedConfig
  readonly lines: LineQueue
  /** For reading the configuration again. */
  readonly credentials: CredentialSources
  /** Why the files were refused; the configuration is the last good one then. `null`: they were accepted. */
  readonly refused: readonly Diagnostic[] | null
}

/** Pause of a start that must not give up and has no credentials. */
const RETRY_MS = 5_000

/**
 * The configuration that the start goes on with. One that is refused ends the start with {@link ConfigurationRefused}, unless the store has a
 * lockout or an unfinished goal: then the last good one is taken, since breaking a file must not be a way out of a lockout (reliability C-01).
 *
 * @param openLog - as the configuration says it
 */
export async function startingConfig(
  options: DaemonOptions,
  openLog: (config: Pick<LoadedConfig, 'general' | 'accounts'>) => Promise<LineQueue>,
): Promise<StartingConfig> {
  const sources = credentialSources(options)
  let lines: LineQueue | null = null
  for (;;) {
    const loaded = loadConfig({
      directory: options.configDirectory,
      environment: process.env,
      credentials: await sources.open(),
      today: localToday(),
    })
    if (loaded.ok)
      return { config: loaded, lines: lines ?? (await openLog(loaded)), credentials: sources, refused: null }
    const { credentials, ...last } = lastGoodOrRefuse(loaded, options)
    lines ??= await openLog(last)
    tellRefusal(lines, loaded, last.hash)
    if (credentials !== null)
      return { config: { ...last, credentials }, lines, credentials: sources, refused: problemsOf(loaded) }
    tellMissingCredentials(lines)
    await pause(RETRY_MS)
  }
}

/** A passphrase is asked for where somebody is there to answer. */
function credentialSources({ configDirectory, passphraseFile }: DaemonOptions): CredentialSources {
  const { stdin, stderr, env } = process
  const terminal = stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : null
  return new CredentialSources({ directory: configDirectory, environment: env, passphraseFile, terminal })
}

/** Over: the files are accepted again. */
export function tellAcceptance(lines: LineQueue): void {
  lines.add({
    level: 'info',
    message: `Alert over: ${ALERT}: the configuration is accepted`,
    topic: 'enforcement',
    facts: { event: 'alert-over', alert: ALERT },
  })
}

/** Where each problem stands, for the audit trail. */
export function placesOf(problems: readonly Diagnostic[]): readonly string[] {
  return problems.map(({ file, line, keyPath }) => `${file}:${line} ${keyPath}`.trimEnd())
}

export function problemsOf({ diagnostics }: RefusedConfig): readonly Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'error')
}

const ALERT = 'config-refused'
/** So much of a digest tells two configurations apart. */
const DIGEST_SHOWN = 12

function lastGoodOrRefuse(
  refused: RefusedConfig,
  { dataDirectory }: DaemonOptions,
): NonNullable<ReturnType<typeof recallConfig>> {
  const last = recallConfig(dataDirectory, refused)
  if (last !== null) {
    const { databaseFile, secondFolder, emergencyJournal } = storePlaces(dataDirectory, last.general.database)
    const folders = [path.dirname(databaseFile), ...(secondFolder === null ? [] : [secondFolder])]
    if (holdsProtection(databaseFile, folders, emergencyJournal)) return last
  }
  const color = process.stderr.isTTY && process.env['NO_COLOR'] === undefined
  throw new ConfigurationRefused(formatDiagnostics(refused.diagnostics, { color, width: process.stderr.columns ?? 80 }))
}

function tellRefusal(lines: LineQueue, refused: RefusedConfig, hash: string): void {
  const problems = problemsOf(refused)
  const message = `Alert: the configuration is refused (${placesOf(problems).join('; ')}); as a lockout or a goal is stored, the start goes on with the last good one, ${hash.slice(0, DIGEST_SHOWN)}`
  alarm(lines, message, { problems: formatDiagnostics(problems, { color: false, width: 120 }) })
}

function tellMissingCredentials(lines: LineQueue): void {
  alarm(lines, 'Alert: the credentials are gone as well; nothing can be enforced until they or the files are back', {
    retryMs: RETRY_MS,
  })
}

function alarm(lines: LineQueue, message: string, facts: Readonly<Record<string, unknown>>): void {
  const common = { event: 'alert', alert: ALERT, severity: 'critical' }
  lines.add({ level: 'fatal', message, topic: 'enforcement', facts: { ...common, ...facts } })
  lines.flush()
}
