import { parseSync } from 'oxc-parser'
import { type Finding, lineAt, type SourceFile } from './source-file.ts'

/**
 * What the sources of each place may import from the workspace: the arrows of ARCHITECTURE.md, sub-paths included.
 *
 * `turbo boundaries` holds the same picture for whole packages, tests and manifests; it knows no sub-paths.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'packages/domain': [],
  'packages/rules': ['@rm/domain'],
  'packages/state': ['@rm/domain'],
  'packages/sdk-bridge': ['@rm/domain'],
  'packages/gateway-sim': ['@rm/sdk-bridge/wire'],
  'packages/engine': ['@rm/rules', '@rm/state/book', '@rm/domain'],
  'packages/config': ['@rm/rules', '@rm/domain'],
  'packages/control-api': ['@rm/domain'],
  'packages/alerts': ['@rm/config', '@rm/domain'],
  'packages/runtime-pack': ['@rm/control-api', '@rm/config', '@rm/domain'],
  'apps/cli': [
    '@rm/runtime-pack',
    '@rm/runtime-pack/terminal',
    '@rm/alerts',
    '@rm/control-api',
    '@rm/config',
    '@rm/state',
    '@rm/sdk-bridge',
    '@rm/domain',
  ],
  'apps/dashboard': ['@rm/control-api'],
  'apps/daemon': everythingBelowTheApps(),
  // It plays a trader, in the words of the wire, on a gateway that is simulated.
  'apps/validator': [
    ...everythingBelowTheApps(),
    '@rm/sdk-bridge/wire',
    '@rm/runtime-pack/terminal',
    '@rm/runtime-pack/bare',
  ],
}

/** Parts of a package that may import more than the rest of it. */
const furtherArrows: readonly { readonly place: RegExp; readonly allowed: readonly string[] }[] = [
  // The exchange behind the engine's ports speaks the ports' words. The simulator's program does not reach it.
  { place: /^packages\/gateway-sim\/src\/virtual(\.ts$|\/)/, allowed: ['@rm/domain'] },
]

/** The functional core: a decision made here needs no process, so nothing here may reach for one. */
const core: readonly { readonly place: RegExp; readonly libraries: readonly string[] }[] = [
  { place: /^packages\/(domain|rules)\/src\//, libraries: ['zod'] },
  { place: /^packages\/state\/src\/(book\.ts$|book\/)/, libraries: [] },
]

/** Imports against the floors: of another package, of Node or a library in the core, of the store in the book. */
export function importsAgainstTheFloors(files: readonly SourceFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const place = /^((?:packages|apps)\/[^/]+)\/src\//.exec(file.path)?.[1]
    if (place === undefined) return []
    const allowed = arrows[place]
    if (allowed === undefined) return [`${file.path}: ${place} has no place in the floors`]
    const further = furtherArrows.filter((part) => part.place.test(file.path)).flatMap((part) => part.allowed)
    return importsOf(file).flatMap(({ specifier, line }) => {
      const reason = refusal(file.path, specifier, [...allowed, ...further])
      return reason === null ? [] : [`${file.path}:${line}: ${reason}`]
    })
  })
}

function refusal(path: string, specifier: string, allowed: readonly string[]): string | null {
  if (specifier.startsWith('@rm/')) {
    return allowed.includes(specifier) ? null : `imports ${specifier} against the floors`
  }
  const zone = core.find(({ place }) => place.test(path))
  if (zone === undefined) return null
  if (!specifier.startsWith('.')) {
    return zone.libraries.includes(specifier) ? null : `imports ${specifier} into the functional core`
  }
  const leavesTheBook = path.startsWith('packages/state/') && /(^|\/)store(\/|\.ts$)|\/index\.ts$/.test(specifier)
  return leavesTheBook ? `imports ${specifier} into the pure book` : null
}

function importsOf(file: SourceFile): readonly { readonly specifier: string; readonly line: number }[] {
  const { module } = parseSync(file.path, file.text)
  const dynamic = module.dynamicImports.map(({ moduleRequest }) => ({
    value: file.text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"`]|['"`]$/g, ''),
    start: moduleRequest.start,
  }))
  const reexports = module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest ?? []))
  const requests = [...module.staticImports.map(({ moduleRequest }) => moduleRequest), ...reexports, ...dynamic]
  const unique = new Map(requests.map((request) => [request.start, request.value]))
  return [...unique].map(([start, specifier]) => ({ specifier, line: lineAt(file.text, start) }))
}

// gateway-sim is missing: it must never ship inside a program that meets a real account.
function everythingBelowTheApps(): readonly string[] {
  return [
    '@rm/runtime-pack',
    '@rm/alerts',
    '@rm/control-api',
    '@rm/config',
    '@rm/engine',
    '@rm/rules',
    '@rm/state',
    '@rm/state/book',
    '@rm/sdk-bridge',
    '@rm/domain',
  ]
}
