import { isProductSource } from './repository.ts'
import type { SourceFacts } from './source-facts.ts'

/** Kinds of code by what can go wrong with them. */
export type Category =
  | 'persistence'
  | 'wiring'
  | 'state machine'
  | 'cross-component'
  | 'background'
  | 'external'
  | 'configuration'
  | 'API'

/** What in a file shows that it is of a category; `null`: it is not. */
type Sign = (file: SourceFacts) => string | null

/** The rules, one for each category. A file may be of several. */
const SIGNS: { readonly [Kind in Category]: Sign } = {
  persistence: (file) => importOf(file, /^(better-sqlite3|kysely)$/) ?? writingCallOf(file),
  wiring: (file) => {
    if (/\/(main|boot)\.ts$/.test(file.path)) return 'it is where a program begins'
    const packages = packagesOf(file)
    return packages.length >= WIRED_MIN ? `it brings together ${packages.join(', ')}` : null
  },
  'state machine': (file) =>
    file.calls.has('unreachable') && file.caseLabels.length >= STATES_MIN
      ? `it has an arm for each of ${file.caseLabels.length} cases of a closed union`
      : null,
  'cross-component': (file) => {
    const [first] = packagesOf(file)
    return first === undefined ? null : `it runs code of ${first}`
  },
  background: (file) =>
    callOf(file, /^(setInterval|setTimeout|setImmediate|new Worker|spawn|fork|monitorEventLoopDelay)$/),
  external: (file) =>
    importOf(file, /^(axios|undici|nodemailer|@microsoft\/signalr)$/) ??
    callOf(
      file,
      /^(fetch|https?\.request|https?\.get|client\.request|net\.(connect|createConnection)|tls\.connect|new WebSocket)$/,
    ),
  configuration: (file) => (file.calls.has('z.strictObject') ? 'it says which settings there are' : null),
  API: (file) => importOf(file, /^fastify$/) ?? callOf(file, /^(https?\.)?createServer$|^new WebSocketServer$/),
}

/** From so many packages on, putting them together is work of its own. */
const WIRED_MIN = 3
/** A switch of two is a condition. */
const STATES_MIN = 3
const WRITES = /^(writeFile|appendFile|rename|copyFile|link|open|write|ftruncate|createWriteStream)(Sync)?$/

/** The categories of a file of the product with what shows them; none for any other file. */
export function categoriesOf(file: SourceFacts): readonly { readonly category: Category; readonly because: string }[] {
  if (!isProductSource(file.path)) return []
  return CATEGORIES.flatMap((category) => {
    const because = SIGNS[category](file)
    return because === null ? [] : [{ category, because }]
  })
}

const CATEGORIES: readonly Category[] = [
  'persistence',
  'wiring',
  'state machine',
  'cross-component',
  'background',
  'external',
  'configuration',
  'API',
]

function importOf({ imports }: SourceFacts, wanted: RegExp): string | null {
  const found = imports.find(({ specifier }) => wanted.test(specifier))
  return found === undefined ? null : `it imports ${found.specifier}`
}

function callOf({ calls }: SourceFacts, wanted: RegExp): string | null {
  const found = [...calls].find((name) => wanted.test(name))
  return found === undefined ? null : `it calls ${found}`
}

/** A call of what was imported from the file system and changes it. */
function writingCallOf({ imports, calls }: SourceFacts): string | null {
  const names = imports
    .filter(({ specifier }) => /^(node:)?fs(\/promises)?$/.test(specifier))
    .flatMap((used) => used.names ?? [])
  const found = names.find((name) => WRITES.test(name) && calls.has(name))
  return found === undefined ? null : `it calls ${found}`
}

/** Other packages whose code runs; the domain is the language of all of them. */
function packagesOf({ imports }: SourceFacts): readonly string[] {
  const names = imports.flatMap(({ specifier }) => /^@rm\/[\w-]+/.exec(specifier)?.[0] ?? [])
  return [...new Set(names)].filter((name) => name !== '@rm/domain')
}
