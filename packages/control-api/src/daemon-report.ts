import { z } from 'zod'
import { AccountReport } from './account-report.ts'
import { Moment } from './wire-values.ts'

/** One of the gateway's two streams. */
export const StreamReport = z.object({
  up: z.boolean(),
  /** Milliseconds since anything was heard on it; `null`: nothing yet. */
  silentMs: z.number().nullable(),
})
export type StreamReport = z.output<typeof StreamReport>

/** The running daemon and all its accounts at one moment. */
export const DaemonReport = z.object({
  version: z.string(),
  pid: z.int(),
  /** Number of this start. */
  run: z.int(),
  startedAt: Moment,
  /** Business time. */
  now: Moment,
  /** Whether business time is trusted: untrusted time unlocks nothing. */
  timeTrusted: z.boolean(),
  timeZone: z.string(),
  environment: z.string(),
  /** Digest of the configuration that was read last. */
  configuration: z.string(),
  streams: z.object({ user: StreamReport, market: StreamReport }),
  /** Requests of the rate budget that are left in its window. */
  requestsLeft: z.int(),
  accounts: z.array(AccountReport),
})
export type DaemonReport = z.output<typeof DaemonReport>
