import { z } from 'zod'

/** The facts that the daemon logs at its end (`run-summary`). */
export const RunSummary = z.object({
  events: z.number(),
  breaches: z.number(),
  enforcements: z.number(),
  eventToRequestMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
  accounts: z.array(z.object({ accountId: z.number(), word: z.string(), lockouts: z.array(z.string()) })),
})
export type RunSummary = z.infer<typeof RunSummary>
