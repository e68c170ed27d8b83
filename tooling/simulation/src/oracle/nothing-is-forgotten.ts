import { AccountId, instant, type TurnRecord } from '@rm/domain'
import type { Store } from '@rm/state'
import type { Evidence } from './evidence.ts'

/** L-05: what has begun so shortly before the end may still be owed. */
const CLOSING_MS = 10_000

/** S-02, S-14 and L-05: no breach and no goal is lost by a crash, each goal ends once, and the audit trail is whole. */
export class NothingIsForgotten {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  /** A new life of the program finds this on its disk. */
  opened(store: Store): void {
    const { verdicts, watches } = this.#evidence
    verdicts.check('S-14', store.verifyAudit().ok, () => 'the audit trail is broken after a start')
    for (const id of watches.keys()) this.#compare(store, id, 'a start forgot')
  }

  committed({ goals }: TurnRecord): void {
    const { verdicts, facts } = this.#evidence
    for (const { id, state } of goals) {
      const isOpen = facts.goals.get(id)?.isOpen ?? true
      verdicts.check('S-02', isOpen, () => `goal ${id} became ${state} after its end`)
    }
  }

  lookAtTheEnd(): void {
    const { verdicts, world } = this.#evidence
    const { program, trouble } = world
    verdicts.check('L-05', program !== null, () => 'the program did not come back')
    if (program === null) return
    verdicts.check('S-14', program.store.verifyAudit().ok, () => 'the audit trail is broken at the end')
    if (!world.isHubUp('user') || !this.#evidence.isOpen) return
    for (const { id } of world.accounts) {
      if (id === trouble.poisoned) continue
      this.#lookAtGoals(id)
      this.#compare(program.store, id, 'the store lacks')
    }
  }

  #lookAtGoals(accountId: number): void {
    const { verdicts, facts } = this.#evidence
    const begunUntil = this.#evidence.trueNow() - CLOSING_MS
    const open = [...facts.goals.values()].filter(
      ({ goal, isOpen }) => goal.accountId === accountId && isOpen && goal.begunAt < begunUntil,
    )
    const story = (): string =>
      `account ${accountId}: still owed at the end: ${open.map(({ goal }) => JSON.stringify(goal)).join()}`
    verdicts.check('S-02', open.length === 0, story)
    verdicts.check('L-05', open.length === 0, story)
  }

  #compare(store: Store, accountId: number, what: string): void {
    const { verdicts, facts } = this.#evidence
    const missing = facts.missingFrom(accountId, store.loadAccount(AccountId.parse(accountId), instant(0)))
    verdicts.check('S-02', missing.length === 0, () => `account ${accountId}: ${what} ${missing.join(', ')}`)
  }
}
