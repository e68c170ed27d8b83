import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  type Diagnostic,
  type DiagnosticStyle,
  formatDiagnostics,
  loadConfig,
  type LoadOptions,
  type SettingDraft,
} from '@rm/config'
import { EXIT_CODES } from '@rm/runtime-pack'
import type { CommandResult } from './config-check.ts'
import { replaceFile } from './replace-file.ts'

/** Writes a draft when the folder as a whole is accepted with it; then the output names the file. Otherwise nothing is written. */
export function writeDraft(
  options: LoadOptions,
  draft: NonNullable<LoadOptions['draft']>,
  style: DiagnosticStyle,
): CommandResult {
  const after = loadConfig({ ...options, draft })
  if (!after.ok) return refused(after.diagnostics, style)
  const file = writeAccepted(options.directory, draft)
  return { output: `${file}: `, exitCode: EXIT_CODES.success }
}

/** Puts a draft in the place of its file, which keeps its rights. Returns where that is. */
export function writeAccepted(directory: string, { name, text }: NonNullable<LoadOptions['draft']>): string {
  // An editor's link stays a link.
  const file = realpathSync(path.join(directory, name))
  replaceFile(file, text, statSync(file).mode)
  return file
}

/** Why there is nothing that could be written. */
export function refusedDraft(drafted: Exclude<SettingDraft, { kind: 'draft' }>, style: DiagnosticStyle): CommandResult {
  if (drafted.kind === 'refused') return refused(drafted.diagnostics, style)
  return { output: `error: ${drafted.message}\n`, exitCode: EXIT_CODES.usage }
}

export function refused(diagnostics: readonly Diagnostic[], style: DiagnosticStyle): CommandResult {
  const output = `${formatDiagnostics(diagnostics, style)}\n\nNothing was written.\n`
  return { output, exitCode: EXIT_CODES.configuration }
}
