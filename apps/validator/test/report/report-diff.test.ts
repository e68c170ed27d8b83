import { describe, expect, test } from 'vitest'
import { diffText } from '../../src/report/diff-text.ts'
import { diffReports, isSame, isWorse } from '../../src/report/report-diff.ts'
import type { CheckResult } from '../../src/report/validation-report.ts'
import { check, FINDING, measure, reportOf } from './sample-report.ts'

function diffOf(before: readonly CheckResult[], now: readonly CheckResult[]) {
  return diffReports(reportOf(before), reportOf(now))
}

function measuring(value: number): CheckResult {
  return check({ measures: [measure({ value })] })
}

const FAILED = check({ verdict: 'failed', findings: [FINDING] })

test('a finding that was not there is new, and the run is worse', () => {
  const diff = diffOf([check()], [FAILED])
  expect(diff.newFindings.map(({ finding }) => finding.place)).toEqual([FINDING.place])
  expect(diff.verdicts).toEqual([{ validator: 'strategy', check: 'limits', before: 'passed', now: 'failed' }])
  expect([isWorse(diff), isSame(diff)]).toEqual([true, false])
})

test('a finding that is no longer found is gone, and the run is not worse', () => {
  const diff = diffOf([FAILED], [check()])
  expect([diff.goneFindings.length, diff.newFindings.length, isWorse(diff)]).toEqual([1, 0, false])
})

test('a finding whose numbers alone are others is the same', () => {
  const later = check({ verdict: 'failed', findings: [{ ...FINDING, what: FINDING.what.replace('2500', '2600') }] })
  expect(isSame(diffOf([FAILED], [later]))).toBe(true)
})

test('of two findings that differ by a number the one that was there is not taken for the new one', () => {
  const second = { ...FINDING, what: FINDING.what.replace('2500', '2600') }
  const both = check({ verdict: 'failed', findings: [second, FINDING] })
  expect(diffOf([FAILED], [both]).newFindings.map(({ finding }) => finding.what)).toEqual([second.what])
})

test('a finding that is graver now is new', () => {
  const mild = check({ verdict: 'warned', findings: [{ ...FINDING, severity: 'warning' }] })
  expect(diffOf([mild], [FAILED]).newFindings).toHaveLength(1)
})

test('what nobody asked this time is not gone', () => {
  const diff = diffOf([check({ id: 'slow', verdict: 'failed', findings: [FINDING] }), check()], [check()])
  expect([diff.goneFindings, diff.askedOnlyBefore]).toEqual([[], ['strategy/slow']])
  expect(diffOf([check()], [check(), check({ id: 'slow' })]).askedOnlyNow).toEqual(['strategy/slow'])
})

describe('a measure', () => {
  test.each([
    [10, 12, []],
    [10, 12.1, [21]],
    [10, 8, []],
    [10, 7.9, [-21]],
    [0, 0, []],
    [0, 3, [null]],
  ])('of %d that is %d now moved: %j', (before, now, percents) => {
    expect(diffOf([measuring(before)], [measuring(now)]).movedMeasures.map(({ percent }) => percent)).toEqual(percents)
  })

  test('in another unit is another measure', () => {
    const now = check({ measures: [measure({ unit: 's', value: 400 })] })
    expect(diffOf([check({ measures: [measure()] })], [now]).movedMeasures).toEqual([])
  })
})

test('another build or configuration is named', () => {
  const now = reportOf([check()])
  const diff = diffReports(reportOf([check()]), { ...now, subject: { ...now.subject, build: null } })
  expect(diff.changedSubject).toEqual(['build'])
})

test('is told in 80 columns, whatever is written in a finding', () => {
  const before = [measuring(10), check({ id: 'gone' })]
  const findings = [{ ...FINDING, what: `${'very '.repeat(30)}long \u001B[31mred` }]
  const text = diffText(diffOf(before, [check({ ...measuring(30), verdict: 'failed', findings })]))
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(text).not.toContain('\u001B[31mred')
  for (const told of ['passed → failed', 'new  strategy: error', '10 → 30 ms, +200 %', '1 not asked this time'])
    expect(text).toContain(told)
})

test('two equal runs are said to be equal', () => {
  expect(diffText(diffOf([FAILED], [FAILED]))).toContain('Nothing that matters differs.')
})
