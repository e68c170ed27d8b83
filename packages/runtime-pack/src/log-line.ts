import { z } from 'zod'

/** A line of the daemon's log: what every reader looks at, its other facts as they are. */
const LogLine = z.looseObject({
  level: z.string(),
  time: z.string(),
  msg: z.string(),
  event: z.string().optional(),
  at: z.string().optional(),
  /** A text when names are shortened (`general.logging.mask_accounts`). */
  accountId: z.union([z.number(), z.string()]).optional(),
  rule: z.string().optional(),
})
export type LogLine = z.infer<typeof LogLine>

/** Reads one line; `null` when it is not one of the daemon's. */
export function readLogLine(text: string): LogLine | null {
  try {
    return LogLine.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
