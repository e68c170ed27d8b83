import { countsOf, describeBound, describeMs, type MatrixRow, type MatrixSection } from './matrix.ts'

const INTRODUCTION = `# Fault matrix

Every fault of the catalogue: how a test makes it happen, what the program must do, within which bound, and what the
last run measured. Severity **C**: enforcement lost, early unlock, wrong-way trade or secret leaked; **H**: a bound
missed until it heals; **M**: degraded and visible; **L**: cosmetic. An injection like \`rest(closeContract, hang)\` is a
verb of the [simulator's fault plan](simulator.md), with which you can rehearse it yourself.

This page is made by \`npm run -s fault-matrix\` from the reports of \`npm test\` and of the
stories that are left to the nights ([Testing](testing.md)). A test's name carries the ids that it shows.
`

/** The page as Markdown. */
export function renderPage(matrix: readonly MatrixSection[]): string {
  return [INTRODUCTION, totals(matrix), ...matrix.map(section)].join('\n')
}

/** A row without what the last run adds: what a test of the page compares. */
export function fixedCells({ id, row }: MatrixRow): string {
  const { severity, fault, injection, expected, bound } = row
  return `| ${[id, severity, fault, injection, expected, describeBound(bound)].map(cell).join(' | ')} |`
}

function totals(matrix: readonly MatrixSection[]): string {
  const counts = countsOf(matrix)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const failing = counts.failed + counts['too late'] + counts['no test has run']
  return `**${total} rows: ${counts.shown} shown, ${counts['not here']} not here (with the reason), ${failing} failing.**\n`
}

function section({ title, rows }: MatrixSection): string {
  return [
    `## ${title}`,
    '',
    '| Id | | Fault | Injection | Expected | Bound | Measured | Result |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `${fixedCells(row)} ${measured(row)} | ${result(row)} |`),
    '',
  ].join('\n')
}

function measured({ evidence }: MatrixRow): string {
  return evidence === null || evidence.measuredMs === null ? '–' : describeMs(evidence.measuredMs)
}

function result({ result: word, row, evidence }: MatrixRow): string {
  switch (word) {
    case 'shown':
      return `shown by ${evidence?.tests === 1 ? '1 test' : `${evidence?.tests} tests`}`
    case 'not here':
      return `not here: ${row.notHere}`
    case 'failed':
    case 'too late':
    case 'no test has run':
      return `**${word}**`
    default:
      return word satisfies never
  }
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
