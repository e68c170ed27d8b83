import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FAULT_ID } from './catalogue.ts'

/** What tests in whose names an id stands have shown. */
export interface Evidence {
  readonly tests: number
  readonly failed: number
  /** The longest time that one of them measured; `null` when none has. */
  readonly measuredMs: number | null
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          meta: z.object({ measuredMs: z.number().optional() }).optional(),
        }),
      ),
    }),
  ),
})

const REPORTS = [
  'packages/*/reports/*.json',
  'apps/*/reports/*.json',
  'tooling/*/reports/*.json',
  'tests-e2e/reports/*.json',
]
const TESTS = ['packages', 'apps', 'tooling', 'tests-e2e'].map((folder) => `${folder}/**/*.test.ts`)

/** Reads the reports that the last runs of vitest left below `root`. */
export function readEvidence(root: string): ReadonlyMap<string, Evidence> {
  const evidence = new Map<string, Evidence>()
  for (const file of globSync(REPORTS, { cwd: root })) {
    const report = reportSchema.parse(JSON.parse(readFileSync(path.join(root, file), 'utf8')))
    for (const { fullName, status, meta } of report.testResults.flatMap((one) => one.assertionResults)) {
      if (status === 'skipped' || status === 'pending') continue
      for (const id of new Set(fullName.match(FAULT_ID))) {
        const known = evidence.get(id) ?? { tests: 0, failed: 0, measuredMs: null }
        evidence.set(id, {
          tests: known.tests + 1,
          failed: known.failed + (status === 'passed' ? 0 : 1),
          measuredMs: longer(known.measuredMs, meta?.measuredMs ?? null),
        })
      }
    }
  }
  return evidence
}

/** Ids that stand in any test file below `root`. */
export function idsInTests(root: string): ReadonlySet<string> {
  const files = globSync(TESTS, { cwd: root, exclude: ['**/node_modules/**'] })
  return new Set(files.flatMap((file) => readFileSync(path.join(root, file), 'utf8').match(FAULT_ID) ?? []))
}

function longer(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
