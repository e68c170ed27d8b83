import { expect, test } from 'vitest'
import { junitReport } from '../../src/report/junit-report.ts'
import { check, FINDING, HOSTILE, measure, reportOf } from './sample-report.ts'

test('a suite for each validator, a case for each check, failures with place and remedy', () => {
  const checks = [
    check({ measures: [measure()] }),
    check({ id: 'floor', verdict: 'failed', findings: [FINDING] }),
    check({ id: 'late', verdict: 'stalled', evidence: 'Nothing is known.' }),
    check({ id: 'absent', verdict: 'not applicable', evidence: 'there is no data folder' }),
  ]
  expect(junitReport(reportOf(checks))).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="validate standard" tests="4" failures="1" errors="1" skipped="1" time="41.300" timestamp="2026-11-27T14:05:09.000Z">
      <testsuite name="Strategy" id="strategy" tests="4" failures="1" errors="1" skipped="1" time="0.900" timestamp="2026-11-27T14:05:09.000Z">
        <testcase name="Every limit keeps the firm’s" classname="strategy.limits" time="0.312">
          <system-out>3 accounts with 11 rules were compared.
    event to request, 99th percentile: 14.2 ms</system-out>
        </testcase>
        <testcase name="Every limit keeps the firm’s" classname="strategy.floor" time="0.312">
          <failure message="accounts.yaml:12 daily_realized_loss: the limit of -2500 lies 500 above the floor of the firm" type="failed">error: accounts.yaml:12 daily_realized_loss: the limit of -2500 lies 500 above the floor of the firm
      remedy: Write -2000 or less.</failure>
          <system-out>3 accounts with 11 rules were compared.</system-out>
        </testcase>
        <testcase name="Every limit keeps the firm’s" classname="strategy.late" time="0.312">
          <error message="Nothing is known." type="stalled"></error>
          <system-out>Nothing is known.</system-out>
        </testcase>
        <testcase name="Every limit keeps the firm’s" classname="strategy.absent" time="0.312">
          <skipped message="there is no data folder"/>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `)
})

test('a check with warnings has passed, and they can be read', () => {
  const xml = junitReport(reportOf([check({ verdict: 'warned', findings: [{ ...FINDING, severity: 'warning' }] })]))
  expect(xml).not.toContain('<failure')
  expect(xml).toContain('warning: accounts.yaml:12 daily_realized_loss: the limit')
})

test('text of a finding stays text, and what XML has no place for is replaced', () => {
  const hostile = { ...FINDING, place: 'a\nb', what: HOSTILE }
  const xml = junitReport(reportOf([check({ verdict: 'failed', findings: [hostile] })]))
  expect(xml).toContain(
    'message="a&#10;b: &lt;script&gt;document.title = &quot;taken&quot;&lt;/script&gt; &amp; &lt;!channel&gt;',
  )
  expect(xml).not.toContain('<script')
  expect(xml).not.toContain('\u0007')
})
