import { loadConfig, readCriteria } from '@rm/config'
import { PRACTICE_LOGIN, PROGRAMS, ROOT, SIMULATOR_CONFIG } from '../src/program-files.ts'
import type { CheckResult } from '../src/report/validation-report.ts'
import { type RunContext, runCheck } from '../src/run-check.ts'
import type { Check, CheckContext } from '../src/validator.ts'

/** What a run is given for the practice day's configuration, or for another folder and other parts of the subject. */
export function runContext(subject: Partial<CheckContext['subject']> = {}): RunContext {
  const whole = {
    configDirectory: SIMULATOR_CONFIG,
    dataDirectory: null,
    repository: ROOT,
    programs: PROGRAMS,
    environment: { ...process.env, ...PRACTICE_LOGIN },
    ...subject,
  }
  const { configDirectory: directory, environment } = whole
  const read = readCriteria({ directory, environment })
  if (!read.ok) throw new Error('the criteria of the test are refused')
  const today = Temporal.PlainDate.from('2026-11-18')
  return {
    mode: 'thorough',
    target: { kind: 'simulator' },
    subject: whole,
    config: loadConfig({ directory, environment, today }),
    criteria: read.criteria,
    reportDirectory: null,
  }
}

/** Asks one question as a run would. */
export function askCheck(check: Check, context: RunContext, folder: string): Promise<CheckResult> {
  return runCheck(check, context, { folder, interrupted: new AbortController().signal, tell: () => {} })
}

/** Places of the errors that a check found: what a planted fault is looked for by. */
export function errorsOf({ findings }: CheckResult): readonly string[] {
  return findings.filter(({ severity }) => severity === 'error').map(({ place, what }) => `${place}: ${what}`)
}
