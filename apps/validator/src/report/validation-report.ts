import { z } from 'zod'

/** Something that is not as it should be, with where it is and what to do. */
export const Finding = z.object({
  /** `error` fails the check, `warning` is for a decision of people, `notice` for their knowledge. */
  severity: z.enum(['error', 'warning', 'notice']),
  /** The file, account, rule, table or address that it is about. */
  place: z.string(),
  what: z.string(),
  remedy: z.string(),
  /** What failed when it is not what was validated: the exit code of the run tells it. */
  failure: z.enum(['configuration', 'gateway', 'environment']).exactOptional(),
})
export type Finding = z.output<typeof Finding>

/** A number against its bound. */
export const Measure = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  /** `null`: measured for people to see. */
  bound: z.object({ kind: z.enum(['at most', 'at least']), value: z.number() }).nullable(),
  /** What to do when it is beyond its bound. */
  remedy: z.string(),
  /** The single readings behind it, oldest first, for a chart; empty where there is only the one. */
  series: z.array(z.number()),
})
export type Measure = z.output<typeof Measure>

/** `stalled`: no answer within its time. `not applicable`: it counts neither for nor against. */
export const CheckVerdict = z.enum(['passed', 'warned', 'failed', 'stalled', 'not applicable'])
export type CheckVerdict = z.output<typeof CheckVerdict>

export const CheckResult = z.object({
  id: z.string(),
  title: z.string(),
  verdict: CheckVerdict,
  /** What was looked at, or why nothing was. */
  evidence: z.string(),
  findings: z.array(Finding),
  measures: z.array(Measure),
  durationMs: z.number(),
})
export type CheckResult = z.output<typeof CheckResult>

export const ValidationResult = z.object({
  id: z.string(),
  title: z.string(),
  verdict: z.enum(['passed', 'warned', 'failed', 'stalled']),
  checks: z.array(CheckResult),
  durationMs: z.number(),
})
export type ValidationResult = z.output<typeof ValidationResult>

/** A whole run, as `report.json` holds it. */
export const ValidationReport = z.object({
  /** Of the form of this report. */
  version: z.literal(1),
  /** When the run began, by this machine's clock. */
  at: z.iso.datetime(),
  durationMs: z.number(),
  mode: z.enum(['quick', 'standard', 'thorough']),
  target: z.enum(['simulator', 'gateway']),
  /** What was validated: a certificate binds these. */
  subject: z.object({
    /** SHA-256 of the daemon's program and what stands beside it; `null`: not built. */
    build: z.string().nullable(),
    /** SHA-256 of the effective configuration; `null`: it is refused. */
    configuration: z.string().nullable(),
    criteria: z.string(),
    machine: z.object({ platform: z.string(), architecture: z.string(), node: z.string(), host: z.string() }),
  }),
  /** `warned` is fit too: whoever deploys has read the warnings. */
  verdict: z.enum(['passed', 'warned', 'failed', 'stalled']),
  exitCode: z.int(),
  validators: z.array(ValidationResult),
})
export type ValidationReport = z.output<typeof ValidationReport>
