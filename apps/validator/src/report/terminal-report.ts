import { paint, table, visible, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import type { CheckResult, Finding, ValidationReport, ValidationResult } from './validation-report.ts'

/** The report for a person at a terminal: a line for each validator, then what was found and what to do. */
export function terminalReport(report: ValidationReport): string {
  const rows = report.validators.map((result) => [
    MARKS[result.verdict],
    result.title,
    countOf(result),
    seconds(result.durationMs),
    sumOf(result),
  ])
  const summary = table(['', 'validator', 'checks', 'time', 'found'], rows, WIDTH)
  const details = report.validators.flatMap((result) => result.checks.flatMap((check) => detailsOf(result, check)))
  return `${[summary, ...details, verdictOf(report)].join('\n')}\n`
}

/** One line for a check that was answered. */
export function answeredLine(validator: string, { title, verdict, durationMs }: CheckResult): string {
  const [first = '', ...rest] = wrapped(`${MARKS[verdict]} ${validator}: ${title} (${seconds(durationMs)})`, WIDTH, 2)
  return [paint(COLOURS[verdict], first), ...rest].join('\n')
}

const MARKS = { passed: '✓', warned: '!', failed: '✗', stalled: '✗', 'not applicable': '–' } as const
const COLOURS = { passed: 'green', warned: 'yellow', failed: 'red', stalled: 'red', 'not applicable': 'dim' } as const

function countOf({ checks }: ValidationResult): string {
  const asked = checks.filter(({ verdict }) => verdict !== 'not applicable')
  const good = asked.filter(({ verdict }) => verdict === 'passed' || verdict === 'warned')
  return `${good.length} of ${asked.length}`
}

function sumOf({ checks }: ValidationResult): string {
  const findings = checks.flatMap((check) => check.findings)
  const parts = (['error', 'warning', 'notice'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

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
  const words = {
    passed: 'FIT: every question was answered well.',
    warned: 'FIT, with warnings: read them before you deploy.',
    failed: 'NOT FIT: do not deploy.',
    stalled: 'NOT KNOWN: some questions were not answered. Do not deploy.',
  } as const
  const text = `${words[verdict]} ${mode}, ${seconds(durationMs)}, exit code ${exitCode}.`
  return paint(COLOURS[verdict], text)
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
