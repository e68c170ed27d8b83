import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Certificate } from '@rm/runtime-pack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PRACTICE_LOGIN, ROOT, SIMULATOR_CONFIG } from '../src/program-files.ts'
import { ValidationReport } from '../src/report/validation-report.ts'
import { VALIDATOR_IDS } from '../src/validator.ts'

let folder = ''
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rm-whole-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function validate(words: readonly string[], login: Readonly<Record<string, string>> = {}) {
  const program = path.join(ROOT, 'apps/validator/dist/main.js')
  const { PROJECTX_USERNAME: _name, PROJECTX_API_KEY: _key, ...rest } = process.env
  const env = { ...rest, NO_COLOR: '1', ...login }
  return spawnSync(process.execPath, [program, ...words], { encoding: 'utf8', env })
}

test('without any configuration all ten validators find the practice day fit, and a certificate is signed that one changed byte ends', () => {
  const certificate = path.join(folder, 'certificate.json')
  const key = path.join(folder, 'key.pem')
  const run = validate(['--mode', 'quick', '--report', folder, '--certificate', certificate, '--key', key])
  expect([run.status, run.stdout.includes('FIT')]).toEqual([0, true])
  const report = ValidationReport.parse(JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8')))
  expect(report.validators.map(({ id }) => id)).toEqual([...VALIDATOR_IDS])
  expect(report.validators.flatMap(({ checks }) => checks).every(({ evidence }) => evidence !== '')).toBe(true)

  const { statement } = Certificate.parse(JSON.parse(readFileSync(certificate, 'utf8')))
  expect(statement.configuration).toBe(report.subject.configuration)
  const verify = () =>
    validate(['certificate', 'verify', certificate, '--config', SIMULATOR_CONFIG, '--key', key], PRACTICE_LOGIN)
  const words = validate(['certificate', 'key', '--key', key])
  expect([words.status, words.stdout.trim()]).toEqual([0, expect.stringMatching(/^MCowBQYDK2VwAyEA/)])
  expect(verify().status).toBe(0)
  writeFileSync(certificate, readFileSync(certificate, 'utf8').replace('"quick"', '"standard"'))
  expect(verify().status).toBe(1)
})
