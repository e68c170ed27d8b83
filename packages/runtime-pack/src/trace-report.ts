import { z } from 'zod'

/** The file in the log folder that a daemon with `ASYNC_DEBUG=1` writes, one report a line. */
export const TRACE_LOG = 'runtime_trace.log'

const PendingActivity = z.object({
  name: z.string(),
  /** Which one: the stream, the route, the account. */
  about: z.string(),
  waitsFor: z.string(),
  ageMs: z.number(),
  /** Where it was begun, the innermost call first. */
  stack: z.array(z.string()),
})
export type PendingActivity = z.infer<typeof PendingActivity>

const StreamTrace = z.object({
  stream: z.string(),
  state: z.enum(['never connected', 'connected', 'lost']),
  /** Since then; `null`: since the start. */
  sinceMs: z.number().nullable(),
  /** Since the last frame, pings included; `null`: none yet. */
  silentMs: z.number().nullable(),
  reason: z.string().nullable(),
})
export type StreamTrace = z.infer<typeof StreamTrace>

/** What a daemon waits for at one moment. */
export const TraceReport = z.object({
  time: z.string(),
  pid: z.int(),
  uptimeMs: z.number(),
  /** Of the event loop, since the report before. */
  loopDelayMs: z.object({ mean: z.number(), p99: z.number(), max: z.number() }),
  streams: z.array(StreamTrace),
  /** The oldest first. */
  pending: z.array(PendingActivity),
  /** Those that are over, by name, since the start. */
  ended: z.record(z.string(), z.object({ count: z.int(), longestMs: z.number() })),
  /** What of it is remarkable, in sentences. */
  diagnosis: z.array(z.string()),
})
export type TraceReport = z.infer<typeof TraceReport>

/** Reads one line; `null` when it is none. */
export function readTraceReport(text: string): TraceReport | null {
  try {
    return TraceReport.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
