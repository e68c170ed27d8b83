import type { SmokeReport } from '@rm/runtime-pack'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { type Answer, answer } from '../../validator.ts'

/** What a start of the daemon tells. */
export function startAnswer(report: SmokeReport, firstEventMs: number): Answer {
  return answer(evidenceOf(report), findingsOf(report), measuresOf(report, firstEventMs))
}

function evidenceOf({ reached, last }: SmokeReport): string {
  return last === null
    ? 'No checkpoint was reached.'
    : `${reached.length} checkpoints were reached, the last is ${last}.`
}

/** Lines of an uncaught error that name places in the program. */
const IN_A_TRACE = /^\s+at |^Node\.js v|^\s*\^/

function findingsOf({ outcome, exitCode, advice, last, errorLines }: SmokeReport): readonly Finding[] {
  if (advice === null) return []
  const words = errorLines.filter((line) => line.trim() !== '' && !IN_A_TRACE.test(line)).slice(-3)
  const said = words.length === 0 ? '' : ` It said: ${words.join(' | ')}`
  const what = `${outcome} (exit code ${exitCode}).${said}`
  return [
    { severity: 'error', place: last === null ? 'start of the daemon' : `checkpoint ${last}`, what, remedy: advice },
  ]
}

function measuresOf({ reached }: SmokeReport, firstEventMs: number): readonly Measure[] {
  const heard = reached.find(({ id }) => id === 'event-received')
  if (heard === undefined) return []
  return [
    {
      name: 'first event after the start',
      value: heard.afterMs,
      unit: 'ms',
      bound: { kind: 'at most', value: firstEventMs },
      remedy: 'Look which checkpoint took long; a slow disk or a slow gateway is told by "risk-manager env".',
      series: [],
    },
  ]
}
