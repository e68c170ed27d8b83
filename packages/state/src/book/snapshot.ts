import {
  type Account,
  type ContractId,
  type DayTrade,
  formatUsd,
  type Instant,
  instant,
  isTerminal,
  latest,
  type Order,
  type Position,
  type Snapshot,
  type Trade,
  type TradeId,
} from '@rm/domain'
import { sameAccount } from './account.ts'
import { admissionRead } from './admission.ts'
import type { Book } from './book.ts'
import { type BookContext, type BookStep, stepTo } from './book-step.ts'
import { isLaterLife } from './cycles.ts'
import { contractBook, withContract, withProtectionMeasured } from './contract-books.ts'
import { compareVersions, isWorking, type ObservedOrder, observedOrder, replaceOrder, sameOrder } from './orders.ts'
import { type ContractBook, movedBySnapshot } from './positions.ts'
import { recencyOf, REST_LAG_TOLERANCE_MS } from './rest-lag.ts'
import { samePosition } from './same-position.ts'
import { withFillsOfTrades, withTradeReported } from './trade-report.ts'
import { ledgerOfDay, NO_PNL } from './trades.ts'

/**
 * The book after REST was read. The snapshot wins over everything but what the stream said after it was asked for; what the stream said
 * shortly before and contradicts it stays as well, because REST lags, but is disputed. Trades are united by id.
 */
export function applySnapshot(book: Book, snapshot: Snapshot, context: BookContext): BookStep {
  const reading = new Reading(book, snapshot, context)
  reading.readTrades()
  reading.readOrders()
  reading.readPositions()
  reading.settleOwed()
  reading.readAccount()
  reading.measureProtection()
  return reading.step()
}

/** One snapshot on its way into the book. Lives inside {@link applySnapshot} only. */
class Reading {
  readonly #before: Book
  readonly #snapshot: Snapshot
  readonly #context: BookContext
  #book: Book
  #disputed = false
  #missedByStream = false
  readonly #drift: string[] = []
  readonly #trades: DayTrade[] = []
  readonly #newTrades = new Set<TradeId>()
  readonly #enlarged: ContractId[] = []
  readonly #ordersChangedAt = new Map<ContractId, Instant>()

  constructor(before: Book, snapshot: Snapshot, context: BookContext) {
    this.#before = before
    this.#snapshot = snapshot
    this.#context = context
    this.#book = { ...before, snapshotMs: Math.max(before.snapshotMs ?? 0, snapshot.requestedMs) }
  }

  readTrades(): void {
    const missed: Trade[] = []
    // The gateway lists the newest first; a position's history is told in order.
    for (const trade of (this.#snapshot.trades ?? []).toSorted((a, b) => a.at - b.at || a.id - b.id)) {
      const report = withTradeReported(this.#book, trade, this.#context)
      if (report.changed === null) continue
      this.#book = report.book
      this.#trades.push(report.changed)
      if (report.isNew) this.#newTrades.add(trade.id)
      // The stream may still be about to tell of the latest ones.
      if (report.isNew && this.#context.now - trade.at > REST_LAG_TOLERANCE_MS) missed.push(trade)
    }
    if (missed.length > 0) this.#noteMissed(describeMissed(missed, this.#before, this.#book, this.#context))
  }

  readOrders(): void {
    const listed = new Set<number>()
    for (const order of this.#snapshot.orders) {
      listed.add(order.id)
      this.#readOrder(order)
    }
    // What ended while nobody listened. What works is in the other list.
    for (const order of this.#snapshot.history ?? []) {
      if (!isTerminal(order)) continue
      listed.add(order.id)
      this.#readOrder(order)
    }
    for (const order of this.#book.orders.working) if (!listed.has(order.id)) this.#missOrder(order)
  }

  readPositions(): void {
    const open = new Map(this.#snapshot.positions.map((position) => [position.contractId, position]))
    for (const position of open.values()) this.#readPosition(contractBook(this.#book, position.contractId), position)
    for (const [contractId, contract] of this.#book.contracts) {
      if (!open.has(contractId)) this.#readPosition(contract, this.#flat(contractId, contract))
    }
  }

  /** What the stream has told by halves before the reading was asked for is known now. */
  settleOwed(): void {
    const { requestedMs, trades } = this.#snapshot
    for (const [contractId, contract] of this.#book.contracts) {
      const { positionMs, tradesMs } = contract.owed
      const isPositionRead =
        positionMs !== null && positionMs < requestedMs && (contract.observedMs ?? 0) >= requestedMs
      const areTradesRead = trades !== null && tradesMs !== null && tradesMs < requestedMs
      if (!isPositionRead && !areTradesRead) continue
      const owed = { positionMs: isPositionRead ? null : positionMs, tradesMs: areTradesRead ? null : tradesMs }
      this.#book = withContract(this.#book, contractId, { ...contract, owed })
    }
  }

  readAccount(): void {
    const { account, requestedMs } = this.#snapshot
    if (account === null || account === 'unlisted') return
    const { account: known, accountObservedMs, accountStreamMs, admission } = this.#book
    if (known?.canTrade === account.canTrade) {
      this.#book = { ...this.#book, admission: admissionRead(admission, requestedMs) }
    }
    if (known === null || sameAccount(known, account)) return this.#believeAccount(account)
    switch (recencyOf(accountObservedMs, accountStreamMs, requestedMs)) {
      case 'newer':
        return
      case 'recent':
        this.#disputed = true
        return
      case 'older':
        this.#noteDrift(`the account was ${describeAccount(known)}, the gateway says ${describeAccount(account)}`)
        return this.#believeAccount(account)
    }
  }

  /** Brings the meters up to what was read, and decides about the gap that the snapshot ends (RULE-008). */
  measureProtection(): void {
    const { gapFrom } = this.#book
    this.#book = { ...this.#book, gapFrom: null }
    for (const [contractId, { cycle }] of this.#book.contracts) {
      if (cycle === null) continue
      const inGap = gapFrom !== null && cycle.openedAt <= gapFrom
      const causedAt = inGap ? gapFrom : (this.#ordersChangedAt.get(contractId) ?? this.#context.now)
      this.#book = withProtectionMeasured(this.#book, this.#before, contractId, causedAt, this.#context)
    }
  }

  step(): BookStep {
    const [first, ...others] = this.#enlarged
    return {
      ...stepTo(this.#before, this.#book),
      trades: this.#trades,
      newTrades: this.#newTrades,
      enlarged: first !== undefined && others.length === 0 ? first : null,
      drift: this.#drift,
      missedByStream: this.#missedByStream,
      disputed: this.#disputed,
    }
  }

  #readOrder(order: Order): void {
    const known = observedOrder(this.#book.orders, order.id)
    if (known === undefined) {
      if (!isTerminal(order) && this.#context.now - order.updatedAt > REST_LAG_TOLERANCE_MS) {
        this.#noteMissed(`order ${order.id} (${order.side} ${order.size} ${order.contractId}) was not known`)
      }
      return this.#believeOrder(order, null)
    }
    const age = compareVersions(order, known.order)
    if (age > 0) return this.#believeOrder(order, known)
    const recency = recencyOf(known.observedMs, known.streamMs, this.#snapshot.requestedMs)
    if (age === 0 && (recency === 'older' || (!known.gone && sameOrder(order, known.order)))) {
      return this.#believeOrder(order, known)
    }
    // A newer stamp, or the end of the order, stands against any snapshot; but REST is only allowed to lag.
    if (recency === 'recent') this.#disputed = true
  }

  #missOrder(order: Order): void {
    if (!this.#snapshot.ordersComplete && order.status !== 'open') return
    const known = observedOrder(this.#book.orders, order.id)
    if (known === undefined || !isWorking(known)) return
    switch (recencyOf(known.observedMs, known.streamMs, this.#snapshot.requestedMs)) {
      case 'newer':
        return
      case 'recent':
        this.#disputed = true
        return
      case 'older':
        this.#noteMissed(`order ${order.id} was ${order.status}, the gateway does not list it`)
        this.#ordersChangedAt.set(order.contractId, this.#context.now)
        this.#book = {
          ...this.#book,
          orders: replaceOrder(this.#book.orders, { ...known, gone: true, observedMs: this.#snapshot.requestedMs }),
        }
    }
  }

  #believeOrder(order: Order, known: ObservedOrder | null): void {
    const { requestedMs } = this.#snapshot
    if (known === null || known.gone || !sameOrder(order, known.order)) {
      const noted = this.#ordersChangedAt.get(order.contractId)
      this.#ordersChangedAt.set(
        order.contractId,
        noted === undefined ? order.updatedAt : latest(noted, order.updatedAt),
      )
    }
    const orders = replaceOrder(this.#book.orders, {
      order,
      observedMs: Math.max(known?.observedMs ?? 0, requestedMs),
      streamMs: known?.streamMs ?? null,
      gone: false,
    })
    this.#book = withFillsOfTrades({ ...this.#book, orders }, order.id)
  }

  #readPosition(known: ContractBook, position: Position): void {
    const { requestedMs } = this.#snapshot
    const recency = recencyOf(known.observedMs, known.streamMs, requestedMs)
    if (recency === 'newer') return
    const agrees = known.position !== null && samePosition(known.position, position)
    const isRepeat = known.repeatedMs !== null
    const order = orderOfLives(known, position)
    // REST can lag behind what the stream has told, but not with a life of the position that the stream has not told of.
    const mayLag = recency === 'recent' && order !== 'later'
    if (mayLag && !agrees) {
      this.#disputed = true
      // Of what may be old news the reading is the better witness, until one that cannot lag has confirmed it.
      if (!isRepeat || order === 'earlier') return
    }
    const untoldMs = agrees ? this.#awaitStream(known, position) : this.#noteMove(known, position)
    const { contract, enlarged } = movedBySnapshot(
      known,
      position,
      { requestedMs, mayLag, untoldMs },
      this.#book.trades,
      this.#context.now,
    )
    if (enlarged) this.#enlarged.push(position.contractId)
    this.#book = withContract(this.#book, position.contractId, contract)
  }

  /** Notes that the position differs from what was known. Returns since when the stream is awaited to tell of it, if it may be about to. */
  #noteMove(known: ContractBook, position: Position): number | null {
    if (known.position === null && position.signedSize === 0) return null
    const { contractId } = position
    const sentence = `the position in ${contractId} was ${describePosition(known.position)}, the gateway says ${describePosition(position)}`
    const isTold = known.repeatedMs !== null || known.outweighedMs !== null
    if (isTold || this.#hasJustTraded(contractId)) this.#noteDrift(sentence)
    else this.#noteMissed(sentence)
    return !isTold && this.#hasJustTraded(contractId) ? this.#snapshot.requestedMs : null
  }

  /** What an earlier reading showed has to be told by the stream in time. */
  #awaitStream({ untoldMs }: ContractBook, position: Position): number | null {
    if (untoldMs === null || this.#snapshot.requestedMs - untoldMs <= REST_LAG_TOLERANCE_MS) return untoldMs
    this.#noteMissed(`the stream did not tell of the position in ${position.contractId}, ${describePosition(position)}`)
    return null
  }

  #hasJustTraded(contractId: ContractId): boolean {
    const { calendar, now } = this.#context
    const last = ledgerOfDay(this.#book.trades, calendar.dayOf(now))?.counted.findLast(
      ({ trade }) => trade.contractId === contractId,
    )
    return last !== undefined && now - last.trade.at <= REST_LAG_TOLERANCE_MS
  }

  #flat(contractId: ContractId, { position }: ContractBook): Position {
    if (position !== null) return { ...position, signedSize: 0 }
    // No life of the position is known, so its next one must not be taken for an earlier one.
    return { accountId: this.#book.accountId, contractId, signedSize: 0, averagePrice: 0, openedAt: instant(0) }
  }

  #believeAccount(account: Account): void {
    this.#book = {
      ...this.#book,
      account,
      admission: admissionRead(this.#book.admission, this.#snapshot.requestedMs),
      accountObservedMs: Math.max(this.#book.accountObservedMs ?? 0, this.#snapshot.requestedMs),
    }
  }

  /** Drift of something that the stream speaks of. */
  #noteMissed(sentence: string): void {
    this.#noteDrift(sentence)
    this.#missedByStream = this.#before.snapshotMs !== null
  }

  /** Before the first snapshot nothing was known that could have drifted. */
  #noteDrift(sentence: string): void {
    if (this.#before.snapshotMs !== null) this.#drift.push(sentence)
  }
}

/** Whether a reading speaks of an earlier or a later life of the position than was last heard of; a flat one speaks of none. */
function orderOfLives({ position: known }: ContractBook, position: Position): 'earlier' | 'same' | 'later' {
  if (known === null || position.signedSize === 0) return 'same'
  if (isLaterLife(position.openedAt, known.openedAt)) return 'later'
  return isLaterLife(known.openedAt, position.openedAt) ? 'earlier' : 'same'
}

function describePosition(position: Position | null): string {
  if (position === null || position.signedSize === 0) return 'flat'
  return `${position.signedSize} at ${position.averagePrice}`
}

function describeAccount(account: Account): string {
  const balance = account.balance === null ? 'without balance' : `at ${formatUsd(account.balance)}`
  return `${account.name} ${balance}, ${account.canTrade ? 'can trade' : 'cannot trade'}`
}

function describeMissed(missed: readonly Trade[], before: Book, after: Book, { calendar, now }: BookContext): string {
  const day = calendar.dayOf(now)
  const was = formatUsd(ledgerOfDay(before.trades, day)?.realized.net ?? NO_PNL.net)
  const is = formatUsd(ledgerOfDay(after.trades, day)?.realized.net ?? NO_PNL.net)
  const ids = missed.map(({ id }) => id).join(', ')
  return `missing trades: ${ids}; realized net of ${day.label} was ${was}, is ${is}`
}
