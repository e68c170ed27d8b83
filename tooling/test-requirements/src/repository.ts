import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { factsOf, type SourceFacts, type SourceFile } from './source-facts.ts'

/** Every source and test of a repository, and where the faces of its packages are. */
export class Repository {
  readonly #files: ReadonlyMap<string, SourceFacts>
  readonly #faces: ReadonlyMap<string, string>

  constructor(files: readonly SourceFile[], faces: ReadonlyMap<string, string>) {
    this.#files = new Map(files.map((file) => [file.path, factsOf(file)]))
    this.#faces = faces
  }

  static read(root: string): Repository {
    const generated = /(^|\/)(node_modules|dist|reports|coverage|\.turbo)(\/|$)/
    const found = (pattern: string): readonly string[] =>
      globSync(pattern, { cwd: root, exclude: (path) => generated.test(path.replaceAll(sep, '/')) })
    const files = found('{packages,apps,tooling,tests-e2e}/**/*.ts').map((path) => ({
      path: path.replaceAll(sep, '/'),
      text: readFileSync(join(root, path), 'utf8'),
    }))
    const faces = found('{packages,apps,tooling}/*/package.json').flatMap((path) =>
      facesOf(path.replaceAll(sep, '/'), readFileSync(join(root, path), 'utf8')),
    )
    return new Repository(files, new Map(faces))
  }

  file(path: string): SourceFacts | undefined {
    return this.#files.get(path)
  }

  /** Files of the product: what ships. */
  get sources(): readonly SourceFacts[] {
    return [...this.#files.values()].filter(({ path }) => isProductSource(path))
  }

  get tests(): readonly SourceFacts[] {
    return [...this.#files.values()].filter(({ path }) => path.endsWith('.test.ts'))
  }

  /** The file that an import of another one means; `null`: a library, or nothing of this repository. */
  resolved(from: string, specifier: string): string | null {
    if (!specifier.startsWith('.')) return this.#faces.get(specifier) ?? null
    const path = normalised(`${from.slice(0, from.lastIndexOf('/'))}/${specifier}`)
    return this.#files.has(path) ? path : null
  }
}

/** The package that a file belongs to: `packages/state`; tests over processes are one of their own. */
export function packageOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('tests-e2e/') ? 1 : 2)
    .join('/')
}

/** Whether a file is of what ships: neither a declaration nor what a package offers to tests alone. */
export function isProductSource(path: string): boolean {
  const [, inPackage] = /^(?:packages|apps)\/[^/]+\/src\/(.*)\.ts$/.exec(path) ?? []
  return inPackage !== undefined && !inPackage.endsWith('.d') && !/^(testing|virtual)(\/|$)/.test(inPackage)
}

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string | { readonly '@rm/source'?: string }>>
}

function facesOf(path: string, text: string): readonly (readonly [string, string])[] {
  const folder = path.slice(0, path.lastIndexOf('/'))
  // The manifests of this repository; one without these keys has no face.
  const { name, exports = {} } = JSON.parse(text) as Manifest
  return Object.entries(exports).flatMap(([face, target]) => {
    const source = typeof target === 'string' ? target : target['@rm/source']
    return source === undefined ? [] : [[`${name}${face.slice(1)}`, normalised(`${folder}/${source}`)] as const]
  })
}

function normalised(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}
