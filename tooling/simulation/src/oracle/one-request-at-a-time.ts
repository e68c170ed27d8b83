import type { Command, CommandOutcome } from '@rm/domain'
import type { Evidence } from './evidence.ts'

/** S-10: one size-changing request per contract is under way, and what is in doubt is looked up before it is repeated. */
export class OneRequestAtATime {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  sent({ kind, accountId, contractId }: Command): void {
    if (kind !== 'close-position' && kind !== 'reduce-position') return
    const { verdicts } = this.#evidence
    const watch = this.#evidence.watch(accountId)
    const story = (): string => `${kind} ${contractId} of account ${accountId} left`
    const doubt = watch.inDoubt.get(contractId)
    const isSeen =
      doubt === undefined ||
      watch.isObservedSince(contractId, doubt.atMs) ||
      // The stream may have told what became of it before its answer was given up.
      (watch.observedMs.get(contractId) ?? Number.NEGATIVE_INFINITY) > doubt.sentMs ||
      // So may a reading; it may also have come too early, which only a close can bear, for it leaves nothing however often it is sent.
      (kind === 'close-position' && watch.positionsSeenMs > doubt.sentMs)
    verdicts.check(
      'S-10',
      !watch.underWay.has(contractId),
      () => `${story()} while another one is under way since ${watch.underWay.get(contractId)}`,
    )
    verdicts.check(
      'S-10',
      isSeen,
      () => `${story()} although nobody looked what became of the one in doubt since ${doubt?.atMs}`,
    )
    watch.inDoubt.delete(contractId)
    watch.underWay.set(contractId, this.#evidence.nowMs())
  }

  answered({ kind, accountId, contractId }: Command, outcome: CommandOutcome): void {
    if (kind !== 'close-position' && kind !== 'reduce-position') return
    const watch = this.#evidence.watch(accountId)
    const sentMs = watch.underWay.get(contractId) ?? Number.NEGATIVE_INFINITY
    watch.underWay.delete(contractId)
    if (outcome.kind === 'unknown') watch.inDoubt.set(contractId, { sentMs, atMs: this.#evidence.nowMs() })
  }
}
