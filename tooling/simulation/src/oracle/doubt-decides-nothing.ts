import type { TurnRecord } from '@rm/domain'
import { type AccountState, isTrusted } from '@rm/engine'
import type { Evidence } from './evidence.ts'
import { isFlatGoal } from './flat-is-proved.ts'

/** L-06: from the end of an outage until the account is trusted, with the reading itself. */
const TRUSTED_MS = 5_500
/** L-03: the reading that counts for a reduction waits for the lag of REST. */
const SETTLED_MS = 9_000

/** S-08, L-06 and L-03: in doubt nothing unlocks or is called flat, and no doubt lasts. */
export class DoubtDecidesNothing {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  decided(record: TurnRecord): void {
    const { accountId, endedLockouts, endedBreaches, goals, breaches } = record
    const ended = goals.filter(({ state }) => state === 'reached' || state === 'moot')
    // A breach that worsened ended as what it was.
    const isOver = endedBreaches.length > 0 && breaches.length === 0
    if (endedLockouts.length + ended.length === 0 && !isOver) return
    const needsTrust = endedLockouts.length + endedBreaches.length > 0 || ended.some(({ goal }) => isFlatGoal(goal))
    const { doubtedMs, reconciledMs, wokeMs } = this.#evidence.watch(accountId)
    const isKnown =
      (this.#evidence.userStreamUp && reconciledMs >= doubtedMs) ||
      // What was decided just before is written in the same moment.
      (doubtedMs >= this.#evidence.nowMs() - 1 && reconciledMs >= wokeMs)
    this.#evidence.verdicts.check(
      'S-08',
      !needsTrust || isKnown,
      () => `account ${accountId}: decided in doubt (since ${doubtedMs}, read ${reconciledMs}): ${endsOf(record)}`,
    )
  }

  look({ accountId, trust, word, inFlight }: AccountState): void {
    const { verdicts, world, userStreamUp, isOpen } = this.#evidence
    const { doubtedMs, reconciledMs } = this.#evidence.watch(accountId)
    const nowMs = this.#evidence.nowMs()
    const healthyMs = this.#evidence.healthyMs()
    if (!userStreamUp) {
      verdicts.check('S-08', !isTrusted(trust), () => `account ${accountId} is ${word} without its stream`)
    } else if (doubtedMs > reconciledMs && doubtedMs < nowMs) {
      verdicts.check('S-08', !isTrusted(trust), () => `account ${accountId} is ${word} before it was read`)
    }
    if (nowMs - Math.max(healthyMs, doubtedMs) > TRUSTED_MS && world.isHubUp('user')) {
      verdicts.check('L-06', isTrusted(trust), () => `account ${accountId} is still ${word}`)
    }
    for (const { record, answeredMs } of inFlight) {
      if (record.state !== 'in-doubt' || answeredMs === null || !isOpen) continue
      const waitedMs = nowMs - Math.max(answeredMs, healthyMs)
      const story = (): string => `account ${accountId}: ${record.command.kind} in doubt for ${waitedMs} ms`
      verdicts.check('L-03', waitedMs <= SETTLED_MS, story)
    }
  }
}

function endsOf({ endedLockouts, endedBreaches, goals }: TurnRecord): string {
  return [...endedLockouts, ...endedBreaches, ...goals].map(({ id }) => id).join(', ')
}
