import { z } from 'zod'

/** A line of the daemon's log, as far as the story needs it. */
const LogLine = z.looseObject({
  level: z.string(),
  time: z.string(),
  msg: z.string(),
  event: z.string().optional(),
  at: z.string().optional(),
  accountId: z.number().optional(),
  rule: z.string().optional(),
})
export type LogLine = z.infer<typeof LogLine>

/** The facts that the daemon logs at its end (`run-summary`). */
export const RunSummary = z.object({
  events: z.number(),
  breaches: z.number(),
  enforcements: z.number(),
  eventToRequestMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
  accounts: z.array(z.object({ accountId: z.number(), word: z.string(), lockouts: z.array(z.string()) })),
})
export type RunSummary = z.infer<typeof RunSummary>

/** Reads one line; `null` when it is not one of the daemon's. */
export function readLogLine(text: string): LogLine | null {
  try {
    return LogLine.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
