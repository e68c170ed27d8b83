import type { ConfigNode, MapNode } from '../config-node.ts'
import type { Place, Report } from '../diagnostic.ts'
import { idleUntil } from '../idle-settings.ts'

/** Keys that are written and that nothing acts upon yet, in one notice per file. */
export function lintIdleKeys(trees: readonly MapNode[], report: Report): void {
  // Layers that several accounts share are looked at once, and so is a key that stands in all of them.
  const seen = new Set<ConfigNode>()
  const written = new Map<string, { readonly path: string; readonly at: Place }>()
  const visit = (node: ConfigNode, path: string): void => {
    if (node.kind === 'scalar' || node.kind === 'broken' || seen.has(node)) return
    seen.add(node)
    if (node.kind === 'list') {
      for (const item of node.items) visit(item, `${path}[]`)
      return
    }
    for (const [key, { keyAt, node: value }] of node.entries) {
      const below = path === '' ? key : `${path}.${key}`
      if (idleUntil(below) === null) visit(value, below)
      else written.set(`${keyAt.file}:${keyAt.line}:${keyAt.column}`, { path: below, at: keyAt })
    }
  }
  for (const tree of trees) visit(tree, '')
  for (const [, keys] of Map.groupBy(written.values(), ({ at }) => at.file)) {
    const [first] = keys.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    if (first === undefined) continue
    report.notice(first.at, first.path, {
      expected: 'keys that this version acts upon',
      got: [...new Set(keys.map(({ path }) => path))].join(', '),
      why: 'these keys are checked and kept, and have no effect yet',
      fix: 'nothing; do not rely on them',
    })
  }
}
