import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../src/program-files.ts'
import { check, FINDING, reportOf } from './report/sample-report.ts'

const VALIDATE = path.join(ROOT, 'apps/validator/dist/main.js')

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-report-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** The built command, as a person or a CI server runs it. */
function validate(...words: readonly string[]) {
  const environment = { ...process.env, NO_COLOR: '1', VALIDATION_SLACK_WEBHOOK: '' }
  return spawnSync(process.execPath, [VALIDATE, ...words], { encoding: 'utf8', env: environment })
}

function inFolder(name: string): string {
  return path.join(folder, name)
}

function read(name: string): string {
  return readFileSync(inFolder(name), 'utf8')
}

test('a run leaves a report that fits the published schema, a page, JUnit XML, and what changed since the last one', () => {
  const last = reportOf([check({ id: 'first-event', verdict: 'failed', findings: [FINDING] })])
  const validators = last.validators.map((validator) => ({ ...validator, id: 'smoke' }))
  writeFileSync(path.join(folder, 'report.json'), JSON.stringify({ ...last, validators }))

  const { status, stdout } = validate('--mode', 'quick', '--only', 'smoke', '--report', folder, '--verbose')
  expect(status).toBe(0)
  expect(stdout).toContain('smoke/first-event: failed → passed')
  expect(stdout).toMatch(/first event after the start: \d+ ms \(at most 8000 ms\)/)

  const schema: object = JSON.parse(readFileSync(path.join(ROOT, 'docs/schemas/validation-report.schema.json'), 'utf8'))
  const fits = new Ajv2020({ strict: true, formats: { 'date-time': true } }).compile(schema)
  expect([fits(JSON.parse(read('report.json'))), fits.errors]).toEqual([true, null])
  expect(read('report.html')).toContain('FIT: every question was answered well.')
  expect(read('junit.xml')).toMatch(/<testsuites name="validate quick" tests="4" failures="0" errors="0" skipped="3"/)
  expect(JSON.parse(read('report-diff.json'))).toMatchObject({ newFindings: [], goneFindings: [{ finding: FINDING }] })
})

test('two reports are compared: 0 not worse, 1 worse, 3 no report', () => {
  writeFileSync(inFolder('good.json'), JSON.stringify(reportOf([check()])))
  writeFileSync(inFolder('bad.json'), JSON.stringify(reportOf([check({ verdict: 'failed', findings: [FINDING] })])))
  writeFileSync(inFolder('none.json'), '{"version":1}')
  const worse = validate('diff', inFolder('good.json'), inFolder('bad.json'), '--json')
  expect([worse.status, JSON.parse(worse.stdout)]).toMatchObject([1, { newFindings: [{ finding: FINDING }] }])
  expect(validate('diff', inFolder('bad.json'), inFolder('good.json')).status).toBe(0)
  const refused = validate('diff', inFolder('good.json'), inFolder('none.json'))
  expect([refused.status, refused.stderr]).toEqual([
    3,
    expect.stringContaining('it is no report of the validator: at: '),
  ])
})

test('the questions are listed, for people and for programs', () => {
  expect(validate('list').stdout.replaceAll(/\s+/g, ' ')).toContain('The daemon starts, hears the gateway and stops')
  const listed: unknown = JSON.parse(validate('list', '--json').stdout)
  const smoke = {
    id: 'smoke',
    checks: expect.arrayContaining([
      expect.objectContaining({ id: 'first-event', modes: ['quick', 'standard', 'thorough'] }),
    ]),
  }
  expect(listed).toEqual(expect.arrayContaining([expect.objectContaining(smoke)]))
})

test('a wish that cannot be met is refused before anything is run', () => {
  const report = path.join(folder, 'never')
  const refused = validate('--only', 'smoke', '--report', report, '--notify-slack')
  expect([refused.status, refused.stderr]).toEqual([
    3,
    'error: --notify-slack: VALIDATION_SLACK_WEBHOOK is not set; give it the address of the webhook\n',
  ])
  copyFileSync(path.join(ROOT, 'package.json'), path.join(folder, 'other.json'))
  expect(validate('--only', 'smoke', '--previous', path.join(folder, 'other.json')).status).toBe(3)
  expect(existsSync(report)).toBe(false)
})
