import {
  type AccountId,
  type ContractId,
  type ContractSpec,
  type DomainEvent,
  type Quote,
  type QuoteChange,
  unreachable,
} from '@rm/domain'
import { mergeQuote, settleExtremes } from '@rm/state/book'
import type { AccountFace } from './account-face.ts'
import type { PolicyInForce } from './account-policy.ts'
import { AccountRuntime, type Ports } from './account-runtime.ts'
import type { AccountState } from './account-state.ts'
import { ContractRecords } from './contract-records.ts'
import { isQuietFor, QuietContracts } from './quiet-contracts.ts'
import { recoverAccount } from './recover-account.ts'
import type { Market, TurnInput } from './turn.ts'
import { TurnJournal } from './turn-journal.ts'

/** Business time that moves so much differently from monotonic time was set: everything that waits has to look again. */
const CLOCK_JUMP_MS = 250
/** Ticks come every second. After a pause of so long the process stood still, and what came meanwhile may be lost (reliability T-08). */
const STANDSTILL_MS = 5_000
/** A stream that does not deliver is connected anew, at most so often (a guess). */
const RECYCLES_APART_MS = 60_000
/** Pause before a contract record is asked for again; doubles up to the longest (risk rules 3.5). */
const CONTRACT_RETRY_MS = 1_000
const CONTRACT_RETRY_MAX_MS = 60_000

/** A rule that was alive this long ago may be trusted; its code does not change meanwhile, its settings are proved when they do. */
const PROOF_PERIOD_MS = 15 * 60_000
/** One that was found dead may only have been slow on a busy machine: it is proved again so soon, no sooner than proofs are shared. */
const DEAD_PROOF_PERIOD_MS = 60_000

export interface KernelOptions {
  readonly policies: readonly PolicyInForce[]
  /** Told after the settings of an account that waited have taken effect. */
  readonly onLoosened: (accountId: AccountId) => void
  /** Contract records known before the start, from the store or the gateway. */
  readonly contracts: readonly ContractSpec[]
  readonly isMarketOpen: Market['isOpen']
  readonly ports: Ports
}

/**
 * Routes each event to the accounts that it concerns. Quotes go only to holders of the contract, by an index. One writer: events are
 * handled one after the other, each to its end.
 */
export class Kernel {
  readonly #runtimes = new Map<AccountId, AccountRuntime>()
  readonly #ports: Ports
  readonly #journal: TurnJournal
  readonly #contracts: ContractRecords
  readonly #quotes = new Map<ContractId, Quote>()
  readonly #holders = new Map<ContractId, Set<AccountRuntime>>()
  readonly #heldBy = new Map<AccountRuntime, ReadonlySet<ContractId>>()
  readonly #quiet = new QuietContracts()
  /** Contracts whose quote was already evaluated in this pass of the event loop: a second one is backlog and coalesces. */
  readonly #evaluatedInPass = new Set<ContractId>()
  readonly #coalesced = new Map<ContractId, number>()
  /** Monotonic arrival of the coalesced quote that waits longest; +∞ while none waits. */
  #waitsSinceMs = Number.POSITIVE_INFINITY
  readonly #contractsAskedFor = new Set<ContractId>()
  readonly #contractRetries = new Map<ContractId, () => void>()
  /** A quote that waits belongs to the position as it was (risk rules 1.3). */
  readonly #deliver = (runtime: AccountRuntime, input: TurnInput): void => {
    this.#evaluateCoalesced()
    this.#turn(runtime, input)
  }
  /** One quote serves all its holders, so the shortest that any account is held to. */
  #evaluationIntervalMs: number
  #watched: ReadonlySet<ContractId> = new Set()
  #provedMs = Number.NEGATIVE_INFINITY
  #recycledMs = Number.NEGATIVE_INFINITY
  #lastTick: { readonly now: number; readonly elapsedMs: number } | null = null

  constructor(options: KernelOptions) {
    this.#ports = options.ports
    this.#journal = new TurnJournal(options.ports.store, options.ports.wakeups, () => this.#wakeAll())
    this.#contracts = new ContractRecords(options.contracts)
    const market: Market = {
      contract: (contractId) => this.#contracts.get(contractId),
      contractsOf: (product) => this.#contracts.ofProduct(product),
      tickValueDoubt: (contractId) => this.#contracts.doubt(contractId),
      quote: (contractId) => this.#quotes.get(contractId) ?? null,
      isOpen: options.isMarketOpen,
    }
    const at = { now: this.#ports.clock.now(), elapsedMs: this.#ports.clock.elapsedMs() }
    for (const settings of options.policies) {
      const { policy } = settings
      const tradesSince = policy.calendar.dayOf(policy.calendar.dayOf(at.now).start).start
      const stored = this.#ports.store.loadAccount(policy.accountId, tradesSince)
      const state = recoverAccount(policy, stored, at)
      this.#runtimes.set(
        policy.accountId,
        new AccountRuntime(state, settings, market, this.#ports, this.#journal, {
          deliver: this.#deliver,
          loosened: options.onLoosened,
          doubtStream: () => this.#recycleUserStream(),
        }),
      )
    }
    this.#evaluationIntervalMs = this.#shortestInterval()
  }

  /** The accounts as they are now, for faces that show them. */
  states(): readonly AccountState[] {
    return [...this.#runtimes.values()].map((runtime) => runtime.state)
  }

  /** The accounts with what they hold, what it is worth and how much of each limit is used. */
  faces(): readonly AccountFace[] {
    return [...this.#runtimes.values()].map((runtime) => runtime.face())
  }

  /** Flattens an account and locks it until the next reset, by order of the administrator. */
  panic(accountId: AccountId, reason: string): void {
    const runtime = this.#runtimes.get(accountId)
    const receivedMs = this.#ports.clock.elapsedMs()
    if (runtime !== undefined) this.#deliver(runtime, { kind: 'panic-ordered', reason, receivedMs })
  }

  /** Settings of one account that a changed configuration brings. They are judged by at once; what is looser waits. */
  replaceSettings(settings: PolicyInForce): void {
    this.#runtimes.get(settings.policy.accountId)?.replaceSettings(settings)
  }

  /** The contract record, `null` while it is unknown. */
  contract(contractId: ContractId): ContractSpec | null {
    return this.#contracts.get(contractId)
  }

  /** Contracts in which some account has a position. */
  heldContracts(): readonly ContractId[] {
    return [...this.#holders.keys()]
  }

  handle(event: DomainEvent): void {
    switch (event.kind) {
      case 'quote-changed':
        this.#takeQuote(event.change, event.receivedMs)
        return
      case 'contract-learned':
        this.#learn(event.contract, event.receivedMs)
        return
      case 'stream-restored':
      case 'stream-lost':
      case 'authentication-lost':
        for (const runtime of this.#runtimes.values()) this.#deliver(runtime, event)
        return
      case 'account-changed':
      case 'position-changed':
      case 'order-changed':
      case 'trade-reported':
      case 'snapshot-read':
      case 'snapshot-failed':
      case 'command-settled':
      case 'payload-faulted': {
        const runtime = this.#runtimes.get(event.accountId)
        if (runtime !== undefined) this.#deliver(runtime, event)
        return
      }
      default:
        unreachable(event)
    }
  }

  /** Proves the rules of every account alive. To be called at the start; {@link tick} goes on with it. */
  proveRules(): void {
    for (const runtime of this.#runtimes.values()) runtime.proveRules()
    this.#provedMs = this.#ports.clock.elapsedMs()
  }

  /** To be called about once a second: notices business time that was set, wakes everybody to look at it, and proves the rules again from time to time. */
  tick(): void {
    const now = this.#ports.clock.now()
    const elapsedMs = this.#ports.clock.elapsedMs()
    this.#noticeStandstill()
    if (elapsedMs - this.#provedMs >= this.#proofPeriodMs()) this.proveRules()
    const last = this.#lastTick
    this.#lastTick = { now, elapsedMs }
    if (last === null || Math.abs(now - last.now - (elapsedMs - last.elapsedMs)) < CLOCK_JUMP_MS) return
    this.#wakeAll()
  }

  /** Takes the answers that are under way and stops waking. */
  async stop(): Promise<void> {
    for (const cancel of this.#contractRetries.values()) cancel()
    this.#contractRetries.clear()
    for (const runtime of this.#runtimes.values()) runtime.rest()
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.settled()))
    for (const runtime of this.#runtimes.values()) runtime.rest()
    this.#journal.flush()
  }

  /** One connection serves all accounts, so one that keeps missing something must not cost the others their stream all the time. */
  #recycleUserStream(): void {
    const elapsedMs = this.#ports.clock.elapsedMs()
    if (elapsedMs - this.#recycledMs < RECYCLES_APART_MS) return
    this.#recycledMs = elapsedMs
    this.#ports.gateway.recycle('user')
  }

  #proofPeriodMs(): number {
    const isAnyDead = this.states().some(({ proofs }) => [...proofs.values()].some(({ verdict }) => verdict === 'dead'))
    return isAnyDead ? DEAD_PROOF_PERIOD_MS : PROOF_PERIOD_MS
  }

  #wakeAll(): void {
    const receivedMs = this.#ports.clock.elapsedMs()
    for (const runtime of this.#runtimes.values()) this.#deliver(runtime, { kind: 'woken', receivedMs })
  }

  #takeQuote(change: QuoteChange, receivedMs: number): void {
    const { contractId } = change
    const previous = this.#quotes.get(contractId) ?? null
    const now = this.#ports.clock.now()
    const { quote } = mergeQuote(previous, change, this.#contracts.get(contractId), now)
    if (quote === null || quote === previous) return
    const holders = this.#holders.get(contractId)
    // Nobody is exposed to these prices, or nobody has anything to decide at them.
    if (holders === undefined || this.#quiet.isQuiet(quote, holders)) {
      this.#quotes.set(contractId, settleExtremes(quote, now))
      return
    }
    this.#quotes.set(contractId, quote)
    if (this.#evaluatedInPass.has(contractId)) {
      this.#coalesce(contractId, receivedMs)
      return
    }
    if (this.#evaluatedInPass.size === 0) this.#ports.wakeups.whenIdle(() => this.#endPass())
    this.#evaluatedInPass.add(contractId)
    this.#evaluateQuote(contractId, receivedMs)
  }

  /** A pass that does not end keeps nobody waiting for longer than the interval. */
  #coalesce(contractId: ContractId, receivedMs: number): void {
    if (!this.#coalesced.has(contractId)) this.#coalesced.set(contractId, receivedMs)
    this.#waitsSinceMs = Math.min(this.#waitsSinceMs, receivedMs)
    if (this.#ports.clock.elapsedMs() - this.#waitsSinceMs >= this.#evaluationIntervalMs) this.#evaluateCoalesced()
  }

  #endPass(): void {
    this.#evaluatedInPass.clear()
    this.#evaluateCoalesced()
  }

  #evaluateCoalesced(): void {
    if (this.#coalesced.size === 0) return
    const waiting = [...this.#coalesced]
    this.#coalesced.clear()
    this.#waitsSinceMs = Number.POSITIVE_INFINITY
    for (const [contractId, receivedMs] of waiting) this.#evaluateQuote(contractId, receivedMs)
  }

  #evaluateQuote(contractId: ContractId, receivedMs: number): void {
    const quote = this.#quotes.get(contractId)
    if (quote === undefined) return
    for (const runtime of this.#holders.get(contractId) ?? []) {
      if (!isQuietFor(runtime, quote)) this.#turn(runtime, { kind: 'quote-merged', contractId, receivedMs })
    }
    this.#quotes.set(contractId, settleExtremes(quote, this.#ports.clock.now()))
  }

  #learn(contract: ContractSpec, receivedMs: number): void {
    const change = this.#contracts.learn(contract)
    if (change === 'none') return
    // Prices in ticks of another size mean nothing.
    if (change === 'tick-size') this.#quotes.delete(contract.id)
    this.#contractRetries.get(contract.id)?.()
    this.#contractRetries.delete(contract.id)
    for (const runtime of this.#holders.get(contract.id) ?? []) {
      this.#deliver(runtime, { kind: 'contract-known', contractId: contract.id, receivedMs })
    }
    this.#watchHeldContracts()
  }

  /** Before anything is decided by a book that may be of yesterday. Told once; without ticks nobody can know. */
  #noticeStandstill(): void {
    const receivedMs = this.#ports.clock.elapsedMs()
    if (this.#lastTick === null || receivedMs - this.#lastTick.elapsedMs <= STANDSTILL_MS) return
    this.#lastTick = null
    for (const runtime of this.#runtimes.values()) this.#turn(runtime, { kind: 'stood-still', receivedMs })
  }

  #turn(runtime: AccountRuntime, input: TurnInput): void {
    this.#noticeStandstill()
    runtime.handle(input)
    if (input.kind !== 'quote-merged') this.#indexHoldings(runtime)
    for (const contractId of this.#heldBy.get(runtime) ?? []) this.#quiet.forget(contractId)
    if (input.kind !== 'settings-changed') return
    // Other rules may need other prices.
    this.#watchHeldContracts()
    this.#evaluationIntervalMs = this.#shortestInterval()
  }

  #shortestInterval(): number {
    return Math.min(...[...this.#runtimes.values()].map(({ policy }) => policy.evaluationIntervalMs))
  }

  #indexHoldings(runtime: AccountRuntime): void {
    const held = runtime.heldSizes
    const before = this.#heldBy.get(runtime)
    if (before !== undefined && before.size === held.size && [...held.keys()].every((id) => before.has(id))) return
    // Who holds what matters to the gateway only where the first holder comes or the last one goes.
    let isWatchChanged = false
    for (const contractId of before ?? []) {
      this.#quiet.forget(contractId)
      const holders = this.#holders.get(contractId)
      holders?.delete(runtime)
      if (holders?.size === 0) {
        this.#holders.delete(contractId)
        isWatchChanged = true
      }
    }
    this.#heldBy.set(runtime, new Set(held.keys()))
    for (const contractId of held.keys()) {
      const holders = this.#holders.get(contractId)
      if (holders === undefined) {
        this.#holders.set(contractId, new Set([runtime]))
        isWatchChanged = true
      } else {
        holders.add(runtime)
      }
      if (!this.#contracts.has(contractId)) this.#askForContract(contractId, CONTRACT_RETRY_MS)
    }
    if (isWatchChanged) this.#watchHeldContracts()
  }

  /** Quotes for every contract that somebody holds: the guards of the data look at all positions, whatever rules are on. */
  #watchHeldContracts(): void {
    const wanted = new Set<ContractId>()
    for (const contractId of this.#holders.keys()) if (this.#contracts.has(contractId)) wanted.add(contractId)
    if (wanted.size === this.#watched.size && [...wanted].every((id) => this.#watched.has(id))) return
    this.#watched = wanted
    this.#ports.gateway.watchQuotes(wanted)
  }

  #askForContract(contractId: ContractId, retryMs: number): void {
    if (this.#contractsAskedFor.has(contractId)) return
    this.#contractRetries.get(contractId)?.()
    this.#contractRetries.delete(contractId)
    this.#contractsAskedFor.add(contractId)
    void this.#lookUpContract(contractId, retryMs)
  }

  async #lookUpContract(contractId: ContractId, retryMs: number): Promise<void> {
    const { gateway, clock, wakeups } = this.#ports
    const contract = await gateway.contract(contractId).catch(() => null)
    this.#contractsAskedFor.delete(contractId)
    if (contract !== null) {
      this.handle({ kind: 'contract-learned', contract, receivedMs: clock.elapsedMs() })
    } else if (this.#holders.has(contractId) && !this.#contracts.has(contractId)) {
      const again = (): void => this.#askForContract(contractId, Math.min(retryMs * 2, CONTRACT_RETRY_MAX_MS))
      this.#contractRetries.set(contractId, wakeups.after(retryMs, again))
    }
  }
}
