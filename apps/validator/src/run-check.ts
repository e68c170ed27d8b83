import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RmError } from '@rm/domain'
import type { CheckResult, CheckVerdict, Finding, Measure } from './report/validation-report.ts'
import { boundText, isWithin, numberText } from './report/report-words.ts'
import { monotonicMs } from './system-clock.ts'
import type { Answer, Check, CheckContext, NotApplicable } from './validator.ts'

/** What all checks of a run share. */
export type RunContext = Omit<CheckContext, 'scratch' | 'signal' | 'resources' | 'tell'>

interface CheckRun {
  /** Where the check gets its folder. */
  readonly folder: string
  readonly interrupted: AbortSignal
  readonly tell: (progress: string) => void
}

/** How long whatever a check started may take to end. */
const CLEANUP_MS = 15_000

/** Asks one question. Never rejects: a check that throws has failed, one that takes too long has stalled. */
export async function runCheck(
  check: Check,
  shared: RunContext,
  { folder, interrupted, tell }: CheckRun,
): Promise<CheckResult> {
  const startedMs = monotonicMs()
  const scratch = path.join(folder, check.id)
  mkdirSync(scratch, { recursive: true })
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, interrupted])
  const resources = new AsyncDisposableStack()
  const timer = new AbortController()
  const asked = outcomeOf(check, { ...shared, scratch, signal, resources, tell })
  const first = await Promise.race([asked, lateAfter(check.limitMs, timer.signal), abortOf(interrupted)])
  timer.abort()
  over.abort()
  const untidy = await tidied(resources)
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  const outcome = first === 'late' || first === 'interrupted' ? unanswered(first, check) : first
  const findings = untidy === null ? outcome.findings : [...outcome.findings, untidy]
  return {
    id: check.id,
    title: check.title,
    ...outcome,
    verdict: outcome.verdict === 'passed' && untidy !== null ? 'warned' : outcome.verdict,
    findings: [...findings],
    durationMs: Math.round(monotonicMs() - startedMs),
  }
}

type Outcome = Pick<CheckResult, 'verdict' | 'evidence' | 'findings' | 'measures'>

async function outcomeOf(check: Check, context: CheckContext): Promise<Outcome> {
  try {
    return judged(await check.run(context))
  } catch (error) {
    return {
      verdict: 'failed',
      evidence: 'The check could not be made.',
      findings: [{ severity: 'error', place: check.id, what: sentenceOf(error), ...causeOf(error) }],
      measures: [],
    }
  }
}

/** What to do about it, and who failed where that is known. */
function causeOf(error: unknown): Pick<Finding, 'remedy' | 'failure'> {
  if (!(error instanceof RmError)) return { remedy: CRASH_REMEDY }
  const failure = FAILURES_OF_OTHERS.find((one) => one === error.failure)
  return failure === undefined ? { remedy: error.remedy } : { remedy: error.remedy, failure }
}

/** In the order in which a start would meet them. */
export const FAILURES_OF_OTHERS = ['environment', 'configuration', 'gateway'] as const

const CRASH_REMEDY = 'Read what is said, mend it, run the check again with --only; report it if it says nothing to you.'

function judged(answer: Answer | NotApplicable): Outcome {
  if ('notApplicable' in answer)
    return { verdict: 'not applicable', evidence: answer.notApplicable, findings: [], measures: [] }
  const findings = [...answer.findings, ...answer.measures.flatMap(beyondBound)]
  return {
    verdict: verdictOf(findings),
    evidence: answer.evidence,
    findings,
    measures: answer.measures.filter(isNumber).map((one) => ({ ...one, series: one.series.filter(Number.isFinite) })),
  }
}

/** JSON has no word for what is no number; that nothing was measured is told by the finding of its bound. */
function isNumber({ value }: Measure): boolean {
  return Number.isFinite(value)
}

function verdictOf(findings: readonly Finding[]): CheckVerdict {
  if (findings.some(({ severity }) => severity === 'error')) return 'failed'
  return findings.some(({ severity }) => severity === 'warning') ? 'warned' : 'passed'
}

function beyondBound(measure: Measure): readonly Finding[] {
  if (isWithin(measure)) return []
  const { name, value, unit, remedy } = measure
  const what = `${numberText(value)} ${unit}; allowed ${boundText(measure)}`
  return [{ severity: 'error', place: name, what, remedy }]
}

function unanswered(why: 'late' | 'interrupted', { id, limitMs }: Check): Outcome {
  const what = why === 'late' ? `no answer within ${limitMs / 1_000} s` : 'interrupted before it was answered'
  const remedy = why === 'late' ? 'Run it alone with --only on a machine that does nothing else.' : 'Run it again.'
  return {
    verdict: 'stalled',
    evidence: 'Nothing is known.',
    findings: [{ severity: 'error', place: id, what, remedy }],
    measures: [],
  }
}

async function lateAfter(ms: number, signal: AbortSignal): Promise<'late'> {
  return await pause(ms, 'late' as const, { signal }).catch(() => 'late' as const)
}

function abortOf(signal: AbortSignal): Promise<'interrupted'> {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>()
  if (signal.aborted) resolve('interrupted')
  else signal.addEventListener('abort', () => resolve('interrupted'), { once: true })
  return promise
}

/** What could not be ended, or `null`. */
async function tidied(resources: AsyncDisposableStack): Promise<Finding | null> {
  try {
    const end = await Promise.race([
      resources.disposeAsync().then(() => 'ended' as const),
      pause(CLEANUP_MS, 'late' as const, { ref: false }),
    ])
    return end === 'ended' ? null : leftBehind(`not ended within ${CLEANUP_MS / 1_000} s`)
  } catch (error) {
    return leftBehind(sentenceOf(error))
  }
}

function leftBehind(what: string): Finding {
  return { severity: 'warning', place: 'processes of the check', what, remedy: 'Look for processes that are left.' }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
