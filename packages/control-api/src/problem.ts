import { z } from 'zod'

/** What an error answer says: a problem of RFC 9457, sent as `application/problem+json`. */
export const Problem = z.object({
  /** Which problem it is, stable for programs: `forbidden`, `not-found`, `rate-limited`. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** What to do about it. */
  detail: z.string(),
})
export type Problem = z.output<typeof Problem>

export const PROBLEM_TYPE = 'application/problem+json'
