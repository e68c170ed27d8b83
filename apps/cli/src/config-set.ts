import {
  type DiagnosticStyle,
  draftSetting,
  loadConfig,
  type LoadOptions,
  type SettingWish,
  type TakesEffect,
  takesEffect,
} from '@rm/config'
import { EXIT_CODES } from '@rm/runtime-pack'
import type { CommandResult } from './config-check.ts'
import { refused, refusedDraft, writeAccepted } from './write-draft.ts'

export interface SetOptions extends LoadOptions {
  readonly wish: SettingWish
  readonly style: DiagnosticStyle
}

const IN_WORDS: { readonly [When in TakesEffect]: string } = {
  never:
    'It changes nothing: the configuration meant the same before, or another layer says otherwise (see config explain).',
  'at once': 'A daemon that runs takes it at once.',
  'at the next reset': 'It is looser: a daemon that runs takes it at the next daily reset without a lockout.',
  'each its own way':
    'A daemon that runs takes at once what is stricter, and what is looser at the next daily reset without a lockout.',
  'at the next start': 'A daemon that runs takes it at its next start.',
}

/** `config set`: one value, written when the folder as a whole is accepted with it; comments stay. */
export function setSetting({ wish, style, ...options }: SetOptions): CommandResult {
  const before = loadConfig(options)
  const drafted = draftSetting(options, wish)
  if (drafted.kind !== 'draft') return refusedDraft(drafted, style)
  const { draft } = drafted
  const after = loadConfig({ ...options, draft })
  if (!after.ok) return refused(after.diagnostics, style)
  const file = writeAccepted(options.directory, draft)
  const when = before.ok
    ? IN_WORDS[takesEffect(before, after)]
    : 'The configuration was refused before, and is accepted now.'
  return { output: `${file}: ${wish.path} is ${wish.value} now. ${when}\n`, exitCode: EXIT_CODES.success }
}
