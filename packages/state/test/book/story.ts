import {
  type Account,
  type AccountView,
  type ContractId,
  type ContractSpec,
  type Instant,
  instantOf,
  type Order,
  type OrderId,
  type Position,
  type PositionCycle,
  type Quote,
  type Snapshot,
  type StopCriteria,
  type Ticks,
  type Trade,
  TradingCalendar,
} from '@rm/domain'
import { CONNECTED, ManualClock, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { applyEvent, beginGap, type Book, type BookContext, type BookStep, emptyBook, viewOf } from '../../src/book.ts'

export const CENTRAL_RESET = {
  time: '17:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
} as const

const specs = new Map<ContractId, ContractSpec>(Object.values(contracts).map((spec) => [spec.id, spec]))

/** What a test asks of the world around the book. */
export interface StoryWorld {
  readonly stopCriteria?: StopCriteria
  readonly ownOrders?: readonly OrderId[]
}

/** An account lived through in a test: events at instants, and what the book made of them. Monday 9 March 2026, times in UTC. */
export class Story {
  readonly clock = new ManualClock('2026-03-09T14:00:00Z')
  readonly calendar = new TradingCalendar(CENTRAL_RESET)
  readonly #world: StoryWorld
  book: Book
  last: BookStep
  isMarketOpen = true
  heldSince: Instant = instantOf('2026-03-09T14:00:00Z')
  marketOpenSince: Instant | null = instantOf('2026-03-09T14:00:00Z')

  constructor(world: StoryWorld = {}, book: Book = emptyBook(TEST_ACCOUNT)) {
    this.#world = world
    this.book = book
    this.last = this.#apply({
      kind: 'snapshot-failed',
      accountId: TEST_ACCOUNT,
      reading: 'account',
      reason: 'none',
      receivedMs: 0,
    })
  }

  get now(): Instant {
    return this.clock.now()
  }

  /** `14:00:05`, optionally with milliseconds, on the day of the story. */
  at(text: string): this {
    this.clock.advanceTo(`2026-03-09T${text}Z`)
    return this
  }

  position(position: Position): this {
    return this.#take({ kind: 'position-changed', accountId: TEST_ACCOUNT, position, receivedMs: this.#ms })
  }

  order(order: Order): this {
    return this.#take({ kind: 'order-changed', accountId: TEST_ACCOUNT, order, receivedMs: this.#ms })
  }

  trade(trade: Trade): this {
    return this.#take({ kind: 'trade-reported', accountId: TEST_ACCOUNT, trade, receivedMs: this.#ms })
  }

  account(account: Account): this {
    return this.#take({ kind: 'account-changed', accountId: TEST_ACCOUNT, account, receivedMs: this.#ms })
  }

  /** A snapshot that was asked for `lagMs` ago and answered now. */
  snapshot(said: Partial<Snapshot>, lagMs = 0): this {
    const snapshot: Snapshot = {
      accountId: TEST_ACCOUNT,
      requestedMs: this.#ms - lagMs,
      account: null,
      positions: [],
      orders: [],
      ordersComplete: true,
      history: null,
      trades: [],
      ...said,
    }
    return this.#take({ kind: 'snapshot-read', accountId: TEST_ACCOUNT, snapshot, receivedMs: this.#ms })
  }

  gap(): this {
    this.book = beginGap(this.book, this.now)
    return this
  }

  view(quotes: readonly Quote[] = [], allowed: { readonly min: number; readonly max: number } = ANY_SIZE): AccountView {
    return viewOf(this.book, this.last, {
      now: this.now,
      calendar: this.calendar,
      contract: (id) => specs.get(id) ?? null,
      quote: (id) => quotes.find((quote) => quote.contractId === id) ?? null,
      isMarketOpen: () => this.isMarketOpen,
      staleAfterMs: 10_000,
      holding: () => ({ heldSince: this.heldSince, marketOpenSince: this.marketOpenSince }),
      connection: CONNECTED,
      demands: { allowed: () => allowed, ordersCancelled: new Set() },
    })
  }

  cycle(contract: ContractSpec): PositionCycle {
    const cycle = this.book.contracts.get(contract.id)?.cycle
    if (cycle === null || cycle === undefined) throw new Error(`no open cycle in ${contract.id}`)
    return cycle
  }

  /** Unprotected milliseconds of the open cycle up to now. */
  unprotectedMs(contract: ContractSpec): number {
    const { uncoveredMs, covered, measuredAt } = this.cycle(contract).protection
    return covered ? uncoveredMs : uncoveredMs + (this.now - measuredAt)
  }

  context(): BookContext {
    return {
      now: this.now,
      calendar: this.calendar,
      contract: (id) => specs.get(id) ?? null,
      stopCriteria: this.#world.stopCriteria ?? ANY_STOP,
      ownOrders: new Set(this.#world.ownOrders ?? []),
    }
  }

  get #ms(): number {
    return this.clock.elapsedMs()
  }

  #take(event: Parameters<typeof applyEvent>[1]): this {
    this.last = this.#apply(event)
    this.book = this.last.book
    return this
  }

  #apply(event: Parameters<typeof applyEvent>[1]): BookStep {
    return applyEvent(this.book, event, this.context())
  }
}

const ANY_SIZE = { min: -1_000, max: 1_000 }
const ANY_STOP: StopCriteria = { coverage: 'full', allowStopLimit: false, maxDistanceTicks: null }

/** An instant of the story's day. */
export function time(text: string): Instant {
  return instantOf(`2026-03-09T${text}Z`)
}

/** A quote with one price everywhere. */
export function flatQuote(contractId: ContractId, price: Ticks, at: Instant): Quote {
  return {
    contractId,
    bid: price,
    ask: price,
    last: null,
    bidLow: price,
    bidHigh: price,
    askLow: price,
    askHigh: price,
    suspectUntil: null,
    at,
    receivedAt: at,
  }
}
