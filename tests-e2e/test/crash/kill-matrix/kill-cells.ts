import type { RestFaultInput } from '@rm/gateway-sim'
import { CRASH_POINTS, type CrashPoint } from '../../../faulty-daemon/fault.ts'
import { KILL_ACTIONS, type KillAction, type KillActionName } from './kill-actions.ts'

/** What the gateway makes of the first request, whoever sends it: the run that dies, or the next one. */
export const OUTCOMES = {
  accepted: null,
  refused: (refusal: number): RestFaultInput => ({ verb: 'code', code: refusal }),
  'unknown, executed': (): RestFaultInput => ({ verb: 'hang', executed: 'act' }),
  'unknown, not executed': (): RestFaultInput => ({ verb: 'hang', executed: 'drop' }),
} as const satisfies Readonly<Record<string, ((refusal: number) => RestFaultInput) | null>>
type OutcomeName = keyof typeof OUTCOMES

/** Crash points of the reference that are not played cell by cell. */
export const POINTS_ELSEWHERE = {
  'CP-12':
    'a backup is a file beside the store, renamed into place; no action waits for it and D-19 kills it in the middle',
  'CP-13': 'migrations run before an account is known; D-16 kills them at each statement',
} as const

export const POINT_TEXTS: Readonly<Record<CrashPoint, string>> = {
  'CP-01': 'the event has arrived, nobody has looked at it',
  'CP-02': 'event, breach, lock and intents are written, their transaction is open',
  'CP-03': 'decided, the transaction has not begun',
  'CP-04': 'committed, no request has left',
  'CP-05': 'the first request of the turn is on the wire, the second has not left',
  'CP-06': 'the request is on the wire, nothing was heard since',
  'CP-07': 'the answer has arrived, or its deadline has passed; nobody has looked at it',
  'CP-08': 'the answer is committed',
  'CP-09': 'the goal is proved, the proof is not committed',
  'CP-10': 'the outcome is committed',
  'CP-11': 'a checkpoint has moved the intent into the database file, the request is on the wire',
  'CP-14 before': 'the daily reset is crossed in the middle of it, not committed',
  'CP-14 after': 'the daily reset, and the end of the lockout, are committed',
}

export interface KillCell {
  readonly point: CrashPoint
  readonly action: KillActionName
  readonly outcome: OutcomeName
}

/** Why a cell makes no sense; `null` when it is played. */
export function whyNot({ point, action }: KillCell): string | null {
  const { goalOf, hasSecondRequest }: KillAction = KILL_ACTIONS[action]
  if (point === 'CP-05' && !hasSecondRequest) return 'one request in the turn'
  if ((point === 'CP-09' || point === 'CP-10') && goalOf === null) return 'no goal stands behind it'
  return null
}

export function allCells(): readonly KillCell[] {
  const actions = Object.keys(KILL_ACTIONS) as KillActionName[]
  const outcomes = Object.keys(OUTCOMES) as OutcomeName[]
  return CRASH_POINTS.flatMap((point) =>
    actions.flatMap((action) => outcomes.map((outcome) => ({ point, action, outcome }))),
  )
}

/** Of each point and action with its outcomes in turn, every third: each point, action and outcome several times, and no pair always. */
export function cellsOfGate(): readonly KillCell[] {
  const actions = Object.keys(KILL_ACTIONS) as KillActionName[]
  const outcomes = Object.keys(OUTCOMES) as OutcomeName[]
  const cells = CRASH_POINTS.flatMap((point, row) =>
    actions.flatMap((action, column): readonly KillCell[] => {
      const outcome = outcomes[(row + 2 * column) % outcomes.length]
      return outcome === undefined || (row + column) % 3 !== 0 ? [] : [{ point, action, outcome }]
    }),
  )
  return cells.filter((cell) => whyNot(cell) === null)
}
