import {
  type AccountEvent,
  type AccountId,
  type AccountView,
  type ContractId,
  type ContractSpec,
  type Instant,
  later,
  type Quote,
} from '@rm/domain'
import { CONNECTED, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { evaluateGuards, evaluateRules, nextCheck, nextGuardCheck } from '@rm/rules'
import { applyEvent, type Book, type BookStep, emptyBook, mergeQuote, settleExtremes, viewOf } from '@rm/state/book'
import { CALENDAR, policyOf } from './all-rules.ts'
import { type FillEvent, FILLS_APART_MS, START, Trading } from './trading.ts'

const { MNQ } = contracts

/** The rules and the guards of the data by themselves: what it takes them to judge an account after an event, without taking it in. */
export class RulesAlone {
  readonly #trading: Trading
  readonly #books = new Map<AccountId, Book>()
  #quote: Quote | null = null
  #turn = 0

  constructor(accounts: number) {
    this.#trading = new Trading(accounts, [MNQ])
    for (const accountId of this.#trading.accounts) {
      this.#books.set(accountId, emptyBook(accountId))
      this.#apply(this.#trading.opening(accountId, [MNQ]))
    }
  }

  /** @returns milliseconds of judging one account after the other, each after another quote */
  quotes(events: number): readonly number[] {
    return Array.from({ length: events }, () => {
      this.#takeQuote()
      return this.#judge(this.#nextAccount(), NOTHING_NEW)
    })
  }

  /** @returns milliseconds of judging one account after the other, after each event of a fill, by the kind of the event */
  fills(fills: number): ReadonlyMap<FillEvent['kind'], readonly number[]> {
    const order: number[] = []
    const trade: number[] = []
    const position: number[] = []
    const took = { 'order-changed': order, 'trade-reported': trade, 'position-changed': position } as const
    for (let fill = 0; fill < fills; fill += 1) {
      this.#trading.pass(FILLS_APART_MS / this.#trading.accounts.length)
      this.#takeQuote()
      const accountId = this.#nextAccount()
      for (const event of this.#trading.fill(accountId))
        took[event.kind].push(this.#judge(accountId, this.#apply(event)))
    }
    return new Map([
      ['order-changed', order],
      ['trade-reported', trade],
      ['position-changed', position],
    ])
  }

  get #now(): Instant {
    return later(START, Math.floor(this.#trading.elapsedMs))
  }

  #nextAccount(): AccountId {
    const { accounts } = this.#trading
    this.#turn += 1
    return accounts[this.#turn % accounts.length] ?? TEST_ACCOUNT
  }

  #takeQuote(): void {
    const { change } = this.#trading.quote('wild')
    const { quote } = mergeQuote(this.#quote, change, MNQ, this.#now)
    this.#quote = quote === null ? null : settleExtremes(quote, this.#now)
  }

  #apply(event: AccountEvent): BookStep {
    const { accountId } = event
    const step = applyEvent(this.#books.get(accountId) ?? emptyBook(accountId), event, {
      now: this.#now,
      calendar: CALENDAR,
      contract: contractOf,
      stopCriteria: policyOf(accountId).stopCriteria,
      ownOrders: new Set(),
    })
    this.#books.set(accountId, step.book)
    return step
  }

  #judge(accountId: AccountId, step: Pick<BookStep, 'newTrades' | 'enlarged'>): number {
    const policy = policyOf(accountId)
    const view = this.#viewOf(accountId, step)
    const context = { ...policy, now: this.#now, contract: contractOf, lockouts: [], tickValueDoubt: () => null }
    const before = performance.now()
    evaluateGuards(policy.guards, view, context)
    evaluateRules(policy.rules, view, context)
    nextCheck(policy.rules, view, context)
    nextGuardCheck(policy.guards, view, this.#now)
    return performance.now() - before
  }

  #viewOf(accountId: AccountId, step: Pick<BookStep, 'newTrades' | 'enlarged'>): AccountView {
    return viewOf(this.#books.get(accountId) ?? emptyBook(accountId), step, {
      now: this.#now,
      calendar: CALENDAR,
      contract: contractOf,
      quote: () => this.#quote,
      isMarketOpen: () => true,
      staleAfterMs: policyOf(accountId).guards.staleAfterMs,
      holding: () => null,
      connection: CONNECTED,
      demands: { allowed: () => ANY_SIZE, ordersCancelled: new Set() },
    })
  }
}

const NOTHING_NEW = { newTrades: new Set<never>(), enlarged: null }
const ANY_SIZE = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }

function contractOf(contractId: ContractId): ContractSpec | null {
  return contractId === MNQ.id ? MNQ : null
}
