import type { ContractId, ContractSpec, DomainEvent } from '@rm/domain'
import type { SampledLog } from '../bridge-log.ts'
import type { GatewayClock } from '../gateway-clock.ts'
import { contractIdOf, PayloadFault, quoteOf } from '../to-domain.ts'
import {
  decodeHubArgument,
  logoutCallback,
  marketHubCallbacks,
  marketHubMethods,
  type QuoteMessage,
  quoteSchema,
} from '../wire.ts'
import type { Quarantine } from '../quarantine.ts'
import type { HubSocket } from './hub-socket.ts'
import type { Hub } from './hub-supervisor.ts'
import { subscribeTwice } from './subscribe-twice.ts'

export interface MarketHubOptions {
  readonly connect: () => HubSocket
  readonly sink: (event: DomainEvent) => void
  readonly onLogout: (text: string) => void
  readonly contract: (id: ContractId) => ContractSpec | null
  readonly clock: GatewayClock
  readonly monotonic: () => number
  readonly log: SampledLog
  readonly quarantine: Quarantine
}

/** What arrived and could not be used. */
export interface MarketHubCounts {
  /** Quotes that did not decode or were off the grid. */
  readonly payloadFaults: number
  /** Price fields at or below zero that cannot be. */
  readonly ignoredPrices: number
  /** Quotes of contracts whose record is not known yet. */
  readonly unknownContracts: number
}

/** Quotes of the contracts that matter, in ticks, handed on within the callback. */
export class MarketHub implements Hub {
  readonly stream = 'market'
  readonly #options: MarketHubOptions
  #wanted: ReadonlySet<ContractId> = new Set()
  /** What stands on the present connection. */
  #subscribed = new Set<ContractId>()
  readonly #resubscribing = new Set<ContractId>()
  #socket: HubSocket | null = null
  #syncing: Promise<void> | null = null
  #payloadFaults = 0
  #ignoredPrices = 0
  #unknownContracts = 0

  constructor(options: MarketHubOptions) {
    this.#options = options
  }

  get counts(): MarketHubCounts {
    return {
      payloadFaults: this.#payloadFaults,
      ignoredPrices: this.#ignoredPrices,
      unknownContracts: this.#unknownContracts,
    }
  }

  /** From now on quotes of exactly these contracts. Subscribed at once when connected, and on every connection that follows. */
  watch(contractIds: ReadonlySet<ContractId>): void {
    this.#wanted = new Set(contractIds)
    const socket = this.#socket
    if (socket === null || socket.hasEnded) return
    this.#sync(socket).catch((error: unknown) => {
      socket.discard(`subscriptions failed: ${error instanceof Error ? error.message : String(error)}`)
    })
  }

  /** Asks for a contract's quotes once more: its subscription stands, and nothing comes. A connection that refuses is given up. */
  resubscribe(contractId: ContractId): void {
    const socket = this.#socket
    if (socket === null || socket.hasEnded || !this.#subscribed.has(contractId)) return
    // Every account that holds the contract misses its quotes at the same moment.
    if (this.#resubscribing.has(contractId)) return
    this.#resubscribing.add(contractId)
    subscribeTwice(socket, marketHubMethods.quotes.subscribe, contractId)
      .catch((error: unknown) => {
        socket.discard(`a subscription failed: ${error instanceof Error ? error.message : String(error)}`)
      })
      .finally(() => this.#resubscribing.delete(contractId))
  }

  create(): HubSocket {
    const socket = this.#options.connect()
    socket.on(marketHubCallbacks.quotes, (contractId, payload) => this.#quoted(contractId, payload))
    socket.on(logoutCallback, (text) => this.#options.onLogout(typeof text === 'string' ? text : ''))
    this.#socket = null
    this.#subscribed = new Set()
    return socket
  }

  async subscribe(socket: HubSocket): Promise<void> {
    this.#syncing = null
    await this.#sync(socket)
    this.#socket = socket
    // What was wished for while the last answers were on their way.
    await this.#sync(socket)
  }

  /** A quote subscription made again; without one there is nothing to lose. */
  async heartbeat(socket: HubSocket): Promise<void> {
    const [any] = this.#subscribed
    if (any !== undefined) await socket.invoke(marketHubMethods.quotes.subscribe, any)
  }

  /** One at a time, until what stands is what is wanted. */
  #sync(socket: HubSocket): Promise<void> {
    if (this.#syncing !== null) return this.#syncing
    const syncing = this.#converge(socket).finally(() => {
      if (this.#syncing === syncing) this.#syncing = null
    })
    this.#syncing = syncing
    return syncing
  }

  async #converge(socket: HubSocket): Promise<void> {
    const { subscribe, unsubscribe } = marketHubMethods.quotes
    const subscribed = this.#subscribed
    for (;;) {
      const missing = [...this.#wanted].filter((id) => !subscribed.has(id))
      const surplus = [...subscribed].filter((id) => !this.#wanted.has(id))
      if (missing.length === 0 && surplus.length === 0) return
      for (const id of surplus) subscribed.delete(id)
      await Promise.all([
        ...missing.map((id) => subscribeTwice(socket, subscribe, id)),
        ...surplus.map((id) => subscribeTwice(socket, unsubscribe, id)),
      ])
      for (const id of missing) subscribed.add(id)
    }
  }

  #quoted(argument: unknown, payload: unknown): void {
    const receivedMs = this.#options.monotonic()
    for (const decoded of decodeHubArgument(quoteSchema, payload)) {
      if (decoded.ok) this.#handOn(argument, decoded.value, receivedMs)
      else this.#fault(decoded.reason, decoded.raw)
    }
  }

  #handOn(argument: unknown, message: QuoteMessage, receivedMs: number): void {
    const { clock, contract, sink } = this.#options
    clock.sampleStamp(message.lastUpdated)
    // Only the callback's argument is dependable: `symbol` names the product, `contract` is missing on older feeds.
    const name = typeof argument === 'string' ? argument : message.contract
    if (typeof name !== 'string' || name === '') {
      this.#fault('no contract id', argument)
      return
    }
    const spec = contract(contractIdOf(name))
    if (spec === null) {
      this.#unknownContracts += 1
      return
    }
    let event: DomainEvent
    try {
      const { change, ignored } = quoteOf(spec, message)
      this.#ignoredPrices += ignored
      event = { kind: 'quote-changed', change, receivedMs }
    } catch (error) {
      if (!(error instanceof PayloadFault)) throw error
      this.#fault(error.message, message)
      return
    }
    sink(event)
  }

  /** The quote is left out, so that its contract goes stale and is known to be unknown. */
  #fault(reason: string, raw: unknown): void {
    this.#payloadFaults += 1
    this.#options.log.write('error', 'payload_fault: a quote does not fit the contract', { reason })
    this.#options.quarantine.take(marketHubCallbacks.quotes, raw, reason)
  }
}
