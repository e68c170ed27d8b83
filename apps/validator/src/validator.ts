import type { LoadedConfig, RefusedConfig, ValidationCriteria } from '@rm/config'
import type { Finding, Measure } from './report/validation-report.ts'

/** How thoroughly is looked, from the least: before a deployment, before a release, at leisure. */
export const MODES = ['quick', 'standard', 'thorough'] as const
export type Mode = (typeof MODES)[number]

/** Every validator, in the order of the report. */
export const VALIDATOR_IDS = [
  'strategy',
  'risk-engine',
  'execution',
  'database',
  'monitoring',
  'security',
  'compliance',
  'performance',
  'disaster-recovery',
  'smoke',
] as const
export type ValidatorId = (typeof VALIDATOR_IDS)[number]

/** What gateway is looked at. On a real one nothing is done but reading, unless a practice account may be traded on. */
export type Target = { readonly kind: 'simulator' } | { readonly kind: 'gateway'; readonly mayTradeOnPractice: boolean }

/** What is validated: the files that would be deployed. */
interface Subject {
  readonly configDirectory: string
  /** The data folder of the daemon that runs or ran with this configuration; `null`: there is none yet. */
  readonly dataDirectory: string | null
  /** The checkout, for what is looked up in its sources and its lockfile. */
  readonly repository: string
  readonly programs: Programs
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The built programs. */
export interface Programs {
  readonly daemon: string
  readonly supervisor: string
  readonly gatewaySim: string
  readonly cli: string
}

/** What a check is given. */
export interface CheckContext {
  readonly mode: Mode
  readonly target: Target
  readonly subject: Subject
  readonly config: LoadedConfig | RefusedConfig
  readonly criteria: ValidationCriteria
  /** Where the report is written, for what belongs beside it; `null`: nowhere. */
  readonly reportDirectory: string | null
  /** An empty folder of its own, gone after the check. */
  readonly scratch: string
  /** Aborted when the time of the check is over or somebody interrupts the run. */
  readonly signal: AbortSignal
  /** What is to be ended with the check, also when its time is over: processes, connections. */
  readonly resources: AsyncDisposableStack
  /** Tells whoever waits what is being done. */
  readonly tell: (progress: string) => void
}

/** What a check found out. */
export interface Answer {
  /** What was looked at, in one sentence with numbers: without it a pass is worth nothing. */
  readonly evidence: string
  readonly findings: readonly Finding[]
  readonly measures: readonly Measure[]
}

/** Why a question makes no sense here. It counts neither for nor against. */
export interface NotApplicable {
  readonly notApplicable: string
}

/** One question that is answered by trying. One that throws is answered with no. */
export interface Check {
  /** Unique within its validator, in kebab case. */
  readonly id: string
  /** What holds when it passes. */
  readonly title: string
  /** The least thorough mode in which it is asked. */
  readonly from: Mode
  /** After it the check has stalled. */
  readonly limitMs: number
  readonly run: (context: CheckContext) => Promise<Answer | NotApplicable>
}

export interface Validator {
  readonly title: string
  /** `alone`: it measures, so nothing else may run meanwhile. */
  readonly runs: 'alone' | 'beside others'
  readonly checks: readonly Check[]
}

/** An answer without numbers. */
export function answer(evidence: string, findings: readonly Finding[] = [], measures: readonly Measure[] = []): Answer {
  return { evidence, findings, measures }
}

/** Whether a check of that mode is asked in a run of this one. */
export function isAskedIn(mode: Mode, { from }: Pick<Check, 'from'>): boolean {
  return MODES.indexOf(from) <= MODES.indexOf(mode)
}
