import { type ConfigNode, type MapNode } from '../config-node.ts'
import type { Place, Report } from '../diagnostic.ts'
import { idleUntil } from '../idle-settings.ts'

/** Keys that are written and that nothing acts upon yet, in one notice per file. */
export function lintIdleKeys(tree: MapNode, report: Report): void {
  const written: { readonly path: string; readonly at: Place }[] = []
  const visit = (node: ConfigNode, path: string): void => {
    if (node.kind === 'map')
      for (const [key, entry] of node.entries) {
        const below = path === '' ? key : `${path}.${key}`
        if (idleUntil(below) === null) visit(entry.node, below)
        else written.push({ path: below, at: entry.keyAt })
      }
    else if (node.kind === 'list') for (const item of node.items) visit(item, `${path}[]`)
  }
  visit(tree, '')
  for (const [, keys] of Map.groupBy(written, ({ at }) => at.file)) {
    const [first] = keys
    if (first === undefined) continue
    report.notice(first.at, first.path, {
      expected: 'keys that this version acts upon',
      got: keys.map(({ path }) => path).join(', '),
      why: 'these keys are checked and kept, and have no effect yet',
      fix: 'nothing; do not rely on them',
    })
  }
}
