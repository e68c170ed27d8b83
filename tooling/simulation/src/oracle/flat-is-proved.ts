import type { Goal } from '@rm/domain'
import type { Evidence } from './evidence.ts'
import { isFlat } from './truth.ts'

/** Two empty readings are begun so far apart; the first may leave 10 ms later, when facts of its turn wait for company in a commit. */
const APART_MS = 490
/** What a trader did so shortly before, no reading can have shown. */
const JUST_NOW_MS = 1_500

/** S-09: flat needs two explicit empty lists of both kinds, far enough apart, and newer than what our last request did. */
export class FlatIsProved {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  calledFlat(accountId: number, goal: Goal): void {
    const { verdicts, world } = this.#evidence
    const nowMs = this.#evidence.nowMs()
    const concerns = (contractId: string): boolean =>
      goal.kind === 'flat-account' || (goal.kind === 'flat-contract' && goal.contractId === contractId)
    const account = this.#evidence.account(accountId)
    const sinceMs = goal.kind === 'flat-account' ? account.daemonMs : Number.NEGATIVE_INFINITY
    const times = this.#evidence.watch(accountId).cleanTimes(concerns, sinceMs)
    const last = times.at(-1) ?? Number.NEGATIVE_INFINITY
    verdicts.check(
      'S-09',
      times.some((at) => last - at >= APART_MS),
      () =>
        `account ${accountId}: ${goal.kind} was called reached; empty readings at ${times.slice(-5).join(', ')}, now ${nowMs}`,
    )
    const isHealthy = world.trouble.healthySinceMs() <= nowMs
    if (goal.kind !== 'flat-account' || !isHealthy || nowMs - account.traderMs < JUST_NOW_MS) return
    verdicts.check('S-09', isFlat(account), () => `account ${accountId} was called flat and is not`)
  }
}

/** Whether reaching it means that nothing is there. */
export function isFlatGoal({ kind }: Goal): boolean {
  return kind === 'flat-account' || kind === 'flat-contract'
}
