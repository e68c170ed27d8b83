import type { z } from 'zod'

/**
 * What a settings schema says about a value that zod's own checks cannot judge: the parts of a configuration diagnostic (risk rules, 4.3)
 * that only the rule knows. It travels as the `params` of an issue with code `custom`.
 */
export interface SettingProblem {
  /** `a negative amount` */
  readonly expected: string
  /** `losses are negative amounts` */
  readonly why: string
  /** ``write `-500` `` */
  readonly fix: string
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
