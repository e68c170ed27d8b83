import {
  AccountId,
  type Command,
  type CommandOutcome,
  type ContractId,
  type ContractSpec,
  type DomainEvent,
  type Instant,
  type Order,
  OrderId,
  type Snapshot,
  type Stream,
  toPrice,
  unreachable,
} from '@rm/domain'
import { isTerminalStatus, type PlaceOrderRequest } from '@rm/sdk-bridge/wire'
import type { Exchange } from '../exchange/exchange.ts'
import type { ExchangeEvent } from '../seam.ts'
import type { VirtualTime } from './virtual-time.ts'
import { accountOf, contractOf, orderOf, outcomeOf, positionOf, quoteOf, tradeOf } from './wire-to-domain.ts'

/** What becomes of one request. */
export type CommandFate =
  | { readonly kind: 'served' }
  /** The exchange acts, the answer never arrives. */
  | { readonly kind: 'reply-lost' }
  /** The request never arrives; nobody knows. */
  | { readonly kind: 'request-lost' }
  /** The request certainly never left. */
  | { readonly kind: 'not-sent' }
  /** The answer is yes, and nothing is done (reliability G-14). */
  | { readonly kind: 'no-effect' }
  /** The exchange acts after so long; an answer that would come after the deadline is none (reliability G-11, G-17). */
  | { readonly kind: 'slow'; readonly requestMs: number; readonly replyMs: number }
  /** A placement is accepted, and the exchange rejects the order a moment later (reliability E-16). */
  | { readonly kind: 'rejected-later' }
  | { readonly kind: 'refused'; readonly outcome: Extract<CommandOutcome, { kind: 'refused' }> }

/** What becomes of one event on its way to the program. */
export type EventFate =
  /** How many ms later than usual its copies arrive: 0 keeps its place in the stream, more is overtaken by others. None: it is lost. */
  | { readonly kind: 'arrives'; readonly lateMs: readonly number[] }
  /** What arrives cannot be read. */
  | { readonly kind: 'garbled'; readonly reason: string }

const ON_TIME: EventFate = { kind: 'arrives', lateMs: [0] }

export interface SentCommand {
  readonly atMs: number
  readonly command: Command
  /** Whether it can still reach the exchange. */
  isOnItsWay: boolean
  /** Monotonic time of the answer, `null` before it. */
  answeredMs: number | null
  outcome: CommandOutcome | null
}

/** Milliseconds on the way. */
export interface Delays {
  requestMs: number
  replyMs: number
  streamMs: number
  /** Deadline of a request whose answer does not come. */
  deadlineMs: number
}

/** The engine's port `Gateway`, by structure: the simulator imports nothing of the engine. */
export interface VirtualGatewayPort {
  send(command: Command): Promise<CommandOutcome>
  readExposure(accountId: AccountId, ordersSince: Instant | null): Promise<Snapshot>
  readAccount(accountId: AccountId, tradesSince: Instant, ordersSince: Instant | null): Promise<Snapshot>
  contract(contractId: ContractId): Promise<ContractSpec | null>
  watchQuotes(contractIds: ReadonlySet<ContractId>): void
  recycle(stream: Stream): void
  resubscribeQuotes(contractId: ContractId): void
}

/** One program's connection; a program that died hears nothing more. */
interface Connection {
  readonly sink: (event: DomainEvent) => void
  isAlive: boolean
}

/**
 * The simulated exchange behind the engine's gateway port, over a network of virtual time. Every request takes its time to the exchange
 * and back; streams keep their order; what goes wrong is for the test to say.
 */
export class VirtualGateway {
  readonly delays: Delays = { requestMs: 20, replyMs: 20, streamMs: 5, deadlineMs: 3_000 }
  commandFate: (command: Command, nth: number) => CommandFate = () => ({ kind: 'served' })
  /** How long a full reading waits for its share of the rate budget before it leaves. */
  fullReadingWaitsMs = 0
  /** Why the nth reading fails, or `null`. */
  readingFault: (nth: number) => string | null = () => null
  /** Whether a reading leaves out what is not status `open`, as gateways without the order query do. */
  isOrderQueryMissing = false
  isDropped: (event: ExchangeEvent) => boolean = () => false
  eventFate: (event: ExchangeEvent) => EventFate = () => ON_TIME
  /** What a stream does that the program gave up: its new connection has its subscriptions again. */
  reconnect: (stream: Stream) => void = (stream) => {
    this.isDropped = () => false
    this.restore(stream)
  }
  /** Contracts whose record the gateway does not give away. */
  readonly withheldContracts = new Set<ContractId>()
  /** Contracts whose quotes were asked for anew. */
  readonly resubscribed: ContractId[] = []
  /** Accounts that the gateway's list lacks. */
  readonly unlisted = new Set<AccountId>()
  /** Dollars that left the account without a trade. */
  withdrawn = 0
  readonly sent: SentCommand[] = []
  readonly readings: { readonly atMs: number; readonly kind: 'exposure' | 'account' }[] = []
  /** Called at each request as it leaves. */
  onSend: (command: Command) => void = () => undefined
  readonly #time: VirtualTime
  readonly #exchange: Exchange
  readonly #isUp: Record<Stream, boolean> = { user: false, market: false }
  readonly #lastDueMs: Record<Stream, number> = { user: 0, market: 0 }
  /** Connections of each stream so far: what one had under way is lost with it. */
  readonly #connections: Record<Stream, number> = { user: 0, market: 0 }
  readonly #watched = new Map<ContractId, () => void>()
  readonly #specs = new Map<string, ContractSpec>()
  #connection: Connection | null = null
  #rejected = 0

  constructor(time: VirtualTime, exchange: Exchange) {
    this.#time = time
    this.#exchange = exchange
    exchange.subscribe((event) => this.#publish(event))
  }

  get watched(): ReadonlySet<ContractId> {
    return new Set(this.#watched.keys())
  }

  /** A new program connects; the one before is dead. */
  connect(sink: (event: DomainEvent) => void): VirtualGatewayPort {
    this.disconnect()
    const connection: Connection = { sink, isAlive: true }
    this.#connection = connection
    return {
      send: (command) => this.#send(command, connection),
      readExposure: (accountId, ordersSince) => this.#read(accountId, null, ordersSince, connection),
      readAccount: (accountId, since, ordersSince) => this.#read(accountId, since, ordersSince, connection),
      contract: (contractId) => this.#lookUp(contractId, connection),
      watchQuotes: (contractIds) => this.#watch(contractIds),
      recycle: (stream) => this.#recycle(stream),
      resubscribeQuotes: (contractId) => this.resubscribed.push(contractId),
    }
  }

  /** The program dies: what it sent is on its way, what comes back finds nobody. */
  disconnect(): void {
    if (this.#connection !== null) this.#connection.isAlive = false
    this.#connection = null
    this.#isUp.user = false
    this.#isUp.market = false
    this.#watch(new Set())
  }

  restore(stream: Stream): void {
    this.#isUp[stream] = true
    this.#tell({ kind: 'stream-restored', stream, receivedMs: this.#time.elapsedMs() })
  }

  isUp(stream: Stream): boolean {
    return this.#isUp[stream]
  }

  lose(stream: Stream): void {
    this.#isUp[stream] = false
    this.#connections[stream] += 1
    this.#tell({ kind: 'stream-lost', stream, reason: 'the socket closed', receivedMs: this.#time.elapsedMs() })
  }

  /** Streams that the program had connected anew. */
  readonly recycled: Stream[] = []

  /** An event that did not come from the exchange. */
  tell(event: DomainEvent): void {
    this.#tell(event)
  }

  /** A new connection has its subscriptions again. */
  #recycle(stream: Stream): void {
    this.recycled.push(stream)
    this.lose(stream)
    this.#time.after(this.delays.requestMs, () => this.reconnect(stream))
  }

  #send(command: Command, connection: Connection): Promise<CommandOutcome> {
    if (!connection.isAlive) return forever()
    this.onSend(command)
    if (!connection.isAlive) return forever()
    const fate = this.commandFate(command, this.sent.length)
    const sent: SentCommand = {
      atMs: this.#time.elapsedMs(),
      command,
      isOnItsWay: fate.kind === 'served' || fate.kind === 'reply-lost' || fate.kind === 'slow',
      answeredMs: null,
      outcome: null,
    }
    this.sent.push(sent)
    const { promise, resolve } = Promise.withResolvers<CommandOutcome>()
    const answer = (outcome: CommandOutcome, ms: number): void => {
      this.#time.after(ms, () => {
        sent.answeredMs = this.#time.elapsedMs()
        sent.outcome = outcome
        if (connection.isAlive) resolve(outcome)
      })
    }
    const arrive = (): CommandOutcome => {
      sent.isOnItsWay = false
      return this.#execute(command)
    }
    const { requestMs, replyMs, deadlineMs } = this.delays
    switch (fate.kind) {
      case 'served':
        this.#time.after(requestMs, () => answer(arrive(), replyMs))
        break
      case 'reply-lost':
        this.#time.after(requestMs, arrive)
        answer({ kind: 'unknown', cause: 'no answer within the deadline' }, deadlineMs)
        break
      case 'no-effect':
        answer({ kind: 'accepted' }, requestMs + replyMs)
        break
      case 'slow': {
        const isInTime = fate.requestMs + fate.replyMs < deadlineMs
        this.#time.after(fate.requestMs, () => {
          const outcome = arrive()
          if (isInTime) answer(outcome, fate.replyMs)
        })
        if (!isInTime) answer({ kind: 'unknown', cause: 'no answer within the deadline' }, deadlineMs)
        break
      }
      case 'request-lost':
        answer({ kind: 'unknown', cause: 'no answer within the deadline' }, deadlineMs)
        break
      case 'not-sent':
        answer({ kind: 'not-sent', cause: 'connection refused' }, 1)
        break
      case 'rejected-later':
        this.#time.after(requestMs, () => this.#tellRejected(command))
        answer({ kind: 'accepted' }, requestMs + replyMs)
        break
      case 'refused':
        answer(fate.outcome, requestMs + replyMs)
        break
      default:
        unreachable(fate)
    }
    return promise
  }

  /** The record of an order that never worked; the reason stays the gateway's secret (gateway contract 6.1). */
  #tellRejected(command: Command): void {
    if (command.kind !== 'place-order') throw new RangeError(`${command.kind} is no placement`)
    const { accountId, contractId, protection, side, contracts, price, tickSize, tag } = command
    this.#rejected += 1
    const at = this.#time.now()
    const pending: Order = {
      id: OrderId.parse(this.#rejected),
      accountId,
      contractId,
      type: protection === 'stop' ? 'stop' : 'limit',
      side,
      size: contracts,
      filled: 0,
      limitPrice: protection === 'stop' ? null : toPrice(price, tickSize),
      stopPrice: protection === 'stop' ? toPrice(price, tickSize) : null,
      status: 'pending',
      tag,
      parentId: null,
      createdAt: at,
      updatedAt: at,
    }
    const receivedMs = this.#time.elapsedMs()
    this.#tell({ kind: 'order-changed', accountId, order: pending, receivedMs })
    this.#tell({ kind: 'order-changed', accountId, order: { ...pending, status: 'rejected' }, receivedMs })
  }

  #execute(command: Command): CommandOutcome {
    const { accountId, contractId } = command
    switch (command.kind) {
      case 'close-position':
        return outcomeOf('close', this.#exchange.closeContract(accountId, contractId, 'daemon'))
      case 'reduce-position':
        return outcomeOf(
          'partialClose',
          this.#exchange.partialCloseContract(accountId, contractId, command.contracts, 'daemon'),
        )
      case 'cancel-order':
        return outcomeOf('cancel', this.#exchange.cancel(accountId, command.orderId, 'daemon'))
      case 'place-order': {
        const { side, contracts, protection, price, tickSize, tag } = command
        const request: PlaceOrderRequest = {
          accountId,
          contractId,
          type: protection === 'stop' ? 4 : 1,
          side: side === 'buy' ? 0 : 1,
          size: contracts,
          customTag: tag,
          ...(protection === 'stop'
            ? { stopPrice: toPrice(price, tickSize) }
            : { limitPrice: toPrice(price, tickSize) }),
        }
        return outcomeOf('place', this.#exchange.place(request, 'daemon'))
      }
      case 'modify-order': {
        const { orderId, contracts, protection, price, tickSize } = command
        const at = toPrice(price, tickSize)
        const terms = protection === 'stop' ? { stopPrice: at } : { limitPrice: at }
        return outcomeOf('modify', this.#exchange.modify({ accountId, orderId, size: contracts, ...terms }, 'daemon'))
      }
      default:
        return unreachable(command)
    }
  }

  #read(
    accountId: AccountId,
    tradesSince: Instant | null,
    ordersSince: Instant | null,
    connection: Connection,
  ): Promise<Snapshot> {
    if (!connection.isAlive) return forever()
    const { promise, resolve, reject } = Promise.withResolvers<Snapshot>()
    const leave = (): void => {
      const requestedMs = this.#time.elapsedMs()
      const nth = this.readings.length
      this.readings.push({ atMs: requestedMs, kind: tradesSince === null ? 'exposure' : 'account' })
      this.#time.after(this.delays.requestMs, () => {
        const fault = this.readingFault(nth)
        const snapshot = this.#snapshot(accountId, tradesSince, ordersSince, requestedMs)
        this.#time.after(this.delays.replyMs, () => {
          if (!connection.isAlive) return
          if (fault === null) resolve(snapshot)
          else reject(new Error(fault))
        })
      })
    }
    if (tradesSince !== null && this.fullReadingWaitsMs > 0) this.#time.after(this.fullReadingWaitsMs, leave)
    else leave()
    return promise
  }

  #snapshot(
    accountId: AccountId,
    tradesSince: Instant | null,
    ordersSince: Instant | null,
    requestedMs: number,
  ): Snapshot {
    const isListed = (status: number): boolean => (this.isOrderQueryMissing ? status === 1 : !isTerminalStatus(status))
    return {
      accountId,
      requestedMs,
      account: this.#listed(accountId, tradesSince),
      positions: this.#exchange.positions(accountId).map(positionOf),
      orders: this.#exchange
        .orders(accountId)
        .filter(({ status }) => isListed(status))
        .map(orderOf),
      ordersComplete: !this.isOrderQueryMissing,
      history:
        ordersSince === null
          ? null
          : this.#exchange
              .orders(accountId)
              .map(orderOf)
              .filter(({ createdAt }) => createdAt >= ordersSince),
      trades:
        tradesSince === null
          ? null
          : this.#exchange
              .trades(accountId)
              .map(tradeOf)
              .filter(({ at }) => at >= tradesSince)
              .toReversed(),
    }
  }

  #listed(accountId: AccountId, tradesSince: Instant | null): Snapshot['account'] {
    if (tradesSince === null) return null
    const account = this.#exchange.accounts().find(({ id }) => id === accountId)
    if (account === undefined || this.unlisted.has(accountId)) return 'unlisted'
    return accountOf({ ...account, balance: (account.balance ?? 0) - this.withdrawn })
  }

  #lookUp(contractId: ContractId, connection: Connection): Promise<ContractSpec | null> {
    const { promise, resolve } = Promise.withResolvers<ContractSpec | null>()
    this.#time.after(this.delays.requestMs + this.delays.replyMs, () => {
      const wire = this.#exchange.contract(contractId)
      const isWithheld = this.withheldContracts.has(contractId)
      if (connection.isAlive) resolve(wire === undefined || isWithheld ? null : contractOf(wire))
    })
    return promise
  }

  #watch(contractIds: ReadonlySet<ContractId>): void {
    for (const [contractId, end] of this.#watched) {
      if (contractIds.has(contractId)) continue
      end()
      this.#watched.delete(contractId)
    }
    for (const contractId of contractIds) {
      if (!this.#watched.has(contractId)) this.#watched.set(contractId, this.#exchange.watchQuotes(contractId))
    }
  }

  #publish(event: ExchangeEvent): void {
    if (this.isDropped(event)) return
    const stream: Stream = event.kind === 'quote' ? 'market' : 'user'
    if (event.kind === 'quote' && !this.#watched.has(event.contractId as ContractId)) return
    const fate = this.eventFate(event)
    if (fate.kind === 'garbled') {
      if (event.kind !== 'quote') this.#carry(stream, 0, () => this.#faulted(event.accountId, fate.reason))
      return
    }
    for (const lateMs of fate.lateMs) this.#carry(stream, lateMs, () => this.#received(event))
  }

  /** Brings one event to the program that is connected now, over the connection of the stream that stands now. */
  #carry(stream: Stream, lateMs: number, event: () => DomainEvent): void {
    const connection = this.#connection
    const nth = this.#connections[stream]
    const usualMs = this.#time.elapsedMs() + this.delays.streamMs
    const dueMs = lateMs > 0 ? usualMs + lateMs : Math.max(usualMs, this.#lastDueMs[stream])
    if (lateMs === 0) this.#lastDueMs[stream] = dueMs
    this.#time.after(dueMs - this.#time.elapsedMs(), () => {
      const arrives = connection?.isAlive === true && this.#isUp[stream] && this.#connections[stream] === nth
      if (arrives) connection.sink(event())
    })
  }

  #faulted(accountId: number, reason: string): DomainEvent {
    const receivedMs = this.#time.elapsedMs()
    return { kind: 'payload-faulted', accountId: AccountId.parse(accountId), reason, receivedMs }
  }

  #received(event: ExchangeEvent): DomainEvent {
    const receivedMs = this.#time.elapsedMs()
    switch (event.kind) {
      case 'account': {
        const account = accountOf(event.data)
        return { kind: 'account-changed', accountId: account.id, account, receivedMs }
      }
      case 'order': {
        const order = orderOf(event.data)
        return { kind: 'order-changed', accountId: order.accountId, order, receivedMs }
      }
      case 'position': {
        const position = positionOf(event.data)
        return { kind: 'position-changed', accountId: position.accountId, position, receivedMs }
      }
      case 'trade': {
        const trade = tradeOf(event.data)
        return { kind: 'trade-reported', accountId: trade.accountId, trade, receivedMs }
      }
      case 'quote': {
        return { kind: 'quote-changed', change: quoteOf(this.#specOf(event.contractId), event.data), receivedMs }
      }
      default:
        return unreachable(event)
    }
  }

  #specOf(contractId: string): ContractSpec {
    const known = this.#specs.get(contractId)
    if (known !== undefined) return known
    const wire = this.#exchange.contract(contractId)
    if (wire === undefined) throw new RangeError(`a quote of ${contractId}, which is not listed`)
    const spec = contractOf(wire)
    this.#specs.set(contractId, spec)
    return spec
  }

  #tell(event: DomainEvent): void {
    if (this.#connection?.isAlive === true) this.#connection.sink(event)
  }
}

function forever<Value>(): Promise<Value> {
  return Promise.withResolvers<Value>().promise
}
