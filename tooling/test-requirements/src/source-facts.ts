import { type Expression, parseSync, type Super, Visitor } from 'oxc-parser'

/** One file, as it is written; `path` is relative to the root of the repository, with `/` on every platform. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** What a file brings in at run time; types leave nothing behind. */
export interface RuntimeImport {
  readonly specifier: string
  /** The names that are used of it; `null`: all of it, or only that it runs. */
  readonly names: readonly string[] | null
}

/** A name that a file hands on from another one. */
interface Reexport {
  readonly specifier: string
  readonly name: string
}

/** What the guide has to know of a file. */
export interface SourceFacts extends SourceFile {
  readonly imports: readonly RuntimeImport[]
  readonly reexports: readonly Reexport[]
  /** Names of what is called, as `path.join`, and of what is made, as `new Worker`. */
  readonly calls: ReadonlySet<string>
  /** Labels of `case` that are texts, each once. */
  readonly caseLabels: readonly string[]
  /** What its tests are called, and the tables that they go through. */
  readonly titles: string
  /** Sources of the built programs and threads that the file names, as `apps/daemon/src/main.ts`. */
  readonly programs: readonly string[]
}

export function factsOf(file: SourceFile): SourceFacts {
  const { program, module } = parseSync(file.path, file.text)
  const calls = new Set<string>()
  const caseLabels = new Set<string>()
  const titles: string[] = []
  new Visitor({
    CallExpression: ({ callee, arguments: given }) => {
      calls.add(dottedName(callee))
      if (!TESTS.has(rootOf(callee))) return
      const told = given.filter(({ type }) => !type.endsWith('FunctionExpression'))
      titles.push(...told.map(({ start, end }) => file.text.slice(start, end)))
    },
    NewExpression: ({ callee }) => void calls.add(`new ${dottedName(callee)}`),
    SwitchCase: ({ test }) => {
      if (test?.type === 'Literal' && typeof test.value === 'string') caseLabels.add(test.value)
    },
  }).visit(program)
  const statics = module.staticImports.flatMap(({ moduleRequest, entries }) => {
    const used = entries.filter(({ isType }) => !isType)
    if (entries.length > 0 && used.length === 0) return []
    const names = used.map(({ importName }) => importName.name ?? null)
    return [{ specifier: moduleRequest.value, names: names.length === 0 || names.includes(null) ? null : named(names) }]
  })
  const dynamics = module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
    specifier: file.text.slice(start + 1, end - 1),
    names: null,
  }))
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, exportName, isType }) =>
      moduleRequest === null || isType ? [] : [{ specifier: moduleRequest.value, name: exportName.name ?? '*' }],
    ),
  )
  const programs = [...file.text.matchAll(/['"`/]((?:apps|packages|tooling)\/[\w-]+)\/dist\/([\w-]+)\.js['"`]/g)]
  const threads = [...file.text.matchAll(/new URL\('\.\/([\w-]+)\.js'/g)]
  return {
    ...file,
    imports: [...statics, ...dynamics],
    reexports,
    calls,
    caseLabels: [...caseLabels],
    titles: titles.join('\n'),
    programs: [
      ...programs.map(([, folder = '', name = '']) => `${folder}/src/${name}.ts`),
      ...threads.map(([, name = '']) => `${file.path.slice(0, file.path.lastIndexOf('/'))}/${name}.ts`),
    ],
  }
}

const TESTS = new Set(['test', 'it', 'describe'])

/** Where a chain of calls begins: `test` of `test.skipIf(no)('does it')`. */
function rootOf(node: Expression | Super): string {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'MemberExpression') return rootOf(node.object)
  return node.type === 'CallExpression' ? rootOf(node.callee) : ''
}

function named(names: readonly (string | null)[]): readonly string[] {
  return names.filter((name) => name !== null)
}

/** The last two words of what is called: `z.object` of `z.object`, `.listen` of `server().listen`. */
function dottedName(node: Expression | Super): string {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return ''
  return node.object.type === 'Identifier' ? `${node.object.name}.${node.property.name}` : `.${node.property.name}`
}
