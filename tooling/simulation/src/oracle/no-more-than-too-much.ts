import type { Command } from '@rm/domain'
import type { LedgerEntry } from '@rm/gateway-sim'
import type { Evidence } from './evidence.ts'

/** A word about a position is so much older than its arrival at the most. */
const BEHIND_MS = 1_000

/** S-03 in the sense of E-04: a reduction takes what is too much, and no more. What the trader does behind the program's back is his. */
export class NoMoreThanTooMuch {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  sent({ kind, accountId, contractId }: Command): void {
    if (kind !== 'close-position' && kind !== 'reduce-position') return
    const watch = this.#evidence.watch(accountId)
    watch.lastResize.set(contractId, {
      kept: kind === 'reduce-position' ? this.#leastKept(accountId, contractId) : 0,
      knownMs: Math.max(watch.positionsSeenMs, watch.observedMs.get(contractId) ?? Number.NEGATIVE_INFINITY),
    })
  }

  /** @param isResting - it is a fill of an order of RULE-012, which waits at the exchange */
  filled({ author, accountId, contractId, positionAfter, ...entry }: Fill, isResting: boolean): void {
    const account = this.#evidence.account(accountId)
    // The trader's own orders, brackets that the venue carries out, and stops and targets of ours that wait there.
    if (author !== 'daemon' || isResting) {
      account.otherFilledMs.set(contractId, this.#evidence.nowMs())
      return
    }
    if (this.#evidence.world.trouble.isStale()) return
    const resize = this.#evidence.watch(accountId).lastResize.get(contractId)
    const otherMs = account.otherFilledMs.get(contractId) ?? Number.NEGATIVE_INFINITY
    if (resize === undefined || resize.kept === 0 || otherMs > resize.knownMs - BEHIND_MS) return
    this.#evidence.verdicts.check(
      'S-03',
      Math.abs(positionAfter) >= resize.kept,
      () =>
        `a reduction left ${positionAfter} of ${contractId}, less than the ${resize.kept} that are allowed, to account ${accountId}: ${JSON.stringify(entry)}`,
    )
  }

  /** The least that everything which is demanded of the contract allows; 0 where more than its size is at stake, or not all demands are known. */
  #leastKept(accountId: number, contractId: string): number {
    const { facts, unwritable } = this.#evidence
    const isLocked = [...facts.lockouts.values()].some((one) => one.accountId === accountId && !one.hasEnded)
    if (isLocked || unwritable.has(accountId)) return 0
    const open = [...facts.goals.values()].filter(({ goal, isOpen }) => isOpen && goal.accountId === accountId)
    const caps = open.map(({ goal: { goal } }) => {
      if (goal.kind !== 'cap') return 0
      return goal.contractId === contractId ? goal.contracts : Number.POSITIVE_INFINITY
    })
    const least = Math.min(...caps)
    return Number.isFinite(least) ? least : 0
  }
}

type Fill = Extract<LedgerEntry, { kind: 'fill' }>
