import { stagedId } from '../../rehearsal/staged-accounts.ts'
import type { Measure } from '../../report/validation-report.ts'
import { type Answer, answer, type Check, type CheckContext } from '../../validator.ts'
import { type EnforcementCase, type PlayedCase, playCase } from './enforcement-case.ts'
import { CUT_OFF_CASE, PLAIN_CASES, SPOILT_CASES } from './enforcement-cases.ts'
import { ExecutionStage } from './execution-stage.ts'

/** What a spoilt answer may cost beside the enforcement itself: the deadline of a command, looks, another attempt (reliability, part E). */
const SPOILT_MS = 20_000

/** Close, partial close and cancel, and one close whose outcome nobody told. */
export const enforcementCheck: Check = {
  id: 'enforcement',
  title: 'Closes, reduces and cancels, once each, and finds out what became of an unanswered close',
  from: 'quick',
  limitMs: 90_000,
  run: (context) => played(context, [...PLAIN_CASES, CUT_OFF_CASE]),
}

/** Refused, unknown and late outcomes. */
export const spoiltAnswersCheck: Check = {
  id: 'spoilt-answers',
  title: 'Whatever a close is answered, it takes effect once and is never doubled',
  from: 'standard',
  limitMs: 120_000,
  run: (context) => played(context, SPOILT_CASES),
}

async function played(context: CheckContext, cases: readonly EnforcementCase[]): Promise<Answer> {
  const { enforcementMs } = context.criteria.reliability
  const stage = await ExecutionStage.open(
    context,
    cases.map(({ rules }, index) => ({ id: stagedId(index), rules })),
  )
  context.tell(`lets ${cases.length} accounts break a rule`)
  const all = await Promise.all(
    cases.map((one, index) =>
      playCase(stage, stagedId(index), one, enforcementMs + (one.faults.length > 0 ? SPOILT_MS : 0)),
    ),
  )
  const findings = all.flatMap((one) => one.findings)
  const effective = cases.length - all.filter((one) => one.findings.length > 0).length
  const evidence = `${cases.length} breaches on as many accounts: ${effective} enforced once and proved on the exchange's ledger.`
  return answer(
    evidence,
    findings,
    [
      slowest('proof of an enforcement', all, cases, enforcementMs, ({ faults }) => faults.length === 0),
      slowest('proof after a spoilt answer', all, cases, null, ({ faults }) => faults.length > 0),
    ].flat(),
  )
}

function slowest(
  name: string,
  all: readonly PlayedCase[],
  cases: readonly EnforcementCase[],
  boundMs: number | null,
  isMeant: (one: EnforcementCase) => boolean,
): readonly Measure[] {
  const series = all.flatMap(({ provedMs }, index) => {
    const one = cases[index]
    return one !== undefined && isMeant(one) && provedMs !== null ? [provedMs] : []
  })
  if (series.length === 0) return []
  return [
    {
      name,
      value: Math.max(...series),
      unit: 'ms',
      bound: boundMs === null ? null : { kind: 'at most', value: boundMs },
      remedy: 'Look what else the machine does; slow readings are told by "risk-manager trace".',
      series,
    },
  ]
}
