import type { WireAccount, WireOrder, WirePosition, WireTrade } from '@rm/sdk-bridge/wire'
import type { ExchangeEvent, SimClock } from '../seam.ts'
import { unreachable } from '../unreachable.ts'

/** One account as REST shows it. */
export interface AccountSnapshot {
  account: WireAccount
  readonly orders: Map<number, WireOrder>
  readonly positions: Map<string, WirePosition>
  readonly trades: Map<number, WireTrade>
}

type AccountEvent = Exclude<ExchangeEvent, { readonly kind: 'quote' }>

/**
 * The one way out of the exchange. Listeners get every event in order, also those which a listener itself causes; REST reads a fold of
 * the same events, as late as the lag knob says.
 */
export class Publication {
  readonly #clock: SimClock
  readonly #lagMs: () => number
  readonly #listeners = new Set<(event: ExchangeEvent) => void>()
  readonly #snapshots: Map<number, AccountSnapshot>
  readonly #queue: ExchangeEvent[] = []
  readonly #late: { readonly visibleAt: number; readonly event: AccountEvent }[] = []
  #isDelivering = false

  constructor(clock: SimClock, lagMs: () => number, accounts: readonly WireAccount[]) {
    this.#clock = clock
    this.#lagMs = lagMs
    this.#snapshots = new Map(
      accounts.map((account) => [account.id, { account, orders: new Map(), positions: new Map(), trades: new Map() }]),
    )
  }

  subscribe(listener: (event: ExchangeEvent) => void): () => void {
    const own = (event: ExchangeEvent): void => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  publish(...events: readonly ExchangeEvent[]): void {
    for (const event of events) {
      this.#queue.push(event)
      if (event.kind !== 'quote') this.#late.push({ visibleAt: this.#clock.now() + this.#lagMs(), event })
    }
    this.#catchUp()
    this.#deliver()
  }

  /** What REST shows now, or `undefined` for an unknown account. */
  snapshot(accountId: number): AccountSnapshot | undefined {
    this.#catchUp()
    return this.#snapshots.get(accountId)
  }

  snapshots(): AccountSnapshot[] {
    this.#catchUp()
    return [...this.#snapshots.values()]
  }

  /** A listener that places an order adds events while others are still owed to the remaining listeners: those come first. */
  #deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        for (const listener of this.#listeners) listener(event)
      }
    } finally {
      this.#isDelivering = false
    }
  }

  #catchUp(): void {
    const now = this.#clock.now()
    const firstHidden = this.#late.findIndex(({ visibleAt }) => visibleAt > now)
    const visible = this.#late.splice(0, firstHidden < 0 ? this.#late.length : firstHidden)
    for (const { event } of visible) this.#apply(event)
  }

  #apply(event: AccountEvent): void {
    const snapshot = this.#snapshots.get(event.accountId)
    if (snapshot === undefined) return
    switch (event.kind) {
      case 'account':
        snapshot.account = event.data
        return
      case 'order':
        snapshot.orders.set(event.data.id, event.data)
        return
      case 'position':
        if (event.data.size === 0) snapshot.positions.delete(event.data.contractId)
        else snapshot.positions.set(event.data.contractId, event.data)
        return
      case 'trade':
        snapshot.trades.set(event.data.id, event.data)
        return
      default:
        unreachable(event)
    }
  }
}
