import type { Evidence } from './evidence.ts'
import { owed } from './what-is-owed.ts'

/** B-3: from what has to be undone to the end of it. */
const UNDONE_MS = 5_000
/** E-09: after the exchange has opened. */
const OPENED_MS = 6_000

/** L-02 and S-11: what has to be undone is undone in time, counted from the trader's last deed, whatever becomes of other accounts. */
export class DebtsArePaid {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  look(accountId: number): void {
    const { verdicts, world, isOpen, openSinceMs } = this.#evidence
    const account = this.#evidence.account(accountId)
    const watch = this.#evidence.watch(accountId)
    const nowMs = this.#evidence.nowMs()
    const debts = new Set(owed(this.#evidence, account))
    for (const key of watch.owedSince.keys()) if (!debts.has(key)) watch.owedSince.delete(key)
    for (const key of debts) {
      const sinceMs = watch.owedSince.get(key) ?? nowMs
      watch.owedSince.set(key, sinceMs)
      if (!isOpen) continue
      const { traderMs } = account
      const fromMs = Math.max(sinceMs, this.#evidence.healthyMs(), traderMs, watch.reloadedMs, openSinceMs + OPENED_MS)
      const story = (): string =>
        `account ${accountId}: ${key} for ${nowMs - fromMs} ms; holds ${JSON.stringify([...account.sizes])}, ${account.working.size} orders`
      verdicts.check('L-02', nowMs - fromMs <= UNDONE_MS, story)
      if (world.trouble.poisoned !== null) verdicts.check('S-11', nowMs - fromMs <= UNDONE_MS, story)
    }
  }
}
