import { z } from 'zod'
import { ReportDiff } from './report-diff.ts'
import { ValidationReport } from './validation-report.ts'

/** The JSON Schemas (draft 2020-12) of what a run writes, by their files in `docs/schemas`. */
export const REPORT_SCHEMAS = {
  'validation-report.schema.json': schemaOf('report.json', ValidationReport),
  'validation-report-diff.schema.json': schemaOf('report-diff.json', ReportDiff),
} as const

function schemaOf(title: string, schema: z.ZodType): object {
  const { $schema, ...content } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output' })
  return { $schema, title, ...content }
}
