import { readFileSync, globSync } from 'node:fs'
import { join, sep } from 'node:path'

/** One file of the repository; `path` is relative to its root, with `/` on every platform. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** What a check found, as `path:line: sentence`, or `path: sentence` where a line says nothing. */
export type Finding = string

/** Every TypeScript and JavaScript file that people wrote. */
export function readSources(root: string): readonly SourceFile[] {
  const generated = /(^|\/)(node_modules|dist|reports|coverage|\.turbo)(\/|$)/
  return globSync('{packages,apps,tooling,tests-e2e}/**/*.{ts,tsx,mts,js,mjs}', {
    cwd: root,
    exclude: (path) => generated.test(path.replaceAll(sep, '/')),
  }).map((path) => ({ path: path.replaceAll(sep, '/'), text: readFileSync(join(root, path), 'utf8') }))
}

/** The 1-based line of a character offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
