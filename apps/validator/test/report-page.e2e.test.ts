import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { htmlReport } from '../src/report/html/html-report.ts'
import { diffReports } from '../src/report/report-diff.ts'
import { NO_CHROMIUM } from './browser/chromium.ts'
import { RenderedPage } from './browser/rendered-page.ts'
import { check, fullReport, HOSTILE, measure, reportOf } from './report/sample-report.ts'

/** Where the pictures stay after the run. */
const ARTEFACTS = fileURLToPath(new URL('../reports', import.meta.url))
const FILE = path.join(ARTEFACTS, 'sample-report.html')
const SCHEMES = ['light', 'dark'] as const
const reason = NO_CHROMIUM === null ? '' : ` (skipped: ${NO_CHROMIUM})`

const Violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }))

describe.skipIf(NO_CHROMIUM !== null)(`the page in a real browser${reason}`, () => {
  let page: RenderedPage
  beforeAll(async () => {
    mkdirSync(ARTEFACTS, { recursive: true })
    const before = reportOf([check({ id: 'life-cycle', verdict: 'warned', measures: [measure({ value: 3 })] })])
    writeFileSync(FILE, htmlReport(fullReport(), diffReports(before, fullReport())))
    page = await RenderedPage.open(FILE)
  })
  afterAll(async () => await page[Symbol.asyncDispose]())

  test('asks for nothing but itself and has nothing to complain about', () => {
    expect(page.requests.filter((address) => !address.startsWith('data:'))).toEqual([pathToFileURL(FILE).href])
    expect(page.complaints).toEqual([])
  })

  test('runs nothing of what a finding says, and shows it as text', async () => {
    expect(await page.evaluate('document.title')).toBe('NOT FIT: validation of 2026-11-27 14:05:09 UTC')
    expect(await page.evaluate('document.scripts.length')).toBe(0)
    const texts = z
      .array(z.string())
      .parse(await page.evaluate('[...document.querySelectorAll(".place")].map((one) => one.textContent)'))
    expect(texts).toContain(HOSTILE)
  })

  test('is no wider than the window', async () => {
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })

  test.each(SCHEMES)('can be read in %s, also by who does not see it', async (scheme) => {
    await page.show(scheme)
    await page.evaluate(axe.source)
    const found = Violations.parse(await page.evaluate('axe.run().then(({ violations }) => violations)'))
    expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
    const picture = await page.screenshot()
    writeFileSync(path.join(ARTEFACTS, `report-${scheme}.png`), picture)
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
  })

  test('light and dark differ', async () => {
    const grounds: unknown[] = []
    for (const scheme of SCHEMES) {
      await page.show(scheme)
      grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
    }
    expect(new Set(grounds).size).toBe(2)
  })

  test('is printed', async () => {
    await page.show('dark')
    const printed = await page.printed()
    writeFileSync(path.join(ARTEFACTS, 'report-print.pdf'), printed)
    expect(printed.subarray(0, 5).toString()).toBe('%PDF-')
    expect(printed.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThanOrEqual(2)
  })
})
