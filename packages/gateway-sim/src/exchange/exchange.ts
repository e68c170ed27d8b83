import {
  type Envelope,
  isTerminalStatus,
  type ModifyOrderRequest,
  OrderSide,
  OrderStatus,
  OrderType,
  type PlaceOrderRequest,
  type WireAccount,
  type WireBar,
  type WireContract,
  type WireOrder,
  type WirePosition,
  type WireTrade,
} from '@rm/sdk-bridge/wire'
import type { Author, BarsQuery, ExchangeEvent, ExchangePort, LedgerEntry, PlaceResult, SimClock } from '../seam.ts'
import { AccountBook } from './account-book.ts'
import { contractById, contractByName, frontContracts, type ListedContract, wireContract } from './contracts.ts'
import { accountEvent, orderEvent, tradeEvent } from './fill-events.ts'
import { IdSequence } from './id-sequence.ts'
import { type ExchangeKnobs, usualKnobs } from './knobs.ts'
import { Market } from './market.ts'
import { marketTicks } from './matching.ts'
import { moneyFromDollars } from './money.ts'
import { OrderDrafts } from './order-drafts.ts'
import { OrderExecution } from './order-execution.ts'
import { amendment } from './order-amendment.ts'
import type { OrderRecord } from './order-record.ts'
import { isRepeatedTag, marketClosed, PlaceCode, type Refusal, refusalOf } from './order-refusals.ts'
import { priceOf } from './price-grid.ts'
import type { Regime } from './price-path.ts'
import { Publication } from './publication.ts'
import { SeededDice } from './seeded-dice.ts'
import { haltMinute, takesOrders } from './session.ts'
import { WireStamps } from './wire-stamps.ts'

/** One account of the simulated firm. */
export interface SimAccount {
  readonly id: number
  readonly name: string
  /** Dollars. */
  readonly balance: number
  /** False: a live-funded account or a follower, whose cancels and closes the gateway refuses. Default true. */
  readonly simulated?: boolean | undefined
  /** Default true. */
  readonly canTrade?: boolean | undefined
  /** The platform setting that brackets need; default `auto-oco`. */
  readonly bracketMode?: 'auto-oco' | 'position' | undefined
}

export interface ExchangeOptions {
  /** The same seed, clock and sequence of calls give the same events. */
  readonly seed: number
  readonly clock: SimClock
  readonly accounts: readonly SimAccount[]
  /** What the generated markets may do; `['still']` moves only when told to. Default calm, trend and spike. */
  readonly regimes?: readonly [Regime, ...Regime[]]
  /** Quotes of every contract in a second, where its own rate would only cost time. */
  readonly quotesPerSecond?: number | undefined
  /** Minute after midnight in Chicago from which orders are refused while quotes still stream; default 960, the halt. */
  readonly orderCutoffMinute?: number
  readonly knobs?: Partial<ExchangeKnobs>
}

const done: Envelope = { success: true, errorCode: 0, errorMessage: null }
const failed = (errorCode: number, errorMessage: string | null = null): Envelope => ({
  success: false,
  errorCode,
  errorMessage,
})

/** The codes of two endpoints that close alike but number their refusals differently (gateway contract, 2.3). */
interface CloseCodes {
  readonly invalidSize: number
  readonly rejected: number
  readonly pending: number
  readonly accountRejected: number
}
const closeCodes: CloseCodes = { invalidSize: 5, rejected: 5, pending: 6, accountRejected: 8 }
const partialCloseCodes: CloseCodes = { invalidSize: 5, rejected: 6, pending: 7, accountRejected: 9 }

/** The simulated exchange and the firm's accounts on it. */
export class Exchange implements ExchangePort {
  readonly #clock: SimClock
  readonly #cutoff: number
  readonly #books: ReadonlyMap<number, AccountBook>
  readonly #contracts = new Map<string, ListedContract>()
  readonly #market: Market
  readonly #publication: Publication
  readonly #execution: OrderExecution
  readonly #drafts: OrderDrafts
  readonly #ledger: LedgerEntry[] = []
  /** The last order that close calls made, by account and contract. */
  readonly #closing = new Map<string, OrderRecord>()
  /** Accounts that the login does not list. */
  readonly #unlisted = new Set<number>()
  #knobs: ExchangeKnobs
  #listing: { readonly hour: number; readonly contracts: readonly WireContract[] } | undefined

  constructor(options: ExchangeOptions) {
    const { seed, clock } = options
    const dice = (name: string): SeededDice => new SeededDice(seed, name)
    const stamps = new WireStamps(clock, dice('stamps'))
    this.#clock = clock
    this.#cutoff = options.orderCutoffMinute ?? haltMinute
    this.#knobs = { ...usualKnobs, ...options.knobs }
    this.#books = new Map(options.accounts.map((account) => [account.id, bookOf(account)]))
    this.#publication = new Publication(clock, () => this.#knobs.snapshotLagMs, this.#wireAccounts())
    this.#market = new Market({
      seed,
      clock,
      regimes: options.regimes ?? ['calm', 'trend', 'spike'],
      quotesPerSecond: options.quotesPerSecond,
      isNeeded: (contractId) => this.#execution.isNeeded(contractId),
      onQuote: (contract, quote) => {
        this.#publication.publish({ kind: 'quote', contractId: contract.id, data: quote })
        this.#execution.onPrices(contract)
      },
    })
    this.#drafts = new OrderDrafts(new IdSequence(dice('order ids'), 3_400_000_000), stamps, this.#market)
    this.#execution = new OrderExecution({
      clock,
      market: this.#market,
      dice: dice('execution'),
      stamps,
      tradeIds: new IdSequence(dice('trade ids'), 3_100_000_000),
      positionIds: new IdSequence(dice('position ids'), 820_000_000),
      publication: this.#publication,
      ledger: this.#ledger,
      knobs: () => this.#knobs,
      book: (accountId) => this.#bookOrThrow(accountId),
    })
  }

  /** Turns knobs while the exchange runs; what is already on its way keeps its time. */
  turn(knobs: Partial<ExchangeKnobs>): void {
    this.#knobs = { ...this.#knobs, ...knobs }
  }

  get knobs(): ExchangeKnobs {
    return this.#knobs
  }

  /** Ends the generated markets, so that no timer of theirs is left. */
  stop(): void {
    this.#market.stop()
  }

  subscribe(listener: (event: ExchangeEvent) => void): () => void {
    return this.#publication.subscribe(listener)
  }

  accounts(): readonly WireAccount[] {
    return this.#publication.snapshots().map(({ account }) => account)
  }

  contracts(): readonly WireContract[] {
    const hour = Math.floor(this.#clock.now() / 3_600_000)
    if (this.#listing?.hour !== hour) this.#listing = { hour, contracts: frontContracts(this.#clock.now()) }
    return this.#listing.contracts
  }

  contract(contractId: string): WireContract | undefined {
    const contract = this.#contractById(contractId)
    return contract === undefined ? undefined : wireContract(contract, this.#clock.now())
  }

  /** The id of the contract that a root (`MNQ`: its front month), a name (`MNQZ6`) or an id means, or `undefined`. */
  contractIdOf(name: string): string | undefined {
    return contractByName(name, this.#clock.now())?.id
  }

  watchQuotes(contractId: string): () => void {
    const contract = this.#contractById(contractId)
    return contract === undefined ? () => undefined : this.#market.listen(contract)
  }

  place(request: PlaceOrderRequest, author: Author): PlaceResult {
    const book = this.#books.get(request.accountId)
    if (book === undefined) return { ...failed(PlaceCode.accountNotFound), orderId: null }
    const contract = this.#contractById(request.contractId)
    if (contract === undefined) return { ...failed(PlaceCode.contractNotFound), orderId: null }
    if (isRepeatedTag(request, book)) return { ...failed(PlaceCode.orderRejected), orderId: null }
    const refusal = refusalOf(request, book, contract, this.#clock.now(), this.#cutoff)
    if (refusal !== undefined) return this.#refuse(request, contract, book, author, refusal)
    const accepted = this.#drafts.orders(request, contract, author)
    for (const { customTag } of [accepted.entry, accepted.stopLoss, accepted.takeProfit].filter(
      (o) => o !== undefined,
    )) {
      if (customTag !== null) book.usedTags.add(customTag)
    }
    this.#execution.accept(accepted)
    return { ...done, orderId: accepted.entry.id }
  }

  modify(request: ModifyOrderRequest, _author: Author): Envelope {
    const book = this.#books.get(request.accountId)
    if (book === undefined) return failed(1)
    const order = book.orders.get(request.orderId)
    if (order === undefined || isTerminalStatus(order.status)) return failed(2)
    if (order.status === OrderStatus.pending || order.status === OrderStatus.pendingCancellation) return failed(4)
    const result = amendment(order, request, marketTicks(order.side, this.#market.top(order.contract)))
    if (result.kind === 'refused') return failed(3, result.message)
    Object.assign(order, result.terms)
    this.#execution.changed(order)
    return done
  }

  cancel(accountId: number, orderId: number, _author: Author): Envelope {
    const book = this.#books.get(accountId)
    if (book === undefined) return failed(1)
    const order = book.orders.get(orderId)
    if (order === undefined || isTerminalStatus(order.status)) return failed(2)
    if (!book.terms.simulated) return failed(6)
    if (order.status === OrderStatus.pending || order.status === OrderStatus.pendingCancellation) return failed(4)
    this.#execution.cancel(order)
    return done
  }

  closeContract(accountId: number, contractId: string, author: Author): Envelope {
    const size = Math.abs(this.#books.get(accountId)?.positionSize(contractId) ?? 0)
    return this.#close(accountId, contractId, size, author, closeCodes)
  }

  partialCloseContract(accountId: number, contractId: string, size: number, author: Author): Envelope {
    return this.#close(accountId, contractId, size, author, partialCloseCodes)
  }

  orders(accountId: number): readonly WireOrder[] {
    const orders = [...(this.#publication.snapshot(accountId)?.orders.values() ?? [])]
    return orders.toSorted((left, right) => left.id - right.id)
  }

  positions(accountId: number): readonly WirePosition[] {
    return [...(this.#publication.snapshot(accountId)?.positions.values() ?? [])]
  }

  trades(accountId: number): readonly WireTrade[] {
    return [...(this.#publication.snapshot(accountId)?.trades.values() ?? [])]
  }

  bars(query: BarsQuery): readonly WireBar[] {
    const contract = this.#contractById(query.contractId)
    if (contract === undefined) return []
    const { from: fromMs, to: toMs, unit, unitNumber, limit, includePartialBar: includesPartial } = query
    return this.#market.bars(contract, { fromMs, toMs, unit, unitNumber, limit, includesPartial })
  }

  setCanTrade(accountId: number, canTrade: boolean): void {
    const book = this.#bookOrThrow(accountId)
    book.canTrade = canTrade
    this.#publication.publish(accountEvent(book))
  }

  setListed(accountId: number, isListed: boolean): void {
    if (isListed) this.#unlisted.delete(accountId)
    else this.#unlisted.add(accountId)
  }

  isListed(accountId: number): boolean {
    return !this.#unlisted.has(accountId)
  }

  reject(accountId: number, orderId: number): boolean {
    const order = this.#books.get(accountId)?.orders.get(orderId)
    if (order === undefined || isTerminalStatus(order.status)) return false
    this.#execution.reject(order)
    return true
  }

  voidTrade(accountId: number, tradeId: number): boolean {
    const book = this.#books.get(accountId)
    const trade = book?.voidTrade(tradeId)
    if (book === undefined || trade === undefined) return false
    this.#publication.publish(tradeEvent(trade), accountEvent(book))
    return true
  }

  /** Best bid and last trade stand at the price then, the best ask one tick above. @throws RangeError for an unknown contract */
  setPrice(contractId: string, price: number): void {
    this.driftPrice(contractId, price, 0)
  }

  /** Leads the best bid to a price within a time, in even steps; the walk goes on from there. @throws RangeError for an unknown contract */
  driftPrice(contractId: string, price: number, overMs: number): void {
    const contract = this.#contractOrThrow(contractId)
    const { grid } = contract.product
    this.#market.driftTo(contract, Math.round((price * grid.scale) / grid.step), overMs)
  }

  moveMarket(contractId: string, ticks: number): void {
    this.driftMarket(contractId, ticks, 0)
  }

  /** Leads the best bid so many ticks up or down within a time. @throws RangeError for an unknown contract */
  driftMarket(contractId: string, ticks: number, overMs: number): void {
    const contract = this.#contractOrThrow(contractId)
    this.#market.driftTo(contract, this.#market.top(contract).bid + ticks, overMs)
  }

  /** Keeps one regime for a contract for good, e.g. `still` for prices that only scripts move. @throws RangeError for an unknown contract */
  pinRegime(contractId: string, regime: Regime): void {
    this.#market.pinRegime(this.#contractOrThrow(contractId), regime)
  }

  /** Best prices now. @throws RangeError for an unknown contract */
  bestPrices(contractId: string): { readonly bid: number; readonly ask: number; readonly tickSize: number } {
    const contract = this.#contractOrThrow(contractId)
    const { grid } = contract.product
    const { bid, ask } = this.#market.top(contract)
    return { bid: priceOf(grid, bid), ask: priceOf(grid, ask), tickSize: priceOf(grid, 1) }
  }

  ledger(): readonly LedgerEntry[] {
    return this.#ledger
  }

  #close(accountId: number, contractId: string, size: number, author: Author, codes: CloseCodes): Envelope {
    const book = this.#books.get(accountId)
    if (book === undefined) return failed(1)
    const contract = this.#contractById(contractId)
    if (contract === undefined) return failed(3)
    if (!book.terms.simulated) return failed(codes.accountRejected)
    const held = book.positionSize(contractId)
    if (held === 0) return failed(2)
    if (size < 1 || size > Math.abs(held)) return failed(codes.invalidSize)
    const key = `${accountId} ${contractId}`
    const earlier = this.#closing.get(key)
    if (earlier !== undefined && !isTerminalStatus(earlier.status)) return failed(codes.pending)
    const side = held > 0 ? OrderSide.sell : OrderSide.buy
    const request: PlaceOrderRequest = { accountId, contractId, type: OrderType.market, side, size }
    if (!takesOrders(contract.product.hours, this.#clock.now(), this.#cutoff)) {
      this.#refuse(request, contract, book, author, marketClosed)
      return failed(codes.rejected)
    }
    const accepted = this.#drafts.orders(request, contract, author)
    this.#closing.set(key, accepted.entry)
    this.#execution.accept(accepted)
    return done
  }

  /** A refused order leaves a record that the stream shows, without the reason; the reason is in the reply alone. */
  #refuse(
    request: PlaceOrderRequest,
    contract: ListedContract,
    book: AccountBook,
    author: Author,
    { code, message }: Refusal,
  ): PlaceResult {
    const order = this.#drafts.rejected(request, contract, author)
    book.orders.set(order.id, order)
    const pending = orderEvent(order)
    order.status = OrderStatus.rejected
    this.#publication.publish(pending, orderEvent(order))
    return { ...failed(code, message), orderId: order.id }
  }

  #wireAccounts(): WireAccount[] {
    return [...this.#books.values()].map((book) => book.toWire())
  }

  #contractById(contractId: string): ListedContract | undefined {
    const known = this.#contracts.get(contractId)
    if (known !== undefined) return known
    const contract = contractById(contractId)
    if (contract !== undefined) this.#contracts.set(contractId, contract)
    return contract
  }

  #contractOrThrow(contractId: string): ListedContract {
    const contract = this.#contractById(contractId)
    if (contract === undefined) throw new RangeError(`no contract ${contractId} is ever listed`)
    return contract
  }

  #bookOrThrow(accountId: number): AccountBook {
    const book = this.#books.get(accountId)
    if (book === undefined) throw new RangeError(`no account ${accountId} exists`)
    return book
  }
}

function bookOf({ id, name, balance, simulated, canTrade, bracketMode }: SimAccount): AccountBook {
  return new AccountBook({
    id,
    name,
    balance: moneyFromDollars(balance),
    simulated: simulated ?? true,
    canTrade: canTrade ?? true,
    bracketMode: bracketMode ?? 'auto-oco',
  })
}
