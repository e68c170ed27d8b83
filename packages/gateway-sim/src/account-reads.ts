import type { WireAccount, WireOrder, WirePosition, WireTrade } from '@rm/sdk-bridge/wire'
import type { ExchangePort, SimClock } from './seam.ts'

/** What REST can read of the accounts. The exchange is one; a past state of it is another. */
export interface AccountReads {
  accounts(): readonly WireAccount[]
  orders(accountId: number): readonly WireOrder[]
  positions(accountId: number): readonly WirePosition[]
  trades(accountId: number): readonly WireTrade[]
}

interface PastState {
  readonly at: number
  readonly accounts: readonly WireAccount[]
  readonly orders: readonly WireOrder[]
  readonly positions: readonly WirePosition[]
  readonly trades: readonly WireTrade[]
}

/**
 * Remembers how each account was, for REST replies that lag behind the stream. It only keeps what the planned lags can ask for, and nothing
 * at all while there are none.
 */
export class AccountHistory {
  readonly #clock: SimClock
  readonly #exchange: ExchangePort
  readonly #states = new Map<number, PastState[]>()
  #reachMs = 0

  constructor(clock: SimClock, exchange: ExchangePort) {
    this.#clock = clock
    this.#exchange = exchange
    exchange.subscribe((event) => {
      if (this.#reachMs > 0 && event.kind !== 'quote') this.#remember(event.accountId)
    })
  }

  /** Sets how far back a read may reach. What was before the first such call is not known: its state stands for it. */
  reachBack(ms: number): void {
    const isStarting = this.#reachMs === 0 && ms > 0
    this.#reachMs = ms
    if (ms === 0) this.#states.clear()
    if (isStarting) for (const { id } of this.#exchange.accounts()) this.#remember(id)
  }

  /** The accounts as they were so many milliseconds ago. */
  readsBehind(ms: number): AccountReads {
    const instant = this.#clock.now() - ms
    return {
      accounts: () =>
        this.#exchange.accounts().map((account) => this.#stateOf(account.id, instant)?.accounts[0] ?? account),
      orders: (accountId) => this.#stateOf(accountId, instant)?.orders ?? [],
      positions: (accountId) => this.#stateOf(accountId, instant)?.positions ?? [],
      trades: (accountId) => this.#stateOf(accountId, instant)?.trades ?? [],
    }
  }

  #stateOf(accountId: number, instant: number): PastState | undefined {
    const states = this.#states.get(accountId) ?? []
    return states.findLast(({ at }) => at <= instant) ?? states[0]
  }

  #remember(accountId: number): void {
    const at = this.#clock.now()
    const states = this.#states.get(accountId) ?? []
    states.push({
      at,
      accounts: this.#exchange.accounts().filter(({ id }) => id === accountId),
      orders: [...this.#exchange.orders(accountId)],
      positions: [...this.#exchange.positions(accountId)],
      trades: [...this.#exchange.trades(accountId)],
    })
    const firstNeeded = states.findLastIndex((state) => state.at <= at - this.#reachMs)
    this.#states.set(accountId, states.slice(Math.max(0, firstNeeded)))
  }
}
