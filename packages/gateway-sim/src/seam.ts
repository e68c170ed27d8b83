import type {
  Envelope,
  ModifyOrderRequest,
  PlaceOrderRequest,
  WireAccount,
  WireBar,
  WireContract,
  WireOrder,
  WirePosition,
  WireQuote,
  WireTrade,
} from '@rm/sdk-bridge/wire'

/*
 * What the server half (REST, hubs, faults, control plane) and the exchange half (matching, money, market, traders) know of each other.
 */

/** Business time of the simulated gateway. It runs at the pace of the machine's clock, but its day need not be today. */
export interface SimClock {
  /** Whole epoch milliseconds. */
  now(): number
  /** Jumps to an instant, forwards or backwards. A timer that it jumps over fires once, at the new time. */
  set(epochMs: number): void
  /** Plays the time through: every timer on the way fires at its own instant, in order. */
  advance(ms: number): void
  /** Runs a task when `ms` of business time have passed; the result cancels it. */
  after(ms: number, task: () => void): () => void
}

/** What leaves the exchange, in wire form with explicit nulls, in the order of publication. `action` is the advisory hub action. */
export type ExchangeEvent =
  | { readonly kind: 'account'; readonly accountId: number; readonly action: number; readonly data: WireAccount }
  | { readonly kind: 'order'; readonly accountId: number; readonly action: number; readonly data: WireOrder }
  | { readonly kind: 'position'; readonly accountId: number; readonly action: number; readonly data: WirePosition }
  | { readonly kind: 'trade'; readonly accountId: number; readonly action: number; readonly data: WireTrade }
  | { readonly kind: 'quote'; readonly contractId: string; readonly data: WireQuote }

/** Who caused something: `daemon` is any caller of the REST API, `trader` a script or the control plane, `venue` the exchange itself. */
export type Author = 'trader' | 'daemon' | 'venue'

/** Answer to a placement. A refused order has an id too, that of its rejected record. */
export interface PlaceResult extends Envelope {
  readonly orderId: number | null
}

/** One accepted order or one fill. Positions are signed contracts: above zero long, below zero short. */
export type LedgerEntry =
  | {
      readonly kind: 'order'
      readonly at: number
      readonly author: Author
      readonly accountId: number
      readonly contractId: string
      readonly orderId: number
      readonly type: number
      readonly side: number
      readonly size: number
      readonly customTag: string | null
      readonly position: number
    }
  | {
      readonly kind: 'fill'
      readonly at: number
      readonly author: Author
      readonly accountId: number
      readonly contractId: string
      readonly orderId: number
      readonly tradeId: number
      readonly side: number
      readonly size: number
      readonly price: number
      readonly positionBefore: number
      readonly positionAfter: number
    }

/** One simulated exchange. Every method is synchronous; events come out synchronously or from clock timers. */
export interface ExchangePort {
  /** Adds a listener; the result removes it. Listeners are called in order of subscription. */
  subscribe(listener: (event: ExchangeEvent) => void): () => void
  /** Every account; the server filters by credential. */
  accounts(): readonly WireAccount[]
  contracts(): readonly WireContract[]
  contract(contractId: string): WireContract | undefined
  /**
   * Runs the quotes of a contract for one subscriber; the result ends that. The first quote after it carries every field. Without a
   * subscriber a contract's market moves only while an order or position depends on it. An unknown contract never quotes.
   */
  watchQuotes(contractId: string): () => void
  place(request: PlaceOrderRequest, author: Author): PlaceResult
  modify(request: ModifyOrderRequest, author: Author): Envelope
  cancel(accountId: number, orderId: number, author: Author): Envelope
  closeContract(accountId: number, contractId: string, author: Author): Envelope
  partialCloseContract(accountId: number, contractId: string, size: number, author: Author): Envelope
  /** Orders in every status, oldest first. */
  orders(accountId: number): readonly WireOrder[]
  /** Open positions only. */
  positions(accountId: number): readonly WirePosition[]
  /** Trades, oldest first. */
  trades(accountId: number): readonly WireTrade[]
  /** Bars that overlap `[from, to)`, newest first, at most `limit`. */
  bars(query: BarsQuery): readonly WireBar[]
  /** The firm's own switch: publishes the account, and refuses placements while it is off. */
  setCanTrade(accountId: number, canTrade: boolean): void
  /** Whether the login's list of accounts shows it; streams and routes go on as before. */
  setListed(accountId: number, isListed: boolean): void
  isListed(accountId: number): boolean
  /** The venue takes a working order back, after it was accepted. False when there is no such order. */
  reject(accountId: number, orderId: number): boolean
  /** Best prices now. @throws RangeError for an unknown contract */
  bestPrices(contractId: string): { readonly bid: number; readonly ask: number; readonly tickSize: number }
  /** Marks a trade as voided, takes its money back and publishes it again. False when there is no such trade. */
  voidTrade(accountId: number, tradeId: number): boolean
  /** Moves a scripted market; the price is aligned to the contract's tick. */
  setPrice(contractId: string, price: number): void
  moveMarket(contractId: string, ticks: number): void
  ledger(): readonly LedgerEntry[]
}

export interface BarsQuery {
  readonly contractId: string
  readonly from: number
  readonly to: number
  /** `BarUnit`, already checked. */
  readonly unit: number
  readonly unitNumber: number
  readonly limit: number
  readonly includePartialBar: boolean
}
