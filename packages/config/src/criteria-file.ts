import { z } from 'zod'
import { ConfigFolder, type FolderOptions } from './config-folder.ts'
import { emptyMap, plainOf } from './config-node.ts'
import { type Diagnostic, Report } from './diagnostic.ts'
import { explainIssues } from './explain-issues.ts'
import { ONCE } from './schema-shape.ts'
import { choice, fraction, whole } from './setting-types.ts'

/** What the validator measures against. */
export interface ValidationCriteria {
  readonly performance: {
    readonly eventToDecisionP99Ms: number
    readonly eventToRequestP99Ms: number
    /** Latency of the first request, daemon ÷ a bare program that answers the same event. */
    readonly relayRatioMax: number
    readonly quotesPerSecondMin: number
    readonly memoryMbMax: number
    /** Of one core, with quotes at the rate above. */
    readonly cpuPercentMax: number
    readonly queryP99Ms: number
    readonly commitP99Ms: number
  }
  readonly reliability: {
    readonly firstEventMs: number
    readonly enforcementMs: number
    readonly recoveryPointMs: number
    readonly recoveryTimeMs: number
    /** A newer backup than that has to be there. */
    readonly backupAgeMs: number
  }
  readonly security: {
    /** Advisories from this severity on fail. */
    readonly advisorySeverity: Severity
    readonly lockfileAgeDays: number
    readonly advisoryFileAgeDays: number
  }
  readonly retention: {
    readonly tradesDays: number
    readonly metricsDays: number
    readonly errorLogDays: number
  }
  /** How long a certificate is valid. */
  readonly certificateMs: number
  /** Most time for all of a run, by its mode. */
  readonly modeLimitsMs: { readonly quick: number; readonly standard: number; readonly thorough: number }
}

const SEVERITIES = ['low', 'moderate', 'high', 'critical'] as const
type Severity = (typeof SEVERITIES)[number]

const ms = (why: string): z.ZodType<number> => whole(1, 600_000, why)
const days = (why: string): z.ZodType<number> => whole(1, 3_650, why)

/** `validation_criteria.yaml`: from where on a machine, build and configuration are not fit to guard money. */
export const CriteriaSchema = z.strictObject({
  performance: z
    .strictObject({
      event_to_decision_p99_ms: ms('a later decision is a worse price')
        .default(10)
        .describe('From the arrival of an event to the decision, in milliseconds; of a hundred at most one is slower.'),
      event_to_request_p99_ms: ms('a later request is a worse price')
        .default(50)
        .describe('From the arrival of an event to the first request, the same way.'),
      relay_ratio_max: fraction(1, 100, 'on a noisy machine a ratio says more than a time')
        .default(6)
        .describe(
          'That latency, as a multiple of what a bare program without rules and store takes on the same machine.',
        ),
      quotes_per_second_min: whole(1, 1_000_000, 'a market in motion sends as many')
        .default(2_000)
        .describe('Quotes in a second that leave no backlog.'),
      memory_mb_max: whole(50, 65_536, 'a daemon that grows ends by being killed')
        .default(400)
        .describe('Resident memory of the daemon, in MiB.'),
      cpu_percent_max: whole(1, 400, 'a busy core answers late')
        .default(60)
        .describe('Processor time at that rate of quotes, in per cent of one core.'),
      query_p99_ms: ms('people and recovery wait for it').default(10).describe('Queries on a year of history.'),
      commit_p99_ms: ms('no request leaves before its decision is on the disk')
        .default(50)
        .describe('One durable commit.'),
    })
    .prefault({})
    .describe('Speed and use of the machine.'),
  reliability: z
    .strictObject({
      first_event_s: whole(1, 120, 'a daemon that starts late protects late')
        .default(8)
        .describe('Seconds from the start of the process to the first event of the gateway.'),
      enforcement_s: whole(1, 120, 'a breach has to be undone, and that has to be known')
        .default(10)
        .describe('Seconds from a breach to the proof that its goal is reached.'),
      recovery_point_s: whole(1, 3_600, 'so much of what was decided may be lost')
        .default(60)
        .describe('Seconds of decisions that a lost database may cost.'),
      recovery_time_s: whole(1, 3_600, 'so long an account may be unwatched')
        .default(300)
        .describe('Seconds from a lost database to a daemon that guards again.'),
      backup_age_minutes: whole(1, 10_080, 'an old backup restores an old state')
        .default(15)
        .describe('The newest backup of a running daemon is not older.'),
    })
    .prefault({})
    .describe('Starting, enforcing and coming back.'),
  security: z
    .strictObject({
      advisory_severity: choice(SEVERITIES, 'it decides which known weakness of a library fails')
        .default('high')
        .describe('Known weaknesses of libraries fail from this severity on.'),
      lockfile_age_days: days('where no registry can be asked, the age of the lockfile has to speak')
        .default(180)
        .describe('An older lockfile fails where the registry cannot be asked.'),
      advisory_file_age_days: days('an old list does not know new weaknesses')
        .default(30)
        .describe('An older file of advisories counts as none.'),
    })
    .prefault({})
    .describe('Libraries and their known weaknesses.'),
  retention: z
    .strictObject({
      trades_days: days('the firm and the tax office ask for them')
        .default(365)
        .describe('Trades, breaches and lockouts are kept so long.'),
      metrics_days: days('a slow decline is seen over months only').default(90).describe('Metrics are kept so long.'),
      error_log_days: days('what went wrong is asked about weeks later')
        .default(30)
        .describe('Error logs are kept so long.'),
    })
    .prefault({})
    .describe('How long records are kept.'),
  certificate_days: days('a machine changes').default(30).describe('Days for which a certificate is valid.'),
  modes: z
    .strictObject({
      quick_s: whole(10, 3_600, 'a check before every deployment must not take long')
        .default(60)
        .describe('Seconds for `--mode quick`.'),
      standard_s: whole(10, 7_200, 'a run that hangs is no answer').default(600).describe('Seconds for `standard`.'),
      thorough_s: whole(10, 86_400, 'a run that hangs is no answer').default(3_600).describe('Seconds for `thorough`.'),
    })
    .prefault({})
    .describe('The longest that a run may take; what is not done by then is stalled.'),
})

const CRITERIA_FILE = 'validation_criteria.yaml'

/** Criteria, or why they are refused. */
export type ReadCriteria =
  | { readonly ok: true; readonly criteria: ValidationCriteria }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** Reads `validation_criteria.yaml` of the configuration folder; what it does not say is as it ships. */
export function readCriteria(options: FolderOptions): ReadCriteria {
  const report = new Report()
  const folder = new ConfigFolder(options, report)
  const content = folder.read(CRITERIA_FILE, CRITERIA_FILE)
  if (content.kind === 'unusable') return { ok: false, diagnostics: report.all() }
  const tree = content.kind === 'read' ? content.tree : emptyMap(folder.placeIn(CRITERIA_FILE, CRITERIA_FILE))
  const parsed = CriteriaSchema.safeParse(plainOf(tree), ONCE)
  if (!parsed.success) explainIssues(parsed.error.issues, { root: tree, path: [], schema: CriteriaSchema }, report)
  if (!parsed.success || report.hasErrors) return { ok: false, diagnostics: report.all() }
  return { ok: true, criteria: criteriaOf(parsed.data) }
}

function criteriaOf(file: z.infer<typeof CriteriaSchema>): ValidationCriteria {
  const { performance, reliability, security, retention, modes } = file
  return {
    performance: {
      eventToDecisionP99Ms: performance.event_to_decision_p99_ms,
      eventToRequestP99Ms: performance.event_to_request_p99_ms,
      relayRatioMax: performance.relay_ratio_max,
      quotesPerSecondMin: performance.quotes_per_second_min,
      memoryMbMax: performance.memory_mb_max,
      cpuPercentMax: performance.cpu_percent_max,
      queryP99Ms: performance.query_p99_ms,
      commitP99Ms: performance.commit_p99_ms,
    },
    reliability: {
      firstEventMs: reliability.first_event_s * 1_000,
      enforcementMs: reliability.enforcement_s * 1_000,
      recoveryPointMs: reliability.recovery_point_s * 1_000,
      recoveryTimeMs: reliability.recovery_time_s * 1_000,
      backupAgeMs: reliability.backup_age_minutes * 60_000,
    },
    security: {
      advisorySeverity: security.advisory_severity,
      lockfileAgeDays: security.lockfile_age_days,
      advisoryFileAgeDays: security.advisory_file_age_days,
    },
    retention: {
      tradesDays: retention.trades_days,
      metricsDays: retention.metrics_days,
      errorLogDays: retention.error_log_days,
    },
    certificateMs: file.certificate_days * 86_400_000,
    modeLimitsMs: {
      quick: modes.quick_s * 1_000,
      standard: modes.standard_s * 1_000,
      thorough: modes.thorough_s * 1_000,
    },
  }
}
