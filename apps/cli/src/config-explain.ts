import { basename, isAbsolute, relative } from 'node:path'
import { styleText } from 'node:util'
import {
  allSettings,
  type DiagnosticStyle,
  explainConfig,
  type ExplainedSetting,
  type Explanation,
  formatDiagnostics,
  type LoadOptions,
  yamlText,
} from '@rm/config'
import { EXIT_CODES } from '@rm/runtime-pack'
import { visible, wrapped } from '@rm/runtime-pack/terminal'
import type { CommandResult } from './config-check.ts'

export interface ExplainOptions extends LoadOptions {
  /** Key path of a value or of a section; `null` for all. */
  readonly key: string | null
  /** Name or id of an account; `null` for all. */
  readonly account: string | null
  readonly face: 'text' | 'json'
  readonly style: DiagnosticStyle
}

/** `config explain`: the value of every key that is in force, and the layer that gave it. */
export function explainSettings(options: ExplainOptions): CommandResult {
  const explanation = explainConfig(options)
  if (!explanation.ok) {
    const output = `${formatDiagnostics(explanation.diagnostics, options.style)}\n`
    return { output, exitCode: EXIT_CODES.configuration }
  }
  const names = explanation.accounts.flatMap(({ name, id }) => [name, id])
  if (options.account !== null && !names.includes(options.account))
    return usage(
      `no account ${options.account}; there ${names.length === 1 ? 'is' : 'are'} ${[...new Set(names)].join(', ')}`,
    )
  const chapters = chaptersOf(explanation, options)
  if (options.key !== null && chapters.length === 0) return usage(`no key ${options.key}${nearest(options.key)}`)
  if (options.face === 'json') return { output: `${JSON.stringify(chapters, null, 2)}\n`, exitCode: EXIT_CODES.success }
  const text = chapters.map((chapter) => chapterText(chapter, options)).join('\n')
  return { output: text, exitCode: EXIT_CODES.success }
}

/** What holds for one account, or what one file says to all. */
interface Chapter {
  readonly title: string
  readonly settings: readonly ExplainedSetting[]
}

function chaptersOf(
  { accounts, login, timers, api }: Explanation,
  { key, account }: ExplainOptions,
): readonly Chapter[] {
  const asked = accounts.filter(({ name, id }) => account === null || name === account || id === account)
  const chapters = [
    ...asked.map(({ name, id, settings }) => ({
      title: name === id ? `account ${name}` : `account ${name} (${id})`,
      settings,
    })),
    ...(account === null ? [{ title: 'accounts.yaml', settings: login }] : []),
    { title: 'timers_config.yaml', settings: timers },
    { title: 'api_config.yaml', settings: api },
  ]
  return chapters
    .map((chapter) => ({ ...chapter, settings: chapter.settings.filter(({ path }) => isAt(path, key)) }))
    .filter(({ settings }) => settings.length > 0)
}

function isAt(path: string, key: string | null): boolean {
  return key === null || path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`)
}

function usage(message: string): CommandResult {
  return { output: `error: ${message}\n`, exitCode: EXIT_CODES.usage }
}

/** Keys that end in the same word. */
function nearest(key: string): string {
  const last = key.split('.').at(-1)
  const similar = allSettings().filter(({ path }) => path.split('.').at(-1) === last)
  return similar.length === 0
    ? ''
    : `; did you mean ${similar
        .slice(0, 3)
        .map(({ path }) => path)
        .join(' or ')}?`
}

const KEY_WIDTH = 34

function chapterText({ title, settings }: Chapter, { directory, style }: ExplainOptions): string {
  const bold = (text: string): string => (style.color ? styleText('bold', text, { validateStream: false }) : text)
  const dim = (text: string): string => (style.color ? styleText('dim', text, { validateStream: false }) : text)
  const lines = [bold(title)]
  for (const [section, members] of Map.groupBy(settings, ({ path }) => sectionOf(path))) {
    if (section !== '') lines.push('', `  ${section}`)
    for (const setting of members) {
      const key = section === '' ? setting.path : setting.path.slice(section.length + 1)
      const value = visible(valueText(setting))
      const origin = originText(setting, directory)
      const head = `    ${key.padEnd(KEY_WIDTH)} ${value}`
      const isShort = head.length + 2 + origin.length <= style.width
      if (isShort) lines.push(`${head.padEnd(style.width - origin.length)}${dim(origin)}`)
      else
        lines.push(
          ...wrapped(head, style.width, KEY_WIDTH + 5),
          `${' '.repeat(Math.max(4, style.width - origin.length))}${dim(origin)}`,
        )
    }
  }
  return `${lines.join('\n')}\n`
}

/** The map in which a value stands. */
function sectionOf(path: string): string {
  const parts = path.split('.')
  return parts.slice(0, parts[0] === 'rules' ? 2 : 1).length === parts.length
    ? ''
    : parts.slice(0, parts[0] === 'rules' ? 2 : 1).join('.')
}

function valueText({ value, variables, sources }: ExplainedSetting): string {
  const text = value === null ? '–' : yamlText(value)
  return variables.length === 0
    ? text
    : `${text} (${variables.map((name, index) => `\${${name}} from ${sources[index] ?? 'nowhere'}`).join(', ')})`
}

function originText({ layer, place }: ExplainedSetting, directory: string): string {
  if (place === null) return layer
  const inside = relative(directory, place.file)
  const file = inside.startsWith('..') || isAbsolute(inside) ? place.file : inside
  if (file === layer) return `${file}:${place.line}`
  return `${layer} ${layer === 'profile' ? basename(file) : file}:${place.line}`
}
