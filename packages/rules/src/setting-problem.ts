import type { z } from 'zod'

/**
 * What a settings schema says about a value that zod's own checks cannot judge: the parts of a configuration diagnostic (risk rules, 4.3)
 * that only the rule knows. It travels as the `params` of an issue with code `custom`; {@link settingProblemOf} reads it back.
 */
export interface SettingProblem {
  /** `a negative amount` */
  readonly expected: string
  /** `losses are negative amounts` */
  readonly why: string
  /** ``write `-500` `` */
  readonly fix: string
}

/** The problem behind an issue, or `null` for an issue of zod's own checks. */
export function settingProblemOf(issue: z.core.$ZodIssue): SettingProblem | null {
  if (issue.code !== 'custom' || issue.params === undefined) return null
  const { expected, why, fix } = issue.params as Partial<Record<keyof SettingProblem, unknown>>
  return typeof expected === 'string' && typeof why === 'string' && typeof fix === 'string'
    ? { expected, why, fix }
    : null
}

/** Adds the problem to a schema's findings; `path` is relative to the value that the schema reads. */
export function report(
  context: z.RefinementCtx,
  problem: SettingProblem,
  input: unknown,
  path: readonly PropertyKey[] = [],
): void {
  context.issues.push({
    code: 'custom',
    message: `expected ${problem.expected}: ${problem.why}`,
    params: { ...problem },
    input,
    path: [...path],
  })
}
