import { createHash } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { EXIT_CODES, type ExitCode, programBuild } from '@rm/runtime-pack'
import pLimit from 'p-limit'
import { validators } from './registry.ts'
import type { CheckResult, ValidationReport, ValidationResult } from './report/validation-report.ts'
import { FAILURES_OF_OTHERS, type RunContext, runCheck } from './run-check.ts'
import { monotonicMs, wallClockMs } from './system-clock.ts'
import { type Check, isAskedIn, type ValidatorId } from './validator.ts'

export interface ValidationRun {
  readonly shared: RunContext
  readonly only: readonly ValidatorId[]
  /** An empty folder for what the checks write. */
  readonly folder: string
  /** Ends the run early; what was not answered by then has stalled. */
  readonly interrupted: AbortSignal
  readonly onProgress: (progress: Progress) => void
}

/** What happens meanwhile, for whoever waits. */
export type Progress =
  | { readonly kind: 'asked'; readonly validator: ValidatorId; readonly check: string }
  | { readonly kind: 'told'; readonly validator: ValidatorId; readonly check: string; readonly text: string }
  | { readonly kind: 'answered'; readonly validator: ValidatorId; readonly result: CheckResult }

/** Validators that wait for processes more than they compute may run beside each other. */
const BESIDE_OTHERS_MAX = 2

/** Asks everything that the mode asks. Never rejects because of what a validator does. */
export async function runValidation(run: ValidationRun): Promise<ValidationReport> {
  const { shared, only } = run
  const at = new Date(wallClockMs()).toISOString()
  const startedMs = monotonicMs()
  const overtime = AbortSignal.timeout(shared.criteria.modeLimitsMs[shared.mode])
  const limited = { ...run, interrupted: AbortSignal.any([run.interrupted, overtime]) }
  const limit = pLimit(BESIDE_OTHERS_MAX)
  const beside = only.filter((id) => validators[id].runs === 'beside others')
  const results = await Promise.all(beside.map((id) => limit(() => runValidator(id, limited))))
  for (const id of only.filter((one) => validators[one].runs === 'alone')) results.push(await runValidator(id, limited))
  const ordered = only.flatMap((id) => results.filter((result) => result.id === id))
  const verdict = worstOf(ordered.map((result) => result.verdict))
  return {
    version: 1,
    at,
    durationMs: Math.round(monotonicMs() - startedMs),
    mode: shared.mode,
    target: shared.target.kind,
    subject: subjectOf(shared),
    verdict,
    exitCode: exitCodeOf(verdict, shared, ordered),
    validators: ordered,
  }
}

async function runValidator(id: ValidatorId, run: ValidationRun): Promise<ValidationResult> {
  const { title, checks } = validators[id]
  const startedMs = monotonicMs()
  const results: CheckResult[] = []
  for (const check of checks.filter((one) => isAskedIn(run.shared.mode, one))) results.push(await ask(id, check, run))
  const verdict = worstOf(results.map((result) => result.verdict))
  return { id, title, verdict, checks: results, durationMs: Math.round(monotonicMs() - startedMs) }
}

async function ask(validator: ValidatorId, check: Check, run: ValidationRun): Promise<CheckResult> {
  const { shared, folder, interrupted, onProgress } = run
  onProgress({ kind: 'asked', validator, check: check.title })
  const result = await runCheck(check, shared, {
    folder: path.join(folder, validator),
    interrupted,
    tell: (text) => onProgress({ kind: 'told', validator, check: check.title, text }),
  })
  onProgress({ kind: 'answered', validator, result })
  return result
}

type Verdict = ValidationReport['verdict']

/** The worst of all; where nothing was asked nothing is known, which is no pass. */
function worstOf(verdicts: readonly CheckResult['verdict'][]): Verdict {
  const order = ['failed', 'stalled', 'warned', 'passed'] as const
  return order.find((verdict) => verdicts.includes(verdict)) ?? (verdicts.length === 0 ? 'failed' : 'passed')
}

function subjectOf({ subject, config, criteria }: RunContext): ValidationReport['subject'] {
  return {
    build: programBuild(subject.programs.daemon).digest,
    configuration: config.ok ? config.hash : null,
    criteria: createHash('sha256').update(JSON.stringify(criteria)).digest('hex'),
    machine: {
      platform: `${process.platform} ${os.release()}`,
      architecture: process.arch,
      node: process.versions.node,
      host: os.hostname(),
    },
  }
}

function exitCodeOf(
  verdict: Verdict,
  { config }: Pick<RunContext, 'config'>,
  results: readonly ValidationResult[],
): ExitCode {
  if (verdict === 'passed' || verdict === 'warned') return EXIT_CODES.success
  if (!config.ok) return EXIT_CODES.configuration
  const errors = results
    .flatMap(({ checks }) => checks.flatMap(({ findings }) => findings))
    .filter(({ severity }) => severity === 'error')
  const failure = FAILURES_OF_OTHERS.find((one) => errors.some((finding) => finding.failure === one))
  if (failure !== undefined) return EXIT_CODES[failure]
  return verdict === 'stalled' ? EXIT_CODES.stalled : EXIT_CODES.exception
}
