import { Ajv2020 } from 'ajv/dist/2020.js'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../src/program-files.ts'
import { diffReports } from '../../src/report/report-diff.ts'
import { REPORT_SCHEMAS } from '../../src/report/report-schema.ts'
import { check, fullReport, measure, reportOf } from './sample-report.ts'

type SchemaFile = keyof typeof REPORT_SCHEMAS
const REPORT = 'validation-report.schema.json'

/** What a reader in another language would object to, as `place keyword`. */
function complaintsOf(file: SchemaFile, written: unknown): readonly string[] {
  const validate = new Ajv2020({ strict: true, allErrors: true, formats: { 'date-time': true } }).compile(
    REPORT_SCHEMAS[file],
  )
  validate(JSON.parse(JSON.stringify(written)))
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
}

test.each(Object.entries(REPORT_SCHEMAS))('docs/schemas/%s is current', async (file, schema) => {
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(path.join(ROOT, 'docs/schemas', file))
})

describe('the published schema', () => {
  test('takes a report in which everything occurs, and its difference to another', () => {
    const report = fullReport()
    expect(complaintsOf(REPORT, report)).toEqual([])
    const diff = diffReports(reportOf([check({ measures: [measure({ value: 0 })] })]), report)
    expect(complaintsOf('validation-report-diff.schema.json', diff)).toEqual([])
  })

  test.each([
    ['a verdict that there is not', { verdict: 'fine' }, ['/verdict enum']],
    ['another version', { version: 2 }, ['/version const']],
    ['no validators', { validators: undefined }, [' required']],
  ])('refuses %s', (_, parts, complaints) => {
    expect(complaintsOf(REPORT, { ...fullReport(), ...parts })).toEqual(complaints)
  })
})
