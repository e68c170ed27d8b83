import { categoriesOf, type Category } from './categories.ts'
import { reachOf, type Reach } from './reach.ts'
import { isProductSource, packageOf, type Repository } from './repository.ts'
import { REQUIRED_TESTS, type ReachingTest } from './required-tests.ts'
import type { SourceFacts } from './source-facts.ts'

/** A test that a file needs, with those that are it. */
export interface Requirement {
  readonly file: string
  readonly category: Category
  /** What in the file shows the category. */
  readonly because: string
  readonly test: string
  readonly shows: string
  /** Tests that show it, or a part of it, the nearest first. */
  readonly shownBy: readonly string[]
  /** What no test shows; `null`: nothing is missing. */
  readonly missing: string | null
  readonly writeTo: string
}

/** Knows what every test reaches; made once for all questions. */
export class Guide {
  readonly #repository: Repository
  readonly #reaches: readonly { readonly test: SourceFacts; readonly reach: Reach }[]

  constructor(repository: Repository) {
    this.#repository = repository
    this.#reaches = repository.tests.map((test) => ({ test, reach: reachOf(repository, test.path) }))
  }

  /** What has to be tested of the whole repository. */
  all(): readonly Requirement[] {
    return this.#repository.sources.flatMap(({ path }) => this.requirementsOf(path))
  }

  /** What has to be tested of a file, and whether it is; nothing for a file that is none of the product. */
  requirementsOf(path: string): readonly Requirement[] {
    const file = this.#repository.file(path)
    if (file === undefined) return []
    const reaching = this.#reaching(path)
    return categoriesOf(file).flatMap(({ category, because }) =>
      REQUIRED_TESTS[category].map(({ title, shows, lookFor, writeTo }) => {
        const { shownBy, missing } = lookFor(file, reaching)
        const tests = shownBy.map(({ test }) => test.path)
        return { file: path, category, because, test: title, shows, shownBy: tests, missing, writeTo: writeTo(file) }
      }),
    )
  }

  /** Tests that run code of the file: its own package's before others, importers before starters. */
  #reaching(path: string): readonly ReachingTest[] {
    const found = this.#reaches.flatMap(({ test, reach }): readonly ReachingTest[] => {
      const through = reach.inProcess.has(path) ? 'import' : reach.byProcess.has(path) ? 'process' : null
      if (through === null) return []
      const testSide = [...reach.inProcess]
        .filter((one) => !isProductSource(one))
        .flatMap((one) => this.#repository.file(one) ?? [])
      return [{ test, through, testSide }]
    })
    return found.toSorted((a, b) => distance(path, a) - distance(path, b))
  }
}

function distance(path: string, { test, through }: ReachingTest): number {
  const stem = path.slice(path.lastIndexOf('/') + 1, -'.ts'.length)
  const named = test.path.includes(`/${stem}.`) ? 0 : 1
  return named + (packageOf(path) === packageOf(test.path) ? 0 : 2) + (through === 'import' ? 0 : 4)
}
