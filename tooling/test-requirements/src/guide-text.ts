import type { Requirement } from './guide.ts'
import type { PackageGap } from './package-audit.ts'

/** So many tests are named for one requirement; the nearest come first. */
const TESTS_MAX = 2

/** What is there and what is missing, file by file. */
export function guideText(requirements: readonly Requirement[]): string {
  const files = Map.groupBy(requirements, ({ file }) => file)
  return [...files].map(([file, ofFile]) => `${[file, ...categoryLines(ofFile)].join('\n')}\n`).join('\n')
}

/** What packages lack. */
export function gapsText(gaps: readonly PackageGap[]): string {
  return gaps
    .map(
      ({ package: name, category, test, because, writeTo }) =>
        `${name}: ${category}\n  ✗ ${test}\n    ${because}\n    → write it: ${writeTo}\n`,
    )
    .join('\n')
}

function categoryLines(requirements: readonly Requirement[]): readonly string[] {
  const categories = Map.groupBy(requirements, ({ category }) => category)
  return [...categories].flatMap(([category, needed]) => [
    `  ${category}: ${needed[0]?.because ?? ''}`,
    ...needed.flatMap(testLines),
  ])
}

function testLines({ test, shows, shownBy, missing, writeTo }: Requirement): readonly string[] {
  if (missing === null) {
    const more = shownBy.length > TESTS_MAX ? [`      and ${shownBy.length - TESTS_MAX} more`] : []
    return [`    ✓ ${test}`, ...shownBy.slice(0, TESTS_MAX).map((path) => `      ${path}`), ...more]
  }
  return [`    ✗ ${test}: ${missing}`, `      it ${shows}`, `      → write it: ${writeTo}`]
}
