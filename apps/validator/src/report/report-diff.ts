import { z } from 'zod'
import { type CheckResult, CheckVerdict, Finding, type ValidationReport } from './validation-report.ts'

const Place = { validator: z.string(), check: z.string() }
const Side = z.object({
  at: z.iso.datetime(),
  mode: z.string(),
  verdict: z.enum(['passed', 'warned', 'failed', 'stalled']),
})

/** What a report says differently from an earlier one, as `report-diff.json` holds it. */
export const ReportDiff = z.object({
  /** Of the form of this file. */
  version: z.literal(1),
  before: Side,
  now: Side,
  /** Parts of what was validated that are others now. */
  changedSubject: z.array(z.enum(['build', 'configuration', 'criteria', 'machine'])),
  /** Checks that were asked both times and came out differently. */
  verdicts: z.array(z.object({ ...Place, before: CheckVerdict, now: CheckVerdict })),
  newFindings: z.array(z.object({ ...Place, finding: Finding })),
  /** Of checks that were asked again: what nobody looked for is not gone. */
  goneFindings: z.array(z.object({ ...Place, finding: Finding })),
  /** Values that moved by more than a fifth. */
  movedMeasures: z.array(
    z.object({
      ...Place,
      measure: z.string(),
      unit: z.string(),
      before: z.number(),
      now: z.number(),
      /** In per cent of the earlier value; `null` where that was zero. */
      percent: z.number().nullable(),
    }),
  ),
  /** Checks, as `validator/check`, that only one of the two runs asked. */
  askedOnlyBefore: z.array(z.string()),
  askedOnlyNow: z.array(z.string()),
})
export type ReportDiff = z.output<typeof ReportDiff>

/** By more than that part of the earlier value a measure has moved; less is the noise of a machine. */
const MOVED_MIN = 0.2

/** Compares two runs, whatever their modes. */
export function diffReports(before: ValidationReport, now: ValidationReport): ReportDiff {
  const [old, fresh] = [checksOf(before), checksOf(now)]
  const both = [...fresh].flatMap(([path, { validator, check }]) => {
    const earlier = old.get(path)
    return earlier === undefined ? [] : [{ validator, check, earlier: earlier.check }]
  })
  const newFindings = [...fresh].flatMap(([path, { validator, check }]) =>
    beyond(check.findings, old.get(path)?.check.findings ?? []).map((finding) => ({
      validator,
      check: check.id,
      finding,
    })),
  )
  return {
    version: 1,
    before: sideOf(before),
    now: sideOf(now),
    changedSubject: SUBJECT_PARTS.filter(
      (part) => JSON.stringify(before.subject[part]) !== JSON.stringify(now.subject[part]),
    ),
    verdicts: both
      .filter(({ check, earlier }) => check.verdict !== earlier.verdict)
      .map(({ validator, check, earlier }) => ({
        validator,
        check: check.id,
        before: earlier.verdict,
        now: check.verdict,
      })),
    newFindings,
    goneFindings: both.flatMap(({ validator, check, earlier }) =>
      beyond(earlier.findings, check.findings).map((finding) => ({ validator, check: check.id, finding })),
    ),
    movedMeasures: both.flatMap(movementsOf),
    askedOnlyBefore: [...old.keys()].filter((path) => !fresh.has(path)),
    askedOnlyNow: [...fresh.keys()].filter((path) => !old.has(path)),
  }
}

/** Whether the later run is the worse one: a check that came out worse, or an error that was not there. */
export function isWorse({ verdicts, newFindings }: ReportDiff): boolean {
  return (
    verdicts.some(({ before, now }) => BADNESS[now] > BADNESS[before]) ||
    newFindings.some(({ finding }) => finding.severity === 'error')
  )
}

/** Whether there is nothing to tell but the time. */
export function isSame({ changedSubject, verdicts, newFindings, goneFindings, movedMeasures }: ReportDiff): boolean {
  return [changedSubject, verdicts, newFindings, goneFindings, movedMeasures].every((list) => list.length === 0)
}

const SUBJECT_PARTS = ['build', 'configuration', 'criteria', 'machine'] as const
const BADNESS: Readonly<Record<CheckVerdict, number>> = {
  passed: 0,
  'not applicable': 1,
  warned: 2,
  stalled: 3,
  failed: 4,
}

interface AskedCheck {
  readonly validator: string
  readonly check: CheckResult
}

function checksOf({ validators }: ValidationReport): ReadonlyMap<string, AskedCheck> {
  return new Map(
    validators.flatMap(({ id, checks }) => checks.map((check) => [`${id}/${check.id}`, { validator: id, check }])),
  )
}

function sideOf({ at, mode, verdict }: ValidationReport): ReportDiff['now'] {
  return { at, mode, verdict }
}

/** Findings of the first list that the second lacks. One whose numbers alone are others is still the same finding. */
function beyond(findings: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  const exact = without(findings, others, ({ severity, place, what }) => [severity, place, what].join('\n'))
  const left = without(others, findings, ({ severity, place, what }) => [severity, place, what].join('\n'))
  return without(exact, left, ({ severity, place, what }) => [severity, place, what.replaceAll(/\d+/g, '#')].join('\n'))
}

/** Each of the others takes away one that has the same key. */
function without(
  findings: readonly Finding[],
  others: readonly Finding[],
  keyOf: (finding: Finding) => string,
): readonly Finding[] {
  const counts = new Map<string, number>()
  for (const other of others) counts.set(keyOf(other), (counts.get(keyOf(other)) ?? 0) + 1)
  return findings.filter((finding) => {
    const count = counts.get(keyOf(finding)) ?? 0
    if (count > 0) counts.set(keyOf(finding), count - 1)
    return count === 0
  })
}

function movementsOf({
  validator,
  check,
  earlier,
}: AskedCheck & { readonly earlier: CheckResult }): ReportDiff['movedMeasures'] {
  return check.measures.flatMap(({ name: measure, unit, value: now }) => {
    const before = earlier.measures.find((one) => one.name === measure && one.unit === unit)?.value
    if (before === undefined || Math.abs(now - before) <= MOVED_MIN * Math.abs(before)) return []
    const percent = before === 0 ? null : Math.round(((now - before) / Math.abs(before)) * 100)
    return [{ validator, check: check.id, measure, unit, before, now, percent }]
  })
}
