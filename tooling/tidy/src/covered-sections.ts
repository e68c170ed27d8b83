import {
  type Argument,
  type CallExpression,
  type Expression,
  parseSync,
  type TemplateLiteral,
  Visitor,
} from 'oxc-parser'
import type { Finding, SourceFile } from './source-file.ts'

/** One section of the rules reference, and where its worked examples are tested. */
export interface Section {
  /** Number of the section, or the code of what it is about: `1.2`, `RULE-003`, `G14`. */
  readonly id: string
  /** In a few words of our own; the reference is not part of the repository. */
  readonly title: string
  readonly vectors: readonly Vector[]
}

/** A worked example, a row of a table or a sentence that can be held against the program. */
export interface Vector {
  /** Number or row of the example within its section. */
  readonly of: string
  /** Test file, from the root of the repository. */
  readonly file: string
  /** The name of a test, of a group of tests, or of a row of a table of tests; exactly as it is written. */
  readonly test: string
}

/** Sections without examples, examples whose test is not there or is skipped, and what is listed twice. */
export function uncoveredSections(sections: readonly Section[], files: readonly SourceFile[]): readonly Finding[] {
  const texts = new Map(files.map((file) => [file.path, file]))
  const read = new Map<string, TestNames>()
  const namesIn = (file: SourceFile): TestNames => {
    const known = read.get(file.path) ?? testNames(file)
    read.set(file.path, known)
    return known
  }
  const findings: Finding[] = []
  const seen = new Set<string>()
  for (const { id, vectors } of sections) {
    if (seen.has(id)) findings.push(`section ${id}: is listed twice`)
    seen.add(id)
    if (vectors.length === 0) findings.push(`section ${id}: has no vectors`)
    for (const { of, file: path, test } of vectors) {
      const file = texts.get(path)
      if (file === undefined) {
        findings.push(`section ${id}, ${of}: there is no file ${path}`)
        continue
      }
      const { run, skipped } = namesIn(file)
      if (skipped.has(test)) findings.push(`${path}: "${test}" is skipped, the vector of section ${id}, ${of}`)
      else if (!run.has(test)) findings.push(`${path}: has no test "${test}", the vector of section ${id}, ${of}`)
    }
  }
  return findings
}

/** Codes that a source declares as `code: 'RULE-003'` and that are no section: a rule that was added without its examples. */
export function rulesWithoutSection(sections: readonly Section[], files: readonly SourceFile[]): readonly Finding[] {
  const known = new Set(sections.map(({ id }) => id))
  return files
    .filter(({ path }) => path.startsWith('packages/rules/src/'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\bcode: '(RULE-\d{3})'/g)].flatMap(([, code = '']) =>
        known.has(code) ? [] : [`${path}: ${code} is no section of the list`],
      ),
    )
}

interface TestNames {
  readonly run: ReadonlySet<string>
  readonly skipped: ReadonlySet<string>
}

/** What a file calls its tests: titles, and the texts in the tables of `test.each` and in `name:` of tables beside it. */
function testNames(file: SourceFile): TestNames {
  const run = new Set<string>()
  const skipped = new Set<string>()
  new Visitor({
    CallExpression: (node) => {
      const kind = testKind(node.callee)
      if (kind === null) return
      const names = kind === 'skipped' ? skipped : run
      for (const text of node.arguments.slice(0, 1).flatMap(literals)) names.add(withoutFaults(text))
      for (const text of tableOf(node)) names.add(withoutFaults(text))
    },
    Property: ({ key, value }) => {
      // `{ 'a name': case }`, a table that `Object.entries` gives to a test
      if (key.type === 'Literal') run.add(withoutFaults(String(key.value)))
      if (key.type !== 'Identifier' || key.name !== 'name') return
      if (value.type === 'Literal' && typeof value.value === 'string') run.add(withoutFaults(value.value))
    },
  }).visit(parseSync(file.path, file.text).program)
  return { run, skipped }
}

/** A name may also carry ids of the fault matrix, as in `a lost reply (G-09)`; they come and go without its meaning. */
function withoutFaults(name: string): string {
  return name.replaceAll(/ \([A-Z]-\d\d(?:, [A-Z]-\d\d)*\)/g, '')
}

/** `test`, `describe`, `test.each(…)`, `test.for(…)`; `skipped` for `.skip` and `.todo` anywhere in it. */
function testKind(callee: Expression): 'run' | 'skipped' | null {
  if (callee.type === 'Identifier') return ['test', 'describe', 'it'].includes(callee.name) ? 'run' : null
  if (callee.type === 'CallExpression') return testKind(callee.callee)
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return null
  const owner = testKind(callee.object)
  if (owner === null) return null
  return ['skip', 'todo'].includes(callee.property.name) ? 'skipped' : owner
}

/** Texts in the table of `test.each(table)(title)`. */
function tableOf({ callee }: CallExpression): readonly string[] {
  return callee.type === 'CallExpression' ? callee.arguments.flatMap(literals) : []
}

/** Every text within an expression, through lists and `as const`. */
function literals(within: Argument): readonly string[] {
  if (within.type === 'Literal') return typeof within.value === 'string' ? [within.value] : []
  if (within.type === 'TemplateLiteral') return within.expressions.length === 0 ? textsOf(within) : []
  if (within.type === 'ArrayExpression') return within.elements.flatMap((one) => (one === null ? [] : literals(one)))
  return within.type === 'TSAsExpression' ? literals(within.expression) : []
}

function textsOf({ quasis }: TemplateLiteral): readonly string[] {
  return quasis.flatMap(({ value }) => value.cooked ?? [])
}
