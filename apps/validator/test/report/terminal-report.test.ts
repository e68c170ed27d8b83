import { expect, test } from 'vitest'
import { evidenceText } from '../../src/report/evidence-text.ts'
import { terminalReport } from '../../src/report/terminal-report.ts'
import { check, FINDING, measure, reportOf } from './sample-report.ts'

const REPORT = reportOf([
  check({ verdict: 'failed', findings: [FINDING], measures: [measure({ series: [1, 2, 3, 9] })] }),
])

test('a report tells the finding, the remedy and the verdict in 80 columns', () => {
  const text = terminalReport(REPORT)
  for (const told of [FINDING.place, FINDING.remedy, 'NOT FIT: do not deploy.', '0 of 1']) expect(text).toContain(told)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('on demand it tells what was looked at and measured', () => {
  const text = evidenceText(REPORT)
  for (const told of ['3 accounts with 11 rules', '14.2 ms', 'at most 50 ms', '▁▂▃█']) expect(text).toContain(told)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(terminalReport(REPORT)).not.toContain('14.2 ms')
})
