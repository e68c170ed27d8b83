import {
  AccountId,
  type AccountEvent,
  type ContractSpec,
  type DomainEvent,
  instantOf,
  later,
  ticks,
  usd,
} from '@rm/domain'
import { anAccount, anOrder, aPosition, aTrade, contracts } from '@rm/domain/testing'

const { MNQ } = contracts

export const START = instantOf('2026-11-18T15:30:00Z')

const STOP_PRICE = 20_800
/** Between two fills of one trader, so that those of a day lie apart as they do in trading. */
export const FILLS_APART_MS = 5_000
/** Bids of one market after the other, in ticks: those that nearly all rest among quiet prices, and those of which none does. */
const BIDS = {
  calm: Array.from({ length: 8 }, (_unused, index) => 84_000 + index),
  wild: Array.from({ length: 8 }, (_unused, index) => 84_000 + index * 100),
} as const

export type MarketMood = keyof typeof BIDS

export type FillEvent = Extract<AccountEvent, { kind: 'order-changed' | 'trade-reported' | 'position-changed' }>

/** What the market and the traders of some accounts do, with a monotonic time of its own. */
export class Trading {
  readonly accounts: readonly AccountId[]
  readonly #quoted: readonly ContractSpec[]
  readonly #entered = new Set<AccountId>()
  #elapsedMs = 0
  #next = 1
  #fills = 0

  constructor(accounts: number, quoted: readonly ContractSpec[]) {
    this.accounts = Array.from({ length: accounts }, (_unused, index) => AccountId.parse(7_100_000 + index))
    this.#quoted = quoted
  }

  get elapsedMs(): number {
    return this.#elapsedMs
  }

  pass(ms: number): void {
    this.#elapsedMs += ms
  }

  tick(): number {
    this.#next += 1
    this.#elapsedMs += 0.01
    return this.#elapsedMs
  }

  /** The first reading: one contract long of each, with a stop that also covers the one that fills add and take off again. */
  opening(accountId: AccountId, held: readonly ContractSpec[]): Extract<AccountEvent, { kind: 'snapshot-read' }> {
    const snapshot = {
      accountId,
      requestedMs: this.tick(),
      account: anAccount({ id: accountId }),
      positions: held.map((contract) => aPosition(contract, 1, { accountId, openedAt: START })),
      orders: held.map((contract, index) =>
        anOrder(3_300_000_000 + accountId * 10 + index, contract, {
          accountId,
          type: 'stop',
          side: 'sell',
          size: 2,
          stopPrice: STOP_PRICE,
          createdAt: START,
        }),
      ),
      ordersComplete: true,
      history: null,
      trades: [],
    }
    return { kind: 'snapshot-read', accountId, snapshot, receivedMs: this.tick() }
  }

  quote(mood: MarketMood): Extract<DomainEvent, { kind: 'quote-changed' }> {
    const receivedMs = this.tick()
    const bids = BIDS[mood]
    const bid = ticks(bids[this.#next % bids.length] ?? 0)
    const { id: contractId } = this.#quoted[this.#next % this.#quoted.length] ?? MNQ
    const change = { contractId, bid, ask: ticks(bid + 1), at: later(START, Math.floor(receivedMs)) }
    return { kind: 'quote-changed', change, receivedMs }
  }

  /** The events of one fill: the trader buys a second contract, and the next time he sells it again. */
  *fill(accountId: AccountId): Generator<FillEvent> {
    this.#fills += 1
    const isExit = this.#entered.delete(accountId)
    if (!isExit) this.#entered.add(accountId)
    const side = isExit ? 'sell' : 'buy'
    const at = later(START, Math.floor(this.#elapsedMs))
    const order = anOrder(3_400_000_000 + this.#fills, MNQ, { accountId, side, createdAt: at })
    const filled = { ...order, status: 'filled', filled: 1 } as const
    const trade = aTrade(3_100_000_000 + this.#fills, MNQ, {
      accountId,
      orderId: order.id,
      side,
      realizedPnl: isExit ? usd(0) : null,
      fees: usd(3_600),
      commissions: usd(2_500),
      at,
    })
    const position = aPosition(MNQ, isExit ? 1 : 2, { accountId, openedAt: START })
    yield { kind: 'order-changed', accountId, order, receivedMs: this.tick() }
    yield { kind: 'order-changed', accountId, order: filled, receivedMs: this.tick() }
    yield { kind: 'trade-reported', accountId, trade, receivedMs: this.tick() }
    yield { kind: 'position-changed', accountId, position, receivedMs: this.tick() }
  }
}
