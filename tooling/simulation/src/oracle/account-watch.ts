import type { SeenReply } from '../virtual-reads.ts'

/** Replies that are kept: more than a minute at the fastest pace of readings. */
const REPLIES_KEPT = 160

/** What the oracle heard and saw of one account, between the program and the exchange. */
export class AccountWatch {
  /** Last moment after which everything known of the account is in doubt until a full reading. */
  doubtedMs = 0
  /** When the process last went on after it had stood still. */
  wokeMs = Number.NEGATIVE_INFINITY
  /** When the last full reading was asked for that was answered. */
  reconciledMs = Number.NEGATIVE_INFINITY
  /** Up to when such a reading has shown all that happened: while REST lags that is earlier. */
  shownMs = Number.NEGATIVE_INFINITY
  /** When the program last heard an event of the account. */
  heardMs = 0
  /** When the last request for the account left. */
  sentMs = Number.NEGATIVE_INFINITY
  /** When requests of the last seconds left. */
  departures: number[] = []
  /** Size-changing requests without an answer, by contract. */
  readonly underWay = new Map<string, number>()
  /** Contracts whose last size-changing request had an unknown outcome, with when it left and when that was known. */
  readonly inDoubt = new Map<string, { readonly sentMs: number; readonly atMs: number }>()
  /** When a goal last began. */
  begunMs = Number.NEGATIVE_INFINITY
  /** When the account first decided something durable. */
  firstRecordAt = Number.POSITIVE_INFINITY
  /** The last size-changing request by contract: what it had to leave, and how new the size was that it was computed from. */
  readonly lastResize = new Map<string, { readonly kept: number; readonly knownMs: number }>()
  /** When a contract was last spoken of: by an event, or by a reading by the time of its request. */
  readonly observedMs = new Map<string, number>()
  /** When the account was last seen by a complete list of positions, by the time of its request. */
  positionsSeenMs = Number.NEGATIVE_INFINITY
  /** Rules whose settings were changed in the day. */
  readonly reloaded = new Set<string>()
  reloadedMs = Number.NEGATIVE_INFINITY
  /** Since when something has had to be undone, by what it is; monotonic. */
  readonly owedSince = new Map<string, number>()
  readonly replies: SeenReply[] = []

  take(reply: SeenReply): void {
    this.replies.push(reply)
    if (this.replies.length > REPLIES_KEPT) this.replies.shift()
    if (reply.list === 'positions' && reply.contracts !== null) this.positionsSeenMs = reply.sentMs
  }

  /** The stream spoke of the contract. */
  observed(contractId: string, nowMs: number): void {
    this.heardMs = nowMs
    this.observedMs.set(contractId, nowMs)
  }

  /** The program that knew all this is gone. */
  forget(nowMs: number): void {
    for (const [contractId, sentMs] of this.underWay) this.inDoubt.set(contractId, { sentMs, atMs: nowMs })
    this.underWay.clear()
    this.doubtedMs = nowMs
    this.reconciledMs = Number.NEGATIVE_INFINITY
    this.shownMs = Number.NEGATIVE_INFINITY
  }

  /** Times of requests that were served since then, and whose positions and orders both came as lists in which no such contract is. */
  cleanTimes(concerns: (contractId: string) => boolean, sinceMs: number): readonly number[] {
    const clean = new Map<number, Set<SeenReply['list']>>()
    for (const { list, sentMs, servedMs, contracts } of this.replies) {
      if (servedMs < sinceMs || contracts === null || contracts.some(concerns)) continue
      clean.set(sentMs, (clean.get(sentMs) ?? new Set()).add(list))
    }
    return [...clean].filter(([, lists]) => lists.size === 2).map(([sentMs]) => sentMs)
  }

  /** Whether a contract was spoken of after that time. */
  isObservedSince(contractId: string, sinceMs: number): boolean {
    return this.positionsSeenMs >= sinceMs || (this.observedMs.get(contractId) ?? Number.NEGATIVE_INFINITY) >= sinceMs
  }
}
