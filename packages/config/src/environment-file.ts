import type { Complaint, Place, Report } from './diagnostic.ts'

const LAYER = '.env'
const ASSIGNMENT = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

/**
 * Reads the variables of a `.env` file. A line that is not understood is an error, never skipped, and never shown: it may hold a key.
 */
export function readEnvironmentFile(file: string, text: string, report: Report): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const content = line.trim()
    if (content === '' || content.startsWith('#')) continue
    const at: Place = { file, line: index + 1, column: line.length - line.trimStart().length + 1, layer: LAYER }
    const [, name, assigned] = ASSIGNMENT.exec(content) ?? []
    if (name === undefined || assigned === undefined) {
      report.error(at, '', NO_ASSIGNMENT)
      continue
    }
    const value = valueOf(assigned)
    if (value === null) report.error(at, name, BAD_VALUE)
    else if (variables.has(name)) report.error(at, name, TWICE)
    else variables.set(name, value)
  }
  return variables
}

function valueOf(assigned: string): string | null {
  const quote = assigned[0]
  if (quote === "'") return /^'([^']*)'$/.exec(assigned)?.[1] ?? null
  if (quote === '"') return doubleQuoted(assigned)
  // A value with ` #` in it could be meant either way.
  return /\s#|^\s/.test(assigned) ? null : assigned
}

function doubleQuoted(assigned: string): string | null {
  const inner = /^"((?:[^"\\]|\\.)*)"$/.exec(assigned)?.[1]
  if (inner === undefined) return null
  let isUnderstood = true
  const value = inner.replaceAll(/\\(.)/g, (_, escaped: string) => {
    const meaning = ESCAPES[escaped]
    if (meaning === undefined) isUnderstood = false
    return meaning ?? ''
  })
  return isUnderstood ? value : null
}

const NO_ASSIGNMENT: Complaint = {
  expected: 'NAME=VALUE, a comment or an empty line',
  got: 'something else (not shown, it may be a secret)',
  why: 'a line that is skipped silently is a missing credential later',
  fix: 'write NAME=VALUE without spaces around the equals sign, or put # in front',
}

const BAD_VALUE: Complaint = {
  expected: 'a bare value, \'a literal one\' or "one with \\n \\" \\\\"',
  got: 'a value with an open quote, an unknown escape, text after the quote or a # inside',
  why: 'it could be read in two ways',
  fix: 'put the value in single quotes; a comment goes on a line of its own',
}

const TWICE: Complaint = {
  expected: 'each variable once',
  got: 'a second value for the same variable',
  why: 'it is unclear which one is meant',
  fix: 'remove one of the lines',
}
