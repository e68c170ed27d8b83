import type { Command } from '@rm/domain'
import type { LedgerEntry } from '@rm/gateway-sim'
import type { TrueAccount } from './truth.ts'
import type { Verdicts } from './verdicts.ts'

/** An order of ours that waits at the exchange can be overtaken by the trader; it has to be gone within the bound of all that is undone (B-3). */
const OVERTAKEN_MS = 5_000

/** S-03, on the exchange's own ledger: by whom and onto what each contract was traded. */
export class LedgerWatch {
  readonly #verdicts: Verdicts
  /** Orders of RULE-012, which wait at the exchange. */
  readonly #resting = new Set<number>()
  /** Market orders of ours: how long ago they were accepted, as monotonic time. */
  readonly #acceptedMs = new Map<number, number>()

  constructor(verdicts: Verdicts) {
    this.#verdicts = verdicts
  }

  /** @param movedAtMs - when the position had last changed before, monotonic */
  look(entry: LedgerEntry, nowMs: number, movedAtMs: number, isHealthy: boolean): void {
    if (entry.author !== 'daemon') return
    const movedMs = nowMs - movedAtMs
    const story = (): string => `a request of ours did the wrong: ${JSON.stringify(entry)}, moved ${movedMs} ms before`
    if (entry.kind === 'order' && entry.customTag !== null) this.#resting.add(entry.orderId)
    if (this.#resting.has(entry.orderId)) {
      if (!isReducing(entry) && (!isHealthy || movedMs <= OVERTAKEN_MS)) return
      this.#verdicts.check('S-03', isReducing(entry), story)
      return
    }
    if (entry.kind === 'order') this.#acceptedMs.set(entry.orderId, nowMs)
    // What the trader does between acceptance and fill of a market order nobody can see coming.
    else if (!isReducing(entry) && movedAtMs >= (this.#acceptedMs.get(entry.orderId) ?? nowMs)) return
    this.#verdicts.check('S-03', isReducing(entry), story)
  }

  /** Whether it is an order of RULE-012. */
  isResting(orderId: number): boolean {
    return this.#resting.has(orderId)
  }

  /** A cancel that came to the exchange must not leave an open position with less protection, unless it is being closed. */
  lookAtCancel(command: Command, account: TrueAccount, isClosing: boolean, nowMs: number): void {
    if (command.kind !== 'cancel-order' || isClosing) return
    const order = account.working.get(command.orderId)
    const size = account.sizes.get(command.contractId) ?? 0
    if (order === undefined || size === 0 || order.customTag?.startsWith('rm1-') === true) return
    if (nowMs - (account.filledMs.get(command.contractId) ?? 0) < OVERTAKEN_MS) return
    const isStop = order.type === 4 || order.type === 3 || order.type === 5
    const protects =
      isStop && order.side === (size > 0 ? 1 : 0) && order.size - (order.fillVolume ?? 0) <= Math.abs(size)
    this.#verdicts.check(
      'S-03',
      !protects,
      () => `the stop ${order.id} (${order.size}) of an open position of ${size} ${command.contractId} was cancelled`,
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
