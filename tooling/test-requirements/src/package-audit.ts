import type { Category } from './categories.ts'
import type { Guide, Requirement } from './guide.ts'
import { packageOf } from './repository.ts'

/** Categories of which a whole package may not lack a test: what goes wrong there loses money or data in silence. */
const AUDITED: readonly Category[] = ['persistence', 'wiring', 'external']

/** A test that no file of a package has, though the package is of the category. */
export interface PackageGap {
  readonly package: string
  readonly category: Category
  readonly test: string
  /** A file that shows the category, and why. */
  readonly because: string
  readonly writeTo: string
}

/** Packages that persist, wire or call out, and lack the direct-database, wiring or failure test of it. */
export function gapsOf(guide: Guide): readonly PackageGap[] {
  const groups = Map.groupBy(
    guide.all().filter(({ category }) => AUDITED.includes(category)),
    ({ file, category, test }) => `${packageOf(file)}\n${category}\n${test}`,
  )
  return [...groups.values()].flatMap(([first, ...rest]) => {
    if (first === undefined || [first, ...rest].some(({ missing }) => missing === null)) return []
    return [gapOf(first)]
  })
}

function gapOf({ file, category, test, because, writeTo }: Requirement): PackageGap {
  return { package: packageOf(file), category, test, because: `${file}: ${because}`, writeTo }
}
