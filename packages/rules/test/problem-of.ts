import type { z } from 'zod'
import type { SettingProblem } from '../src/setting-problem.ts'

/** What a schema of a rule says about a value beyond zod's own checks, or `null`. */
export function problemOf(issue: z.core.$ZodIssue | undefined): Partial<SettingProblem> | null {
  return issue?.code === 'custom' && issue.params !== undefined ? issue.params : null
}
