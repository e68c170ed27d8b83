import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import {
  type Diagnostic,
  explainConfig,
  type Explanation,
  type LoadedConfig,
  loadConfig,
  type LoadOptions,
  type RefusedConfig,
  type Severity,
} from '../src/index.ts'
import { falseAlarmsIn } from './editor.ts'

/** A complete folder with one account and every rule mentioned. */
export const VALID = {
  'risk_config.yaml': `rules:
  max_contracts:
    limit: 5
  max_contracts_per_instrument:
    instrument_limits: { MNQ: 2, ES: 1 }
  daily_realized_loss:
    limit: -500
  trade_frequency_limit:
    limits: { per_minute: 3 }
  no_stop_loss_grace:
    enabled: true
  session_block_outside:
    enabled: true
  daily_unrealized_loss:
    limit: -30
  cooldown_after_loss:
    enabled: true
  auth_loss_guard:
    enabled: true
`,
  'timers_config.yaml': `daily_reset:
  timezone: America/Chicago
session_hours:
  start: "08:30"
  end: "15:00"
holidays:
  dates:
    2026: [2026-12-25]
`,
  'accounts.yaml': `topstepx:
  username: \${PROJECTX_USERNAME}
  api_key: \${PROJECTX_API_KEY}
accounts:
  - id: 7001001
    name: PRAC-V2-1
    account_type: practice
`,
} as const

export const VARIABLES: Readonly<Record<string, string>> = {
  PROJECTX_USERNAME: 'trader',
  PROJECTX_API_KEY: 'k3y-0f-the-trader',
}

export type Files = Readonly<Record<string, string | Uint8Array | null>>

export interface Circumstances {
  readonly variables?: Readonly<Record<string, string | undefined>>
  readonly today?: string
  /** Access rights by file, 600 for all others. */
  readonly modes?: Readonly<Record<string, number>>
}

/** Loads {@link VALID} with some files replaced; `null` leaves a file out. */
export function load(files: Files, circumstances: Circumstances = {}): LoadedConfig | RefusedConfig {
  return withFolder(files, circumstances, (options) => withoutFolder(loadConfig(options), options.directory))
}

/** Explains {@link VALID} with some files replaced. */
export function explained(files: Files, circumstances: Circumstances = {}): Explanation {
  return withFolder(files, circumstances, (options) => {
    const explanation = explainConfig(options)
    if (!explanation.ok) throw new Error(`refused: ${explanation.diagnostics.map(shortForm).join('; ')}`)
    return explanation
  })
}

function withFolder<T>(files: Files, circumstances: Circumstances, read: (options: LoadOptions) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'rm-config-'))
  try {
    for (const [name, text] of Object.entries({ ...VALID, ...files })) {
      if (text === null) continue
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      chmodSync(path, circumstances.modes?.[name] ?? 0o600)
    }
    return read({
      directory: folder,
      environment: circumstances.variables ?? VARIABLES,
      today: Temporal.PlainDate.from(circumstances.today ?? '2026-11-18'),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function accepted(files: Files, circumstances?: Circumstances): LoadedConfig {
  const result = load(files, circumstances)
  if (!result.ok) throw new Error(`refused: ${result.diagnostics.map(shortForm).join('; ')}`)
  // Whatever the program accepts an editor accepts as well.
  const falseAlarms = falseAlarmsIn({ ...VALID, ...files })
  if (falseAlarms.length > 0) throw new Error(`an editor would object: ${falseAlarms.join('; ')}`)
  return result
}

export function diagnosticsOf(files: Files, severity: Severity, circumstances?: Circumstances): readonly Diagnostic[] {
  const result = load(files, circumstances)
  const all = result.ok ? [...result.warnings, ...result.notices] : result.diagnostics
  return all.filter((diagnostic) => diagnostic.severity === severity)
}

/** The errors as `file:line:column keyPath`. */
export function errorsOf(files: Files, circumstances?: Circumstances): readonly string[] {
  return diagnosticsOf(files, 'error', circumstances).map(shortForm)
}

export function warningsOf(files: Files, circumstances?: Circumstances): readonly string[] {
  return diagnosticsOf(files, 'warning', circumstances).map(shortForm)
}

function shortForm({ file, line, column, keyPath }: Diagnostic): string {
  return `${file}:${line}:${column} ${keyPath}`.trimEnd()
}

function withoutFolder(result: LoadedConfig | RefusedConfig, folder: string): LoadedConfig | RefusedConfig {
  const inFolder = (file: string): string => file.replace(`${folder}${sep}`, '').replaceAll(sep, '/')
  const relative = (diagnostic: Diagnostic): Diagnostic => ({
    ...diagnostic,
    file: inFolder(diagnostic.file),
    got: diagnostic.got.replaceAll(`${folder}${sep}`, ''),
  })
  if (!result.ok) return { ...result, diagnostics: result.diagnostics.map(relative) }
  return { ...result, warnings: result.warnings.map(relative), notices: result.notices.map(relative) }
}
