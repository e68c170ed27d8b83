import type { Command, TurnRecord } from '@rm/domain'
import type { SeenReply } from '../virtual-reads.ts'
import type { Evidence } from './evidence.ts'

/** L-09: from the last cause of a request to the last request. */
const CLOSING_MS = 10_000
/** Two readings lie half a second apart, but for the first after each request; more would eat the budget of the requests. */
const READINGS_IN_10_S = 24

/** L-09 and S-21: requests stop when the trader does, and readings leave the budget to them. */
export class RequestsHaveACause {
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  committed({ accountId, goals }: TurnRecord): void {
    if (goals.some(({ state }) => state === 'pursued')) this.#evidence.watch(accountId).begunMs = this.#evidence.nowMs()
  }

  sent({ accountId }: Command): void {
    const watch = this.#evidence.watch(accountId)
    watch.sentMs = this.#evidence.nowMs()
    watch.departures.push(watch.sentMs)
  }

  read({ accountId, list }: SeenReply): void {
    if (list !== 'positions') return
    const watch = this.#evidence.watch(accountId)
    const since = this.#evidence.nowMs() - 10_000
    const recent = watch.replies.filter((one) => one.list === 'positions' && one.sentMs >= since).length
    watch.departures = watch.departures.filter((atMs) => atMs >= since - 5_000)
    const story = (): string => `account ${accountId}: ${recent} readings in 10 s`
    this.#evidence.verdicts.check('S-21', recent <= READINGS_IN_10_S + watch.departures.length, story)
  }

  lookAtTheEnd(): void {
    const { world, verdicts, isOpen } = this.#evidence
    if (world.program === null || !world.isHubUp('user') || !isOpen) return
    const nowMs = this.#evidence.nowMs()
    for (const { id } of world.accounts) {
      if (id === world.trouble.poisoned || this.#isManaged(id)) continue
      const { sentMs, begunMs } = this.#evidence.watch(id)
      const causeMs = Math.max(this.#evidence.account(id).traderMs, begunMs)
      verdicts.check(
        'L-09',
        nowMs - sentMs > CLOSING_MS || sentMs - causeMs <= CLOSING_MS,
        () => `account ${id}: a request ${nowMs - sentMs} ms before the end, its cause ${nowMs - causeMs} ms before it`,
      )
    }
  }

  /** RULE-012 follows the market and has no end. */
  #isManaged(accountId: number): boolean {
    const { rules } = this.#evidence.planOf(accountId)
    return rules['trade_management'] !== undefined || this.#evidence.watch(accountId).reloaded.has('trade_management')
  }
}
