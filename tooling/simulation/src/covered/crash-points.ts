import type { TurnRecord } from '@rm/domain'
import type { AccountState } from '@rm/engine'

/**
 * Where a process can die around its commits, with the numbers of reliability 3.2. Not simulated: CP-03 (a turn runs without a pause, so to
 * die in it is to die before its commit), CP-11 to CP-13 (checkpoint, backup, migration; the end-to-end tests play those).
 */
export const CRASH_POINTS = {
  'CP-01 before facts are durable': 'trades and warnings',
  'CP-02 after facts are durable': 'the same',
  'CP-04 before an intent is durable': 'nothing was decided',
  'CP-05 after an intent is durable': 'its requests never leave',
  'CP-06 with a request under way': 'no answer came yet',
  'CP-07 with an answer, its effect unseen': 'it is looked up',
  'CP-08 before an answer is durable': 'the answer is lost',
  'CP-09 while a goal is being proved': 'nothing is under way',
  'CP-10 before the end of a goal is durable': 'it is proved again',
  'CP-10 after the end of a goal is durable': 'it ends once',
  'CP-14 before a reset or unlock is durable': 'it happens again',
  'CP-14 after a reset or unlock is durable': 'it happens once',
} as const

export type CrashPoint = keyof typeof CRASH_POINTS

/** Points that a death at this commit lies at. */
export function pointsOfCommit(records: readonly TurnRecord[], when: 'before' | 'after'): ReadonlySet<CrashPoint> {
  const points = new Set<CrashPoint>()
  for (const { commands, goals, endedLockouts, resets } of records) {
    const isIntent = commands.some(({ state }) => state === 'sending')
    const isAnswer = commands.some(({ state }) => state !== 'sending')
    const isEnd = goals.some(({ state }) => state === 'reached' || state === 'moot')
    const isBoundary = endedLockouts.length + resets.length > 0
    if (isIntent)
      points.add(when === 'before' ? 'CP-04 before an intent is durable' : 'CP-05 after an intent is durable')
    if (isAnswer && when === 'before') points.add('CP-08 before an answer is durable')
    if (isEnd) points.add(`CP-10 ${when} the end of a goal is durable`)
    if (isBoundary) points.add(`CP-14 ${when} a reset or unlock is durable`)
    if (isIntent || isAnswer || isEnd || isBoundary) continue
    points.add(when === 'before' ? 'CP-01 before facts are durable' : 'CP-02 after facts are durable')
  }
  return points
}

/** Points that a death between two turns lies at. */
export function pointsOfKill(states: readonly AccountState[]): ReadonlySet<CrashPoint> {
  const points = new Set<CrashPoint>()
  for (const { inFlight, goals } of states) {
    if (inFlight.some(({ answeredMs }) => answeredMs === null)) points.add('CP-06 with a request under way')
    if (inFlight.some(({ answeredMs }) => answeredMs !== null)) points.add('CP-07 with an answer, its effect unseen')
    if (inFlight.length === 0 && goals.length > 0) points.add('CP-09 while a goal is being proved')
  }
  return points
}
