import type { TurnRecord } from '@rm/domain'
import { lastReset } from './chicago-day.ts'
import type { Evidence } from './evidence.ts'

/** L-08, after a start as well: a look every second, and business time that is carried by the whole seconds of the `Date`. */
export const RESET_MS = 7_000

/** L-08: each reset is crossed once, and soon. */
export class ResetsComeOnce {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  committed({ accountId, resets }: TurnRecord): void {
    const { facts, verdicts } = this.#evidence
    const crossed = facts.resets.get(accountId) ?? new Set()
    for (const reset of resets) {
      const story = (): string => `account ${accountId}: the reset ${reset} was crossed twice`
      verdicts.check('L-08', !crossed.has(reset), story)
      crossed.add(reset)
    }
    facts.resets.set(accountId, crossed)
  }

  look(): void {
    const { world, facts, verdicts, clocks, startedAt } = this.#evidence
    const trueNow = this.#evidence.trueNow()
    if (!world.isHubUp('user') || clocks.isAhead(trueNow)) return
    const reset = lastReset(trueNow)
    const sinceMs = Math.min(trueNow - reset, this.#evidence.nowMs() - this.#evidence.healthyMs())
    if (reset <= startedAt || sinceMs <= RESET_MS) return
    for (const { id } of world.accounts) {
      // Where nothing was stored before it there is nothing to reset.
      if (this.#evidence.watch(id).firstRecordAt >= reset) continue
      const isCrossed = facts.resets.get(id)?.has(reset) ?? false
      verdicts.check('L-08', isCrossed, () => `account ${id}: the reset of ${sinceMs} ms ago was not crossed`)
    }
  }
}
