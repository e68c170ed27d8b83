import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCriteria } from '../src/criteria-file.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-criteria-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function read(yaml: string): ReturnType<typeof readCriteria> {
  writeFileSync(path.join(folder, 'validation_criteria.yaml'), yaml)
  return readCriteria({ directory: folder, environment: {} })
}

test('criteria that are not there are those that ship', () => {
  rmSync(path.join(folder, 'validation_criteria.yaml'), { force: true })
  const absent = readCriteria({ directory: folder, environment: {} })
  const shipped = readCriteria({
    directory: path.join(import.meta.dirname, '../../../config'),
    environment: {},
  })
  expect(absent).toEqual(shipped)
  expect(absent.ok && absent.criteria.reliability.firstEventMs).toBe(8_000)
})

test('a criterion is read in its unit', () => {
  const read60 = read('reliability: { backup_age_minutes: 60 }\ncertificate_days: 7\nmodes: { quick_s: 45 }\n')
  expect(read60.ok && read60.criteria.reliability.backupAgeMs).toBe(3_600_000)
  expect(read60.ok && read60.criteria.certificateMs).toBe(604_800_000)
  expect(read60.ok && read60.criteria.modeLimitsMs.quick).toBe(45_000)
})

test.each([
  ['performance: { query_p99_ms: 0 }', 'performance.query_p99_ms', 'a whole number from 1 to 600 000'],
  ['security: { advisory_severity: hi }', 'security.advisory_severity', '`low` or `moderate` or `high` or `critical`'],
  ['performence: {}', 'performence', 'one of'],
  ['- 1', '', 'keys with values'],
])('%s is refused with its place', (yaml, keyPath, expected) => {
  const refused = read(yaml)
  expect(refused.ok ? [] : refused.diagnostics.map((one) => [one.keyPath, one.line])).toEqual([[keyPath, 1]])
  expect(refused.ok ? '' : refused.diagnostics[0]?.expected).toContain(expected)
})
