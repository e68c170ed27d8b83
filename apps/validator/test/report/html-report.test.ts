import { describe, expect, test } from 'vitest'
import { htmlReport } from '../../src/report/html/html-report.ts'
import { niceSteps } from '../../src/report/html/nice-steps.ts'
import { diffReports } from '../../src/report/report-diff.ts'
import { check, FINDING, fullReport, HOSTILE, measure, reportOf } from './sample-report.ts'

const PAGE = htmlReport(fullReport(), null)

test('what is wrong comes before everything else that was asked', () => {
  const order = ['NOT FIT: do not deploy.', FINDING.what, 'another program used 40 %', 'id="validators"', 'id="checks"']
  const places = order.map((text) => PAGE.indexOf(text))
  expect(places.every((place) => place > 0)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('every check is there with what was looked at', () => {
  for (const { evidence, title } of fullReport().validators.flatMap(({ checks }) => checks)) {
    expect(PAGE).toContain(evidence)
    expect(PAGE).toContain(title)
  }
})

test('text of a finding stays text', () => {
  expect(PAGE).toContain('&lt;script&gt;document.title = &quot;taken&quot;&lt;/script&gt;')
  expect(PAGE).not.toMatch(/<script/i)
  const hostile = reportOf([
    check({ title: HOSTILE, evidence: HOSTILE, measures: [measure({ name: HOSTILE, unit: HOSTILE, series: [1, 2] })] }),
  ])
  expect(htmlReport(hostile, diffReports(reportOf([]), hostile))).not.toMatch(/<script/i)
})

test('nothing is asked of the network', () => {
  expect(PAGE).toContain("default-src 'none'")
  expect(PAGE.match(/(?:src|href)="(?!#|data:)[^"]*"|url\(|@import/g)).toBeNull()
})

test('every link leads somewhere', () => {
  const targets = [...PAGE.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
  expect(targets.length).toBeGreaterThan(4)
  for (const id of targets) expect(PAGE).toContain(`id="${id}"`)
})

function pageWith(parts: Parameters<typeof measure>[0]): string {
  return htmlReport(reportOf([check({ measures: [measure(parts)] })]), null)
}

describe('a measure', () => {
  test('stands as a bar against its bound, and in words', () => {
    expect(pageWith({ value: 60 })).toContain('class="value bad"')
    expect(pageWith({ value: 50 })).toContain('class="value good"')
    expect(pageWith({ value: 50 })).toContain('<td>at most 50 ms</td>')
  })

  test('without a bound has no bar', () => expect(pageWith({ bound: null })).not.toContain('<svg class="bullet"'))

  test('with readings has a chart, and its numbers in words', () => {
    const page = pageWith({ series: [4, 1, 3, 2] })
    expect(page).toContain('4 readings: least 1, median 2, 99th percentile 4, most 4 ms')
    expect(pageWith({ series: [7] })).not.toContain('<figure>')
  })

  test.each([[[0, 0, 0]], [[-3, -3]], [[5, 5, 5, 5]], [Array.from({ length: 10_000 }, (_, at) => at)]])(
    'with readings like %j is drawn within its frame',
    (series) => {
      const [, points = ''] = /<polyline class="line" points="([^"]+)"/.exec(pageWith({ series })) ?? []
      const numbers = points.split(/[ ,]/).map(Number)
      expect(numbers.length).toBeGreaterThanOrEqual(4)
      expect(numbers.every((number) => number >= 0 && number <= 720)).toBe(true)
    },
  )
})

test.each([
  [0, 100, [0, 50, 100]],
  [0, 7.3, [0, 2, 4, 6]],
  [-3, 0, [-3, -2, -1, 0]],
  [2, 2, [2]],
])('between %d and %d there are round numbers', (low, high, steps) => expect(niceSteps(low, high)).toEqual(steps))

test('what changed since the last run stands after the findings', () => {
  const diff = diffReports(reportOf([check({ id: 'life-cycle', verdict: 'warned' })]), fullReport())
  const page = htmlReport(fullReport(), diff)
  expect(page).toContain('<code>strategy/life-cycle</code>: warned → passed')
  expect(page.indexOf('id="changes"')).toBeGreaterThan(page.indexOf('id="findings"'))
})
