import { type DiagnosticStyle, formatDiagnostics, loadConfig, type LoadedConfig, type LoadOptions } from '@rm/config'
import type { DaemonReport, RouteOutput } from '@rm/control-api'
import { formatUsd, usd } from '@rm/domain'
import { EXIT_CODES } from '@rm/runtime-pack'
import { visible } from '@rm/runtime-pack/terminal'
import type { CommandResult } from './config-check.ts'

export interface DiffOptions extends LoadOptions {
  /** What the daemon holds every account to. */
  readonly settings: RouteOutput<'settings'>
  /** For the names of the accounts. */
  readonly report: DaemonReport
  readonly face: 'text' | 'json'
  readonly style: DiagnosticStyle
}

type HeldAccount = DiffOptions['settings']['accounts'][number]

/** `config diff`: in which rules the daemon differs from the files. */
export function diffSettings({ settings, report, face, style, ...options }: DiffOptions): CommandResult {
  const loaded = loadConfig(options)
  if (!loaded.ok) {
    const output = `${formatDiagnostics(loaded.diagnostics, style)}\n\nThe files are refused; the daemon holds what was good before.\n`
    return { output, exitCode: EXIT_CODES.configuration }
  }
  const names = new Map(report.accounts.map(({ id, name }) => [id, name]))
  const accounts = settings.accounts.map((held) => differencesOf(held, names.get(held.accountId) ?? null, loaded))
  const isRead = settings.configuration === loaded.hash
  if (face === 'json')
    return { output: `${JSON.stringify({ isRead, accounts }, null, 2)}\n`, exitCode: EXIT_CODES.success }
  const chapters = accounts.map(chapterOf)
  const head = isRead
    ? 'The daemon has read these files.'
    : 'The daemon has not read these files as they are: they belong to another daemon, wait for "risk-manager reload", or depend on variables that are others here.'
  return { output: `${head}\n\n${chapters.join('\n')}`, exitCode: EXIT_CODES.success }
}

interface HeldDifferences {
  readonly accountId: HeldAccount['accountId']
  readonly name: string
  /** Whether looser settings wait for a reset. */
  readonly waits: boolean
  /** `null`: the files do not have the account. */
  readonly differences: readonly Difference[] | null
}

interface Difference {
  readonly path: string
  /** As people write it; `off` for a rule or a key that is not there. */
  readonly inFiles: string
  readonly inDaemon: string
}

function differencesOf(
  { accountId, rules, waits }: HeldAccount,
  known: string | null,
  { accounts }: LoadedConfig,
): HeldDifferences {
  const configured = accounts.find(({ id, enabled }) => enabled && (id === accountId || id === known))
  const name = known ?? String(accountId)
  if (configured === undefined) return { accountId, name, waits, differences: null }
  const [file, held] = [factsOf(configured.rules), factsOf(rules)]
  const paths = [...new Set([...file.keys(), ...held.keys()])].filter((path) => file.get(path) !== held.get(path))
  const differences = paths
    .toSorted()
    .map((path) => ({ path, inFiles: file.get(path) ?? 'off', inDaemon: held.get(path) ?? 'off' }))
  return { accountId, name, waits, differences }
}

function chapterOf({ accountId, name, waits, differences }: HeldDifferences): string {
  const title = `account ${visible(name)} (${accountId})`
  if (differences === null)
    return `${title}: not in the files; it is held to its rules until a reset without a lockout\n`
  const why = waits ? '; looser settings wait for the next daily reset without a lockout' : ''
  if (differences.length === 0) return `${title}: its rules are those of the files${why}\n`
  const lines = differences.map(
    ({ path, inFiles, inDaemon }) => `  ${path}: ${inFiles} in the files, ${inDaemon} in the daemon`,
  )
  return `${title}${why}\n${lines.map(visible).join('\n')}\n`
}

/** `rules.max_contracts.limit` → `5`. */
function factsOf(rules: unknown): ReadonlyMap<string, string> {
  const facts = new Map<string, string>()
  const walk = (path: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      if (value !== undefined) facts.set(path, factText(path, value))
      return
    }
    for (const [key, part] of Object.entries(value)) walk(`${path}.${key}`, part)
  }
  walk('rules', rules)
  return facts
}

/** Settings that are dollars; they are counted in 1/10 000 of one. */
const AMOUNT = /\.(daily_(un)?realized_loss\.limit|target|loss_threshold|loss_amount)$/

function factText(path: string, value: unknown): string {
  return AMOUNT.test(path) && typeof value === 'number' ? formatUsd(usd(value)) : JSON.stringify(value)
}
