import { existsSync, readFileSync } from 'node:fs'
import type { z } from 'zod'
import { ValidationReport } from './validation-report.ts'

/** A report that was written before, or why there is none to compare with. */
export type ReadReport =
  | { readonly kind: 'read'; readonly report: ValidationReport }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly why: string }

/** Reads a `report.json`. */
export function readReport(file: string): ReadReport {
  if (!existsSync(file)) return { kind: 'absent' }
  try {
    const parsed = ValidationReport.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (parsed.success) return { kind: 'read', report: parsed.data }
    const [first] = parsed.error.issues
    return { kind: 'unusable', why: `it is no report of the validator: ${placeOf(first)}` }
  } catch (error) {
    return { kind: 'unusable', why: error instanceof Error ? error.message : String(error) }
  }
}

function placeOf(issue: z.core.$ZodIssue | undefined): string {
  return issue === undefined ? 'of another form' : `${issue.path.join('.') || 'the whole'}: ${issue.message}`
}
