import {
  type Diagnostic,
  diagnosticsToJson,
  type DiagnosticStyle,
  formatDiagnostics,
  loadConfig,
  type LoadOptions,
  readCriteria,
  SETTINGS_FILES,
} from '@rm/config'
import { EXIT_CODES, type ExitCode } from '@rm/runtime-pack'

export interface CheckOptions extends LoadOptions {
  /** Warnings are errors. */
  readonly strict: boolean
  readonly face: 'text' | 'json'
  readonly style: DiagnosticStyle
}

/** What a command has to say, and the exit code that goes with it. */
export interface CommandResult {
  /** With its last line end. */
  readonly output: string
  readonly exitCode: ExitCode
}

const { validation: CRITERIA_FILE } = SETTINGS_FILES

/** `config check`: every problem of every file, and what is allowed but will not do what is expected of it. */
export function checkConfig(options: CheckOptions): CommandResult {
  const loaded = loadConfig(options)
  const criteria = readCriteria(options)
  const found = [
    ...(loaded.ok ? [...loaded.warnings, ...loaded.notices, ...loaded.lint] : loaded.diagnostics),
    ...(criteria.ok ? [] : criteria.diagnostics.filter(({ file }) => file.endsWith(CRITERIA_FILE))),
  ]
  const diagnostics = options.strict ? found.map(strictly) : found
  const exitCode = diagnostics.some(({ severity }) => severity === 'error')
    ? EXIT_CODES.configuration
    : EXIT_CODES.success
  if (options.face === 'json') {
    const lines = diagnosticsToJson(diagnostics)
    return { output: lines === '' ? '' : `${lines}\n`, exitCode }
  }
  const text = formatDiagnostics(diagnostics, options.style)
  if (!loaded.ok) return { output: `${text}\n`, exitCode }
  const watched = loaded.accounts.filter((account) => account.enabled).length
  const summary = `${counted(watched, 'account')} watched by ${counted(loaded.ruleCount, 'rule')}, version ${loaded.hash.slice(0, 12)}.`
  return { output: `${text}\n\n${summary}\n`, exitCode }
}

function strictly(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
