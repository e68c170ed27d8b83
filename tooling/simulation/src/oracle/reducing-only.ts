import type { Command } from '@rm/domain'
import type { LedgerEntry } from '@rm/gateway-sim'
import type { Evidence } from './evidence.ts'

/** An order of ours that waits at the exchange can be overtaken by the trader; it has to be gone within the bound of all that is undone (B-3). */
const OVERTAKEN_MS = 5_000

/** S-03, on the exchange's own ledger: by whom and onto what each contract was traded. */
export class ReducingOnly {
  readonly #evidence: Evidence
  /** Orders of RULE-012, which wait at the exchange. */
  readonly #resting = new Set<number>()
  /** Market orders of ours: how long ago they were accepted, as monotonic time. */
  readonly #acceptedMs = new Map<number, number>()

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  /** @param movedAtMs - when the position had last changed before, monotonic */
  traded(entry: LedgerEntry, movedAtMs: number): void {
    if (entry.author !== 'daemon') return
    const nowMs = this.#evidence.nowMs()
    const movedMs = nowMs - movedAtMs
    const story = (): string => `a request of ours did the wrong: ${JSON.stringify(entry)}, moved ${movedMs} ms before`
    if (entry.kind === 'order' && entry.customTag !== null) this.#resting.add(entry.orderId)
    if (this.#resting.has(entry.orderId)) {
      // From an account that nothing reaches any more the order cannot be taken back.
      const isOutOfReach =
        this.#evidence.healthyMs() > nowMs || entry.accountId === this.#evidence.world.trouble.poisoned
      const isExcused = isOutOfReach || movedMs <= OVERTAKEN_MS
      if (!isReducing(entry) && isExcused) return
    } else if (entry.kind === 'order') this.#acceptedMs.set(entry.orderId, nowMs)
    // What the trader does between acceptance and fill of a market order nobody can see coming.
    else if (!isReducing(entry) && movedAtMs >= (this.#acceptedMs.get(entry.orderId) ?? nowMs)) return
    this.#evidence.verdicts.check('S-03', isReducing(entry), story)
  }

  /** Whether it is an order of RULE-012. */
  isResting(orderId: number): boolean {
    return this.#resting.has(orderId)
  }

  /** A cancel must not leave an open position with less protection, unless it is being closed. */
  sent(command: Command): void {
    if (command.kind !== 'cancel-order') return
    const { accountId, contractId, orderId } = command
    if (this.#isClosing(accountId, contractId)) return
    const { working, sizes, filledMs } = this.#evidence.account(accountId)
    const order = working.get(orderId)
    const size = sizes.get(contractId) ?? 0
    if (order === undefined || size === 0 || order.customTag?.startsWith('rm1-') === true) return
    if (this.#evidence.nowMs() - (filledMs.get(contractId) ?? 0) < OVERTAKEN_MS) return
    const isStop = order.type === 4 || order.type === 3 || order.type === 5
    const protects =
      isStop && order.side === (size > 0 ? 1 : 0) && order.size - (order.fillVolume ?? 0) <= Math.abs(size)
    this.#evidence.verdicts.check(
      'S-03',
      !protects,
      () => `the stop ${order.id} (${order.size}) of an open position of ${size} ${contractId} was cancelled`,
    )
  }

  /** Whether something demands that the contract is closed, so that its stop goes with it. */
  #isClosing(accountId: number, contractId: string): boolean {
    const { facts, unwrittenGoals } = this.#evidence
    const open = [...facts.goals.values()].filter(({ isOpen }) => isOpen).map(({ goal }) => goal)
    return [...open, ...unwrittenGoals.values()].some(
      ({ accountId: of, goal }) => of === accountId && (goal.kind !== 'cap' || goal.contractId !== contractId),
    )
  }
}

function isReducing(entry: LedgerEntry): boolean {
  if (entry.kind === 'fill') {
    const { positionBefore, positionAfter } = entry
    return positionAfter * positionBefore >= 0 && Math.abs(positionAfter) < Math.abs(positionBefore)
  }
  return Math.sign(entry.position) === (entry.side === 0 ? -1 : 1) && entry.size <= Math.abs(entry.position)
}
