import { unreachable } from '@rm/domain'
import type { ExchangeEvent, Exchange } from '@rm/gateway-sim'
import { isTerminalStatus, type WireOrder, type WireTrade } from '@rm/sdk-bridge/wire'

/** What really is the case for one account, from the exchange's ledger and events alone. */
export interface TrueAccount {
  readonly id: number
  /** Signed contracts; flat ones are left out. */
  readonly sizes: Map<string, number>
  readonly working: Map<number, WireOrder>
  readonly ended: Set<number>
  /** Trades that the firm took back and the program has had no way to know of yet: when, and of which instant they are. */
  readonly untoldVoids: Map<number, { readonly publishedMs: number; readonly at: number }>
  /** Newest version of each, by id. */
  readonly trades: Map<number, WireTrade>
  /** What was last computed from {@link trades}: of which day, after how many reports. */
  net: { readonly dayStart: number; readonly reports: number; readonly amount: number }
  reports: number
  canTrade: boolean
  /** Monotonic times of the last change of anything but trades' money, of the trades, of the firm's switch. */
  changedMs: number
  tradedMs: number
  switchedMs: number
  /** Monotonic time of the last fill or order that the trader caused. */
  traderMs: number
  /** Monotonic time of the last fill, by contract. */
  readonly filledMs: Map<string, number>
  /** The same of the fills that were no close or reduction of the program. */
  readonly otherFilledMs: Map<string, number>
  /** Monotonic time at which the last order of the program came to the exchange or filled. */
  daemonMs: number
}

/** A naive account of the exchange: sizes by the ledger, orders and trades by what was published. Nothing of the product computes here. */
export class Truth {
  readonly #accounts: ReadonlyMap<number, TrueAccount>
  readonly #exchange: Exchange
  readonly #nowMs: () => number
  #ledgerSeen = 0
  quotes = 0
  userEvents = 0

  constructor(exchange: Exchange, accountIds: readonly number[], nowMs: () => number) {
    this.#exchange = exchange
    this.#nowMs = nowMs
    this.#accounts = new Map(accountIds.map((id) => [id, nobody(id)]))
    exchange.subscribe((event) => this.#take(event))
  }

  of(accountId: number): TrueAccount {
    const account = this.#accounts.get(accountId)
    if (account === undefined) throw new RangeError(`no account ${accountId}`)
    return account
  }

  /** Ledger entries since the last call. */
  newEntries(): ReturnType<Exchange['ledger']> {
    const ledger = this.#exchange.ledger()
    if (ledger.length === this.#ledgerSeen) return NONE
    const entries = ledger.slice(this.#ledgerSeen)
    this.#ledgerSeen = ledger.length
    const nowMs = this.#nowMs()
    for (const entry of entries) {
      const account = this.of(entry.accountId)
      if (entry.author === 'trader') account.traderMs = nowMs
      if (entry.author === 'daemon') account.daemonMs = nowMs
      if (entry.kind !== 'fill') continue
      account.changedMs = nowMs
      account.filledMs.set(entry.contractId, nowMs)
      if (entry.positionAfter === 0) account.sizes.delete(entry.contractId)
      else account.sizes.set(entry.contractId, entry.positionAfter)
    }
    return entries
  }

  #take(event: ExchangeEvent): void {
    if (event.kind === 'quote') {
      this.quotes += 1
      return
    }
    this.userEvents += 1
    const account = this.of(event.accountId)
    const nowMs = this.#nowMs()
    switch (event.kind) {
      case 'order':
        account.changedMs = nowMs
        this.#order(account, event.data)
        return
      case 'trade':
        account.tradedMs = nowMs
        account.reports += 1
        account.trades.set(event.data.id, event.data)
        if (event.data.voided) {
          const at = Date.parse(event.data.creationTimestamp)
          account.untoldVoids.set(event.data.id, { publishedMs: nowMs, at })
        }
        return
      case 'account':
        if (account.canTrade !== event.data.canTrade) account.switchedMs = nowMs
        account.canTrade = event.data.canTrade
        return
      case 'position':
        account.changedMs = nowMs
        return
      default:
        unreachable(event)
    }
  }

  /** Of one fill the events may come in any order; an order that has ended works no more. */
  #order(account: TrueAccount, order: WireOrder): void {
    if (isTerminalStatus(order.status)) account.ended.add(order.id)
    if (account.ended.has(order.id)) account.working.delete(order.id)
    else account.working.set(order.id, order)
  }
}

export function isFlat(account: TrueAccount): boolean {
  return account.sizes.size === 0 && account.working.size === 0
}

const NONE: ReturnType<Exchange['ledger']> = []

function nobody(id: number): TrueAccount {
  return {
    id,
    sizes: new Map(),
    working: new Map(),
    ended: new Set(),
    untoldVoids: new Map(),
    trades: new Map(),
    net: { dayStart: 0, reports: 0, amount: 0 },
    reports: 0,
    canTrade: true,
    changedMs: 0,
    tradedMs: 0,
    switchedMs: 0,
    traderMs: 0,
    filledMs: new Map(),
    otherFilledMs: new Map(),
    daemonMs: 0,
  }
}
