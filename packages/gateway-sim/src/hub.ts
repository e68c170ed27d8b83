import type { Socket } from 'node:net'
import { hubPaths, isTerminalStatus, logoutCallback, wireStampText, type HubName } from '@rm/sdk-bridge/wire'
import type { WebSocket } from 'ws'
import { SeededDice } from './exchange/seeded-dice.ts'
import type { FaultPlan, ImmediateHubFault, StandingHubFault } from './fault-plan.ts'
import type { FaultScope, HubFault } from './fault-vocabulary.ts'
import { callbackOf, eventRecord, injectedRecord } from './hub-encoding.ts'
import { hubMethod, invocationErrors, subscriptionKey, type HubMethod, type SubscriptionKey } from './hub-methods.ts'
import { HubConnection, type HandshakeAnswer } from './hub-protocol.ts'
import type { KnobBoard } from './knobs.ts'
import { machineMs } from './machine-clock.ts'
import type { BoundedLog, LoggedEvent } from './request-log.ts'
import type { ExchangeEvent, ExchangePort, SimClock } from './seam.ts'
import { owns, type Session, type Sessions } from './sessions.ts'
import { unreachable } from './unreachable.ts'

/** How often a burst hands out what has become due. */
const BURST_PASS_MS = 5

interface HubClient {
  readonly connection: HubConnection
  readonly session: Session
  /** How often each key is subscribed to. */
  readonly subscriptions: Map<string, number>
  /** What ends the quotes that run for this client, by key. */
  readonly watches: Map<string, () => void>
  readonly connectedAt: number
}

/** A connection as the control plane shows it. */
export interface HubClientState {
  readonly hub: HubName
  readonly connectionId: string
  readonly userName: string
  readonly sessionId: string
  readonly connectedAt: number
  readonly isOpen: boolean
  readonly ailment: string | null
  readonly subscriptions: readonly string[]
}

export interface HubParts {
  readonly clock: SimClock
  readonly exchange: ExchangePort
  readonly sessions: Sessions
  readonly knobs: KnobBoard
  readonly events: BoundedLog<LoggedEvent>
  readonly seed: number
}

/** One hub: its connections, what each has subscribed to, and the way of an event to them. */
export class Hub {
  readonly name: HubName
  readonly #parts: HubParts
  readonly #faults: () => FaultPlan
  readonly #dice: SeededDice
  readonly #clients = new Map<HubConnection, HubClient>()
  readonly #subscribers = new Map<string, Set<HubClient>>()
  /** Events that wait for their window to end, to leave it in another order. */
  #shuffle: ExchangeEvent[] = []
  #refusals = 0

  constructor(name: HubName, parts: HubParts, faults: () => FaultPlan) {
    this.name = name
    this.#parts = parts
    this.#faults = faults
    this.#dice = new SeededDice(parts.seed, `hub ${name}`)
  }

  /** Whether new connections are refused. */
  get isDown(): boolean {
    return this.#refusals > 0
  }

  get path(): string {
    return hubPaths[this.name]
  }

  /** Takes over an upgraded socket. */
  connect(connectionId: string, socket: WebSocket, tcp: Socket, session: Session): void {
    const { clock, knobs } = this.#parts
    const connection = new HubConnection(connectionId, socket, tcp, knobs, this, () => this.#handshakeAnswer(session))
    this.#clients.set(connection, {
      connection,
      session,
      subscriptions: new Map(),
      watches: new Map(),
      connectedAt: clock.now(),
    })
    if (knobs.now.cutSocketsAtExpiry) clock.after(session.expiresAt - clock.now(), () => connection.reset())
  }

  /** Publishes what came from the exchange to whoever has subscribed to it. */
  publish(event: ExchangeEvent): void {
    if (!this.#faults().hasStreamFaults) {
      this.#deliver(event)
      return
    }
    const kind = event.kind
    const accountId = event.kind === 'quote' ? null : event.accountId
    const faults = this.#faults().forStream(this.name, ['drop', 'delay', 'reorder', 'dup'], {
      kind,
      accountId,
      userName: null,
    })
    const copies = faults.some(({ verb }) => verb === 'dup') ? [event, event] : [event]
    const isLost = faults.some(({ verb }) => verb === 'drop')
    if (isLost) return
    const late = faults.find((fault) => fault.verb === 'delay')
    const shuffled = faults.find((fault) => fault.verb === 'reorder')
    if (late !== undefined) this.#parts.clock.after(late.ms, () => this.#deliverAll(copies))
    else if (shuffled !== undefined) this.#holdForShuffle(copies, shuffled.windowMs)
    else this.#deliverAll(copies)
  }

  /**
   * Sends a callback of the caller's own making to every open connection, of one user if named.
   *
   * @returns how many connections it went to, and when (machine time in milliseconds, the scale of the request log)
   */
  inject(
    target: string,
    args: readonly unknown[],
    userName?: string,
  ): { readonly receivers: number; readonly sentAtMs: number } {
    const record = injectedRecord(target, args)
    const sentAtMs = machineMs()
    const receivers = this.#clientsOf(userName).filter(({ connection }) => connection.publish(record)).length
    this.#log(target, null, null, sentAtMs, receivers)
    return { receivers, sentAtMs }
  }

  /** Tells these sessions that they are over. */
  logOut(isOver: (session: Session) => boolean, text?: string): void {
    const record = injectedRecord(logoutCallback, text === undefined ? [] : [text])
    for (const { connection, session } of this.#clients.values()) if (isOver(session)) connection.publish(record)
  }

  /** Carries out what a test wants to happen now; the result ends what lasts. */
  act(fault: ImmediateHubFault, scope: FaultScope): (() => void) | undefined {
    const clients = this.#clientsOf(scope.userName)
    switch (fault.verb) {
      case 'rst':
        for (const { connection } of clients) connection.reset()
        return undefined
      case 'blackhole':
      case 'half':
      case 'mute':
        for (const { connection } of clients) connection.fallIll(fault.verb)
        return undefined
      case 'close':
      case 'close+':
        for (const { connection } of clients) connection.close(fault.error, fault.verb === 'close+')
        return undefined
      case 'down':
        this.#refusals += 1
        for (const { connection } of clients) connection.reset()
        return () => {
          this.#refusals -= 1
        }
      case 'up':
        return undefined
      case 'flap':
        return this.#flap(fault.everyMs, fault.forMs, scope.userName)
      case 'burst':
        return this.#burst(fault, scope.accountId)
      case 'logout': {
        const sessions = new Set(clients.map(({ session }) => session))
        this.logOut((session) => sessions.has(session), fault.text)
        if (fault.revoke) for (const session of sessions) this.#parts.sessions.end(session)
        return undefined
      }
      case 'malformed':
        for (const { connection } of clients) connection.sendRaw(malformedRecord(this.name, fault.form))
        return undefined
      default:
        return unreachable(fault)
    }
  }

  clients(): readonly HubClientState[] {
    return [...this.#clients.values()].map(({ connection, session, subscriptions, connectedAt }) => ({
      hub: this.name,
      connectionId: connection.id,
      userName: session.user.userName,
      sessionId: session.id,
      connectedAt,
      isOpen: connection.isOpen,
      ailment: connection.ailment ?? null,
      subscriptions: [...subscriptions.keys()],
    }))
  }

  /** Cuts every connection, for the end of the simulator. */
  stop(): void {
    for (const connection of this.#clients.keys()) connection.reset()
  }

  invoked(connection: HubConnection, name: string, args: readonly unknown[], invocationId: string | undefined): void {
    const client = this.#clients.get(connection)
    if (client === undefined) return
    const complete = (error?: string): void => {
      if (invocationId !== undefined) connection.complete(invocationId, error)
    }
    const fault = this.#invocationFault(client, name, args)
    if (fault?.verb === 'hang-invoke') return
    if (fault?.verb === 'reject-invoke') return complete(fault.error ?? invocationErrors.exception(name))
    const method = hubMethod(this.name, name)
    if (method === undefined) return complete(invocationErrors.unknownMethod(name))
    const key = subscriptionKey(method, args)
    if (key === undefined) return complete(invocationErrors.wrongArguments(name))
    if (!this.#mayRead(client, key)) return complete(invocationErrors.exception(name))
    if (method.verb === 'subscribe') this.#subscribe(client, method, key)
    else this.#unsubscribe(client, topicKey(method.topic, key))
    complete()
    if (method.verb === 'subscribe' && this.#parts.knobs.now.snapshotOnSubscribe)
      this.#sendSnapshot(client, method, key)
  }

  closed(connection: HubConnection): void {
    const client = this.#clients.get(connection)
    if (client === undefined) return
    this.#clients.delete(connection)
    for (const topic of client.subscriptions.keys()) this.#unsubscribe(client, topic)
  }

  #deliverAll(events: readonly ExchangeEvent[]): void {
    for (const event of events) this.#deliver(event)
  }

  #deliver(event: ExchangeEvent): void {
    const subscribers = this.#subscribers.get(eventKey(event))
    if (subscribers === undefined || subscribers.size === 0) return
    const record = eventRecord(event, this.#parts.knobs.now)
    const sentAtMs = machineMs()
    let receivers = 0
    for (const client of subscribers) {
      if (event.kind === 'account' && !owns(client.session.user, event.accountId)) continue
      receivers += this.#send(client, eventKey(event), record)
    }
    const accountId = event.kind === 'quote' ? null : event.accountId
    this.#log(callbackOf(event), accountId, event.kind === 'account' ? null : contractOf(event), sentAtMs, receivers)
  }

  #send(client: HubClient, key: string, record: string): number {
    const subscribed = client.subscriptions.get(key) ?? 0
    const copies = this.#parts.knobs.now.duplicateSubscriptions ? subscribed : Math.min(1, subscribed)
    let sent = 0
    for (let copy = 0; copy < copies; copy += 1) if (client.connection.publish(record)) sent = 1
    return sent
  }

  #log(target: string, accountId: number | null, contractId: string | null, sentAtMs: number, receivers: number): void {
    const at = this.#parts.clock.now()
    this.#parts.events.add((sequence) => ({
      sequence,
      at,
      sentAtMs,
      hub: this.name,
      target,
      accountId,
      contractId,
      receivers,
    }))
  }

  #holdForShuffle(events: readonly ExchangeEvent[], windowMs: number): void {
    if (this.#shuffle.length === 0) {
      this.#parts.clock.after(windowMs, () => {
        const held = this.#shuffle
        this.#shuffle = []
        const shuffled = this.#dice.shuffled(held)
        const isUnchanged = shuffled.every((event, index) => event === held[index])
        this.#deliverAll(isUnchanged ? shuffled.toReversed() : shuffled)
      })
    }
    this.#shuffle.push(...events)
  }

  #subscribe(client: HubClient, method: HubMethod, key: SubscriptionKey): void {
    const topic = topicKey(method.topic, key)
    client.subscriptions.set(topic, (client.subscriptions.get(topic) ?? 0) + 1)
    const subscribers = this.#subscribers.get(topic) ?? new Set()
    this.#subscribers.set(topic, subscribers.add(client))
    if (method.hub === 'market' && method.topic === 'quotes' && key.kind === 'contract' && !client.watches.has(topic)) {
      client.watches.set(topic, this.#parts.exchange.watchQuotes(key.contractId))
    }
  }

  #unsubscribe(client: HubClient, topic: string): void {
    client.subscriptions.delete(topic)
    this.#subscribers.get(topic)?.delete(client)
    client.watches.get(topic)?.()
    client.watches.delete(topic)
  }

  #mayRead(client: HubClient, key: SubscriptionKey): boolean {
    if (key.kind !== 'account') return true
    const isThere = this.#parts.exchange.accounts().some(({ id }) => id === key.accountId)
    return isThere && owns(client.session.user, key.accountId)
  }

  /** What is open now, to the one that has just subscribed. */
  #sendSnapshot(client: HubClient, method: HubMethod, key: SubscriptionKey): void {
    const { exchange, knobs } = this.#parts
    const events: ExchangeEvent[] = []
    if (key.kind === 'all') {
      const own = exchange.accounts().filter(({ id }) => owns(client.session.user, id))
      for (const data of own) events.push({ kind: 'account', accountId: data.id, action: 1, data })
    } else if (key.kind === 'account' && method.topic === 'orders') {
      const working = exchange.orders(key.accountId).filter(({ status }) => !isTerminalStatus(status))
      for (const data of working) events.push({ kind: 'order', accountId: key.accountId, action: 1, data })
    } else if (key.kind === 'account' && method.topic === 'positions') {
      for (const data of exchange.positions(key.accountId)) {
        events.push({ kind: 'position', accountId: key.accountId, action: 1, data })
      }
    }
    for (const event of events) client.connection.publish(eventRecord(event, knobs.now))
  }

  #invocationFault(
    client: HubClient,
    method: string,
    args: readonly unknown[],
  ): Extract<StandingHubFault, { verb: 'reject-invoke' | 'hang-invoke' }> | undefined {
    const accountId = typeof args[0] === 'number' ? args[0] : null
    const item = { method, accountId, userName: client.session.user.userName }
    const faults = this.#faults().forStream(this.name, ['reject-invoke', 'hang-invoke'], item)
    return faults.find((fault) => fault.verb === 'reject-invoke' || fault.verb === 'hang-invoke')
  }

  #handshakeAnswer(session: Session): HandshakeAnswer {
    const item = { accountId: null, userName: session.user.userName }
    const fault = this.#faults()
      .forStream(this.name, ['handshake'], item)
      .find(({ verb }) => verb === 'handshake')
    if (fault?.verb !== 'handshake') return { kind: 'accept' }
    if (fault.reply === 'error') return { kind: 'error', error: fault.error }
    return { kind: fault.reply === 'rst' ? 'reset' : 'silence' }
  }

  #flap(everyMs: number, forMs: number | undefined, userName: string | undefined): () => void {
    const { clock } = this.#parts
    const end = forMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + forMs
    let cancel: (() => void) | undefined
    const cut = (): void => {
      for (const { connection } of this.#clientsOf(userName)) connection.reset()
      if (clock.now() + everyMs <= end) cancel = clock.after(everyMs, cut)
    }
    cut()
    return () => cancel?.()
  }

  /** Made-up events at a steady pace, each subscribed contract or account in its turn. */
  #burst({ perSecond, forMs }: Extract<HubFault, { verb: 'burst' }>, accountId: number | undefined): () => void {
    const { clock } = this.#parts
    const begunMs = clock.now()
    let made = 0
    let cancel: (() => void) | undefined
    const go = (): void => {
      const elapsedMs = Math.min(forMs, clock.now() - begunMs)
      const subjects = this.#burstSubjects(accountId)
      for (const due = Math.floor((elapsedMs * perSecond) / 1_000); made < due; made += 1) {
        const subject = subjects[made % subjects.length]
        if (subject !== undefined) this.publish(subject())
      }
      if (elapsedMs < forMs) cancel = clock.after(BURST_PASS_MS, go)
    }
    go()
    return () => cancel?.()
  }

  /** What a burst can make events of: each gives the next one. */
  #burstSubjects(only: number | undefined): readonly (() => ExchangeEvent)[] {
    const { clock, exchange } = this.#parts
    if (this.name === 'market') {
      const quoted = new Set([...this.#clients.values()].flatMap(({ watches }) => [...watches.keys()]))
      return [...quoted].map((topic) => {
        const contractId = topic.slice(topic.indexOf(' ') + 1)
        return () => burstQuote(contractId, exchange.bestPrices(contractId), this.#dice.integer(-2, 2), clock.now())
      })
    }
    const accounts = exchange.accounts().filter(({ id }) => only === undefined || id === only)
    return accounts.flatMap((account) => [
      () => ({ kind: 'account', accountId: account.id, action: 1, data: account }) as const,
      ...exchange
        .orders(account.id)
        .slice(-1)
        .map((data) => () => ({ kind: 'order', accountId: account.id, action: 1, data }) as const),
    ])
  }

  #clientsOf(userName: string | undefined): readonly HubClient[] {
    const clients = [...this.#clients.values()]
    return userName === undefined ? clients : clients.filter(({ session }) => session.user.userName === userName)
  }
}

function burstQuote(
  contractId: string,
  { bid, ask, tickSize }: ReturnType<ExchangePort['bestPrices']>,
  ticks: number,
  nowMs: number,
): ExchangeEvent {
  // Through whole ticks, so that no product of floats leaves the grid of prices.
  const moved = (price: number): number => (Math.round(price / tickSize) + ticks) * tickSize
  const stamp = wireStampText(nowMs)
  const data = { symbol: contractId, contract: contractId, lastUpdated: stamp, timestamp: stamp }
  return {
    kind: 'quote',
    contractId,
    data: { ...data, bestBid: moved(bid), bestAsk: moved(ask), lastPrice: moved(bid) },
  }
}

function topicKey(topic: string, key: SubscriptionKey): string {
  switch (key.kind) {
    case 'all':
      return topic
    case 'account':
      return `${topic} ${key.accountId}`
    case 'contract':
      return `${topic} ${key.contractId}`
    default:
      return unreachable(key)
  }
}

function eventKey(event: ExchangeEvent): string {
  switch (event.kind) {
    case 'account':
      return 'accounts'
    case 'order':
      return `orders ${event.accountId}`
    case 'position':
      return `positions ${event.accountId}`
    case 'trade':
      return `trades ${event.accountId}`
    case 'quote':
      return `quotes ${event.contractId}`
    default:
      return unreachable(event)
  }
}

function contractOf(event: Exclude<ExchangeEvent, { kind: 'account' }>): string {
  return event.kind === 'quote' ? event.contractId : event.data.contractId
}

function malformedRecord(hub: HubName, form: 'json' | 'unterminated' | 'entity'): string {
  switch (form) {
    case 'json':
      return '{"type":1,"target":\u001E'
    case 'unterminated':
      return '{"type":6}'
    case 'entity':
      return hub === 'user'
        ? injectedRecord('GatewayUserOrder', [{ action: 1, data: { orderId: 'renamed', state: 'Working' } }])
        : injectedRecord('GatewayQuote', ['CON.F.US.MNQ.Z26', { bid: 'renamed' }])
    default:
      return unreachable(form)
  }
}
