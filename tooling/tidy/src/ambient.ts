import { type Expression, parseSync, Visitor } from 'oxc-parser'
import { type Finding, lineAt, type SourceFile } from './source-file.ts'

interface Ban {
  readonly reads: (name: string) => boolean
  readonly where: (path: string) => boolean
  readonly because: string
}

const productSource = /^(packages|apps)\/[^/]+\/src\//
const clock = /(^|[/-])clock\.ts$/
const dice = /(^|[/-])(dice|random)\.ts$/
const waitsForNobody = /^packages\/((domain|rules|config|engine)\/src\/|state\/src\/(book\.ts$|book\/))/
const commandLineFace =
  /^(apps\/cli\/src\/|apps\/[^/]+\/src\/main\.ts$|packages\/gateway-sim\/src\/main\.ts$|tooling\/)/

/** What code would otherwise take from the air: the time, a wait, chance, the terminal. */
const bans: readonly Ban[] = [
  {
    reads: (name) =>
      ['Date.now', 'new Date', 'performance.now', 'process.hrtime'].includes(name) || name.startsWith('Temporal.Now.'),
    where: (path) => productSource.test(path) && !clock.test(path),
    because: 'the time is a parameter or comes from the Clock',
  },
  {
    reads: (name) => ['setTimeout', 'setInterval', 'setImmediate'].includes(name),
    where: (path) => waitsForNobody.test(path),
    because: 'the core waits for nobody; the shell arms its timers',
  },
  {
    reads: (name) => name === 'Math.random',
    where: (path) => !dice.test(path),
    because: 'chance comes from the seeded generator',
  },
  {
    reads: (name) => name.startsWith('console.'),
    where: (path) => !commandLineFace.test(path),
    because: 'only the face of a command writes to the terminal',
  },
]

/** Uses of ambient time, waits, chance or terminal where they are not allowed. A `new Date(text)` reads no clock and is no finding. */
export function ambientUses(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const banned = bans.filter((ban) => ban.where(file.path))
    if (banned.length === 0) return []
    return calls(file).flatMap(({ name, line }) =>
      banned.filter((ban) => ban.reads(name)).map((ban) => `${file.path}:${line}: ${name}: ${ban.because}`),
    )
  })
}

function calls(file: SourceFile): readonly { readonly name: string; readonly line: number }[] {
  const found: { name: string; line: number }[] = []
  const note = (name: string | null, start: number): void => {
    if (name !== null) found.push({ name, line: lineAt(file.text, start) })
  }
  new Visitor({
    CallExpression: (node) => note(dottedName(node.callee), node.start),
    NewExpression: (node) => note(node.arguments.length === 0 ? `new ${dottedName(node.callee)}` : null, node.start),
  }).visit(parseSync(file.path, file.text).program)
  return found
}

function dottedName(node: Expression): string | null {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null
  const owner = dottedName(node.object)
  if (owner === null) return null
  return owner === 'globalThis' ? node.property.name : `${owner}.${node.property.name}`
}
