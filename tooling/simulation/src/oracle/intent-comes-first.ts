import { type Command, unreachable } from '@rm/domain'
import type { Evidence } from './evidence.ts'

/** Rules whose breach always brings a lockout. */
const LOCKING: ReadonlySet<string> = new Set(['RULE-003', 'RULE-007', 'RULE-009', 'RULE-013'])

/** S-01 and S-05: what a request is for is durable before it leaves. */
export class IntentComesFirst {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  sent(command: Command): void {
    const { facts, unwritable, verdicts } = this.#evidence
    const { accountId } = command
    const intent = facts.intents.get(command)
    const story = (): string => `${command.kind} ${command.contractId} of account ${accountId} left`
    const isExcused = unwritable.has(accountId) && this.#reducesRisk(command)
    verdicts.check('S-01', intent !== undefined || isExcused, () => `${story()} without a durable intent`)
    if (intent?.goalId === undefined || intent.goalId === null || isExcused) return
    this.#lookAtOrigin(intent.goalId, story)
  }

  /** While nothing can be written only this may leave. */
  #reducesRisk(command: Command): boolean {
    switch (command.kind) {
      case 'close-position':
      case 'reduce-position':
      case 'cancel-order':
        return true
      case 'place-order':
        return command.protection === 'stop'
      case 'modify-order': {
        // An order that became too large is made smaller; one that has ended is not changed any more.
        const order = this.#evidence.account(command.accountId).working.get(command.orderId)
        return order === undefined || command.contracts < order.size
      }
      default:
        return unreachable(command)
    }
  }

  /** The breach, and the lockout that comes with it, are durable before the first request of the goal. */
  #lookAtOrigin(goalId: string, story: () => string): void {
    const { facts, verdicts } = this.#evidence
    const goal = facts.goals.get(goalId)?.goal
    verdicts.check('S-01', goal !== undefined, () => `${story()} for the goal ${goalId}, which is not durable`)
    if (goal === undefined) return
    const { kind, id } = goal.origin
    if (kind === 'lockout') {
      verdicts.check('S-05', facts.lockouts.has(id), () => `${story()} for the lockout ${id}, which is not durable`)
      return
    }
    const breach = facts.breaches.get(id)?.breach
    verdicts.check('S-01', breach !== undefined, () => `${story()} for the breach ${id}, which is not durable`)
    if (breach === undefined || !LOCKING.has(breach.rule)) return
    const isLocked = [...facts.lockouts.values()].some(
      ({ accountId, lockout, untilMs }) =>
        accountId === breach.accountId && lockout.rule === breach.rule && untilMs >= breach.firstSeenAt,
    )
    verdicts.check('S-05', isLocked, () => `${story()} for ${breach.rule} before its lockout was durable`)
  }
}
