import { Guide, type Requirement } from '../src/guide.ts'
import { Repository } from '../src/repository.ts'

/** Faces of the packages that fixtures import. */
const FACES = new Map([
  ['@rm/state', 'packages/state/src/index.ts'],
  ['@rm/config', 'packages/config/src/index.ts'],
  ['@rm/alerts', 'packages/alerts/src/index.ts'],
])

/** A guide over a small tree: texts by their paths. */
export function guideOver(tree: Readonly<Record<string, string>>): Guide {
  return new Guide(
    new Repository(
      Object.entries(tree).map(([path, text]) => ({ path, text })),
      FACES,
    ),
  )
}

/** What a file of the tree needs, as `category: test: missing or the tests that show it`. */
export function needsOf(tree: Readonly<Record<string, string>>, path: string): readonly string[] {
  return guideOver(tree).requirementsOf(path).map(toldOf)
}

function toldOf({ category, test, missing, shownBy }: Requirement): string {
  return `${category}: ${test}: ${missing ?? shownBy.join(', ')}`
}
