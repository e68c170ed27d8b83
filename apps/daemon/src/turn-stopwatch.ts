import type { AccountId, ReadingKind, RuleCode } from '@rm/domain'
import type { TurnWatch } from '@rm/engine'
import type { SlowWork } from './slow-work.ts'

/** A rule that thinks longer about one event is a fault of the rule (reliability P-07). */
const RULE_BUDGET_MS = 50

/** Measures turns, each rule in them, and readings. */
export class TurnStopwatch implements TurnWatch {
  readonly #slowWork: SlowWork
  readonly #elapsedMs: () => number
  #turnBegunMs = 0
  #ruleBegunMs = 0
  /** Rules of the turn that passed their budget; the cause is known at its end. */
  #slowRules: { readonly rule: RuleCode; readonly tookMs: number }[] = []

  constructor(slowWork: SlowWork, elapsedMs: () => number) {
    this.#slowWork = slowWork
    this.#elapsedMs = elapsedMs
  }

  turnBegun(): void {
    this.#slowRules = []
    this.#turnBegunMs = this.#elapsedMs()
  }

  rulesBegun(): void {
    this.#ruleBegunMs = this.#elapsedMs()
  }

  judged(rule: RuleCode): void {
    const nowMs = this.#elapsedMs()
    const tookMs = nowMs - this.#ruleBegunMs
    this.#ruleBegunMs = nowMs
    if (tookMs > RULE_BUDGET_MS) this.#slowRules.push({ rule, tookMs })
  }

  turnEnded(accountId: AccountId, cause: string): void {
    const tookMs = this.#elapsedMs() - this.#turnBegunMs
    for (const { rule, tookMs: ruleMs } of this.#slowRules)
      this.#slowWork.tell(`${rule} on one event`, ruleMs, { rule, accountId, cause, budgetMs: RULE_BUDGET_MS })
    this.#slowWork.took('a turn', tookMs, { accountId, cause })
  }

  readingEnded(accountId: AccountId, kind: ReadingKind, tookMs: number): void {
    this.#slowWork.took('a reading', tookMs, { accountId, kind })
  }
}
