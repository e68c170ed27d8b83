import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A command as somebody copies it out of a document: one line, continued lines joined, without its comment. */
export interface DocumentCommand {
  /** `docs/trading.md:31` */
  readonly place: string
  readonly text: string
}

/** What a fence may hold. Commands stand in the first two and nowhere else. */
const FENCES = ['sh', 'console', 'text', 'yaml', 'json', 'ts'] as const
const LOOKS_LIKE_COMMAND = /^\$ |^(npm|node|npx|pnpm|risk-manager) /

/** README.md and every page below docs but the decisions, which tell of their own time. */
export function documents(): readonly string[] {
  return ['README.md', ...pagesOf('docs'), ...pagesOf('docs/rules')]
}

function pagesOf(folder: string): readonly string[] {
  const pages = readdirSync(path.join(ROOT, folder)).filter((name) => name.endsWith('.md'))
  return pages.map((name) => `${folder}/${name}`)
}

/**
 * Every command line in the fences of a document: each line of `sh`, and what follows `$ ` in `console`.
 *
 * @throws RangeError when a fence says no language that is known, or hides a command in another one
 */
export function fencedCommands(document: string): readonly DocumentCommand[] {
  const commands: DocumentCommand[] = []
  let fence: string | null = null
  let begun: DocumentCommand | null = null
  for (const [index, line] of readFileSync(path.join(ROOT, document), 'utf8').split('\n').entries()) {
    const place = `${document}:${index + 1}`
    if (line.startsWith('```')) {
      fence = fence === null ? known(line.slice(3), place) : null
      continue
    }
    if (fence === null) continue
    const shown = commandIn(fence, line, place)
    if (shown === null) continue
    const text: string = begun === null ? shown : `${begun.text} ${shown.trim()}`
    const here: DocumentCommand = { place: begun?.place ?? place, text: text.replace(/ *\\$/, '') }
    begun = text.endsWith('\\') ? here : null
    if (begun === null) commands.push(here)
  }
  return commands
}

/** Commands inside a sentence or a table, `risk-manager why [ID]`, as they are written there. */
export function inlineCommands(document: string): readonly DocumentCommand[] {
  return readFileSync(path.join(ROOT, document), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/`((?:npm run -s risk-manager -- |risk-manager )[^`]+)`/g)].map(([, text = '']) => ({
        place: `${document}:${index + 1}`,
        text: text.replaceAll(String.raw`\|`, '|'),
      })),
    )
}

function commandIn(fence: string, line: string, place: string): string | null {
  if (fence === 'sh') return withoutComment(line)
  if (fence === 'console') return line.startsWith('$ ') ? withoutComment(line.slice(2)) : null
  if (LOOKS_LIKE_COMMAND.test(line)) throw new RangeError(`${place}: a command stands in a fence of ${fence}: ${line}`)
  return null
}

function withoutComment(line: string): string | null {
  const text = line.replace(/(^|\s)# .*$/, '').trimEnd()
  return text === '' ? null : text
}

function known(language: string, place: string): string {
  if (FENCES.some((one) => one === language)) return language
  throw new RangeError(`${place}: expected a fence of ${FENCES.join(', ')}, was "${language}"`)
}
