import { paint, table, visible, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import { countedChecks, countedFindings } from './finding-order.ts'
import { durationText, VERDICT_SENTENCES } from './report-words.ts'
import type { CheckResult, Finding, ValidationReport, ValidationResult } from './validation-report.ts'

/** The report for a person at a terminal: a line for each validator, then what was found and what to do. */
export function terminalReport(report: ValidationReport): string {
  const rows = report.validators.map((result) => [
    MARKS[result.verdict],
    result.title,
    countedChecks(result.checks),
    durationText(result.durationMs),
    countedFindings(result.checks.flatMap(({ findings }) => findings)),
  ])
  const summary = table(['', 'validator', 'checks', 'time', 'found'], rows, WIDTH)
  const details = report.validators.flatMap((result) => result.checks.flatMap((check) => detailsOf(result, check)))
  return `${[summary, ...details, verdictOf(report)].join('\n')}\n`
}

/** One line for a check that was answered. */
export function answeredLine(validator: string, { title, verdict, durationMs }: CheckResult): string {
  const line = `${MARKS[verdict]} ${validator}: ${title} (${durationText(durationMs)})`
  const [first = '', ...rest] = wrapped(line, WIDTH, 2)
  return [paint(COLOURS[verdict], first), ...rest].join('\n')
}

const MARKS = { passed: '✓', warned: '!', failed: '✗', stalled: '✗', 'not applicable': '–' } as const
const COLOURS = { passed: 'green', warned: 'yellow', failed: 'red', stalled: 'red', 'not applicable': 'dim' } as const

function detailsOf({ title }: ValidationResult, check: CheckResult): readonly string[] {
  if (check.findings.length === 0) return []
  const head = wrapped(`${title}: ${check.title}`, WIDTH, 2)
  return [[paint('bold', head.join('\n')), ...check.findings.map(findingText), ''].join('\n')]
}

function findingText({ severity, place, what, remedy }: Finding): string {
  const colour = severity === 'error' ? 'red' : severity === 'warning' ? 'yellow' : 'dim'
  const said = wrapped(`  ${severity}  ${visible(place)}: ${visible(what)}`, WIDTH, 4)
  return [...said.map((line) => paint(colour, line)), ...wrapped(`    → ${visible(remedy)}`, WIDTH, 6)].join('\n')
}

function verdictOf({ verdict, exitCode, durationMs, mode }: ValidationReport): string {
  const text = `${VERDICT_SENTENCES[verdict]} ${mode}, ${durationText(durationMs)}, exit code ${exitCode}.`
  return paint(COLOURS[verdict], text)
}
