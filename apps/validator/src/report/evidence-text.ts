import { sparkLine } from '@rm/runtime-pack'
import { paint, visible, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import { boundText, numberText } from './report-words.ts'
import type { CheckResult, Measure, ValidationReport } from './validation-report.ts'

/** What every check looked at and measured, for a person at a terminal who wants to know. */
export function evidenceText({ validators }: ValidationReport): string {
  return validators
    .map(({ title, checks }) => `${[paint('bold', title), ...checks.flatMap(checkLines)].join('\n')}\n`)
    .join('\n')
}

function checkLines({ title, verdict, evidence, measures }: CheckResult): readonly string[] {
  return [
    ...wrapped(`  ${verdict}: ${title}`, WIDTH, 4),
    ...wrapped(`    ${visible(evidence)}`, WIDTH, 4),
    ...measures.flatMap((measure) => wrapped(`    ${measureText(measure)}`, WIDTH, 6)),
  ]
}

const CURVE_COLUMNS = 16

function measureText(measure: Measure): string {
  const { name, value, unit, series } = measure
  const bound = boundText(measure)
  const allowed = bound === null ? '' : ` (${bound})`
  const curve = series.length < 2 ? '' : ` ${sparkLine(series, CURVE_COLUMNS)}`
  return `${name}: ${numberText(value)} ${unit}${allowed}${curve}`
}
