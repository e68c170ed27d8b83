import {
  type Account,
  type AccountId,
  type Command,
  type CommandOutcome,
  type ContractId,
  type ContractSpec,
  type DomainEvent,
  type Instant,
  invariant,
  type Snapshot,
  type Stream,
  type Trade,
  unreachable,
} from '@rm/domain'
import { during, tellStream } from './activity.ts'
import { SampledLog } from './bridge-log.ts'
import { ContractBook } from './contract-book.ts'
import { GatewayClock } from './gateway-clock.ts'
import { HubSocket } from './hubs/hub-socket.ts'
import { type Hub, HubSupervisor } from './hubs/hub-supervisor.ts'
import { LogoutCounter } from './hubs/logout-counter.ts'
import { MarketHub } from './hubs/market-hub.ts'
import { UserHub } from './hubs/user-hub.ts'
import { type GatewayOptions, secureUrl } from './options.ts'
import { Quarantine } from './quarantine.ts'
import { AccountReads } from './rest/account-reads.ts'
import { CommandSender } from './rest/command-sender.ts'
import { ContractReads } from './rest/contract-reads.ts'
import { RateBudget } from './rest/rate-budget.ts'
import { Reads } from './rest/reads.ts'
import { RestChannel, trusted } from './rest/rest-channel.ts'
import { Session } from './rest/session.ts'
import { TrafficLog } from './rest/traffic-log.ts'
import { TimeSampler } from './time-sampler.ts'

/**
 * A gateway that nobody has logged in to yet.
 *
 * @throws RmError `CONFIG_INVALID` for a URL that may not carry a token
 */
export function createGateway(options: GatewayOptions): Gateway {
  return new Gateway(options)
}

interface Hubs {
  readonly user: HubSupervisor
  readonly market: HubSupervisor
  readonly userHub: UserHub
  readonly marketHub: MarketHub
}

/** The ProjectX gateway as the rest of the program knows it: domain words in and out, its time, and a stream of events. */
export class Gateway {
  readonly clock: GatewayClock
  readonly #options: GatewayOptions
  readonly #userHubUrl: string
  readonly #marketHubUrl: string
  readonly #sampledLog: SampledLog
  readonly #budget: RateBudget
  readonly #channel: RestChannel
  readonly #session: Session
  readonly #reads: Reads
  readonly #accounts: AccountReads
  readonly #contracts: ContractReads
  readonly #contractBook: ContractBook
  readonly #commands: CommandSender
  readonly #sampler: TimeSampler
  readonly #logouts: LogoutCounter
  #sink: ((event: DomainEvent) => void) | null = null
  #hubs: Hubs | null = null
  #watched: ReadonlySet<ContractId> = new Set()

  constructor(options: GatewayOptions) {
    const { monotonic, random, log, timeouts } = options
    const apiUrl = secureUrl('api_url', options.apiUrl)
    this.#options = options
    this.#userHubUrl = secureUrl('user_hub_url', options.userHubUrl).href
    this.#marketHubUrl = secureUrl('market_hub_url', options.marketHubUrl).href
    this.#sampledLog = new SampledLog(log, monotonic)
    this.clock = new GatewayClock(options)
    this.#budget = new RateBudget(options.rateBudget, options)
    this.#channel = new RestChannel({
      baseUrl: apiUrl,
      timeouts,
      caFile: options.caFile,
      budget: this.#budget,
      clock: this.clock,
      monotonic,
      traffic: new TrafficLog({
        settings: options.traffic,
        log,
        traffic: options.trafficLog,
        monotonic,
        apiKey: options.credentials.apiKey,
      }),
      onAnswering: () => this.#hurry(),
    })
    this.#session = new Session({
      channel: this.#channel,
      clock: this.clock,
      credentials: options.credentials,
      requestMs: timeouts.requestMs,
      renewAtFractionLeft: options.renewAtFractionLeft,
      monotonic,
      log,
      onLost: (reason) => this.#emit({ kind: 'authentication-lost', reason, receivedMs: monotonic() }),
      onRegained: () => this.#recycleBoth('the login was regained'),
    })
    this.#reads = new Reads({
      channel: this.#channel,
      session: this.#session,
      requestMs: timeouts.requestMs,
      retry: options.retry,
      circuitBreaker: options.circuitBreaker,
      monotonic,
      random,
    })
    this.#accounts = new AccountReads(this.#reads, this.#sampledLog)
    this.#contracts = new ContractReads(this.#reads, this.#sampledLog)
    this.#contractBook = new ContractBook({
      lookUp: (id) => this.#contracts.byId(id),
      onLearned: (contract) => this.#emit({ kind: 'contract-learned', contract, receivedMs: monotonic() }),
      log,
    })
    this.#commands = new CommandSender(this.#channel, this.#session, timeouts.mutationMs)
    this.#sampler = new TimeSampler(options.environment, this.clock, this.#channel, monotonic)
    this.#logouts = new LogoutCounter(monotonic, log)
  }

  /**
   * Logs in. From then on the session is kept alive.
   *
   * @throws RmError `GATEWAY_AUTH_REJECTED` with the gateway's own words, `GATEWAY_UNREACHABLE`
   */
  async login(): Promise<void> {
    await this.#session.login()
    this.#sampler.start()
  }

  /** All accounts of the login, archived ones too. */
  accounts(): Promise<readonly Account[]> {
    return this.#accounts.accounts()
  }

  /**
   * The contracts that the venue lists now, read anew; they are known from then on.
   *
   * @param held - read as well: the list has front months only
   */
  async contracts(held: Iterable<ContractId> = []): Promise<readonly ContractSpec[]> {
    const listed = await this.#contracts.available()
    const missing = [...held].filter((id) => !listed.some((spec) => spec.id === id))
    const others = await Promise.all(missing.map((id) => this.#contracts.byId(id)))
    const specs = [...listed, ...others.filter((spec) => spec !== null)]
    this.#contractBook.learn(specs)
    return specs
  }

  /** The record of a contract, from memory or else from the gateway; `null` when it has none that is usable. */
  contract(id: ContractId): Promise<ContractSpec | null> {
    return this.#contractBook.get(id)
  }

  /** Records that somebody else remembered. */
  learnContracts(specs: Iterable<ContractSpec>): void {
    this.#contractBook.learn(specs)
  }

  /**
   * Connects both hubs and keeps them connected until {@link stop}. Events reach the sink in the order of their arrival, within the callback of
   * their frame. After every `stream-restored` the accounts have to be read: nothing that was missed comes again.
   */
  connect(accountIds: readonly AccountId[], sink: (event: DomainEvent) => void): void {
    invariant(this.#hubs === null, 'a gateway is connected once')
    this.#sink = sink
    const { monotonic } = this.#options
    const shared = {
      sink: (event: DomainEvent) => this.#emit(event),
      onLogout: (text: string) => this.#loggedOut(text),
      clock: this.clock,
      monotonic,
      log: this.#sampledLog,
      quarantine: new Quarantine(this.#options.quarantine, monotonic),
    }
    const userHub = new UserHub({
      ...shared,
      connect: () => this.#socket('user', this.#userHubUrl),
      accountIds: new Set(accountIds),
      onContractHeld: (id) => this.#contractBook.want(id),
    })
    const marketHub = new MarketHub({
      ...shared,
      connect: () => this.#socket('market', this.#marketHubUrl),
      contract: (id) => this.#contractBook.known(id),
    })
    marketHub.watch(this.#watched)
    this.#hubs = { user: this.#supervisor(userHub), market: this.#supervisor(marketHub), userHub, marketHub }
    this.#hubs.user.start()
    this.#hubs.market.start()
  }

  /** Quotes of exactly these contracts from now on, also after every reconnect. */
  watchQuotes(contractIds: ReadonlySet<ContractId>): void {
    this.#watched = contractIds
    for (const id of contractIds) this.#contractBook.want(id)
    this.#hubs?.marketHub.watch(contractIds)
  }

  /** Asks for the quotes of a watched contract once more. */
  resubscribeQuotes(contractId: ContractId): void {
    this.#hubs?.marketHub.resubscribe(contractId)
  }

  /**
   * Positions and working orders, ahead of all other reads.
   *
   * @param ordersSince - asks for the orders created since then as well, of whatever status
   * @throws RmError when anything is missing from the answer
   */
  async readExposure(accountId: AccountId, ordersSince: Instant | null = null): Promise<Snapshot> {
    return this.#known(await reading(accountId, () => this.#accounts.exposure(accountId, ordersSince)))
  }

  /**
   * Account, positions, working orders and the trades since an instant.
   *
   * @throws RmError when anything is missing from the answer
   */
  async readAccount(accountId: AccountId, tradesSince: Instant, ordersSince: Instant | null = null): Promise<Snapshot> {
    return this.#known(await reading(accountId, () => this.#accounts.account(accountId, tradesSince, ordersSince)))
  }

  /**
   * The trades since an instant, asked for behind everything else.
   *
   * @throws RmError when anything is missing from the answer
   */
  trades(accountId: AccountId, since: Instant): Promise<readonly Trade[]> {
    return this.#accounts.trades(accountId, since)
  }

  /** Sends a command once, ahead of everything else. Never rejects: what went wrong is in the outcome. */
  send(command: Command, commandId: string): Promise<CommandOutcome> {
    return this.#commands.send(command, commandId)
  }

  /** Gives a stream up and connects it again: it is silent, or misses what REST shows. */
  recycle(stream: Stream): void {
    switch (stream) {
      case 'user':
        this.#hubs?.user.recycle('recycled')
        break
      case 'market':
        this.#hubs?.market.recycle('recycled')
        break
      default:
        unreachable(stream)
    }
  }

  /** What arrived and could not be used since {@link connect}. */
  get counts(): GatewayCounts {
    const user = this.#hubs?.userHub.counts
    const market = this.#hubs?.marketHub.counts
    return {
      payloadFaults: (user?.payloadFaults ?? 0) + (market?.payloadFaults ?? 0),
      foreignAccounts: user?.foreignAccounts ?? 0,
      ignoredPrices: market?.ignoredPrices ?? 0,
      quotesWithoutContract: market?.unknownContracts ?? 0,
    }
  }

  /** Requests of the rate budget that are left in its window. */
  get requestsLeft(): number {
    return this.#budget.left()
  }

  /** Disconnects. What is still under way ends as not sent or unknown. */
  async stop(): Promise<void> {
    this.#sink = null
    this.#sampler.stop()
    this.#hubs?.user.stop()
    this.#hubs?.market.stop()
    this.#contractBook.close()
    this.#session.stop()
    this.#budget.close()
    await this.#channel.close()
  }

  #supervisor(hub: Hub): HubSupervisor {
    const { timeouts, reconnect, monotonic, random, log } = this.#options
    return new HubSupervisor({
      hub,
      connectMs: timeouts.connectMs,
      reconnect,
      monotonic,
      random,
      log,
      ready: () => this.#session.ready(),
      probe: () => this.#session.probe(),
      onRestored: () => {
        this.#reads.closeBreaker()
        tellStream({ stream: hub.stream, state: 'connected', reason: null })
        if (hub.stream === 'user') this.#hubs?.market.hurry()
        else this.#hubs?.user.hurry()
        this.#emit({ kind: 'stream-restored', stream: hub.stream, receivedMs: monotonic() })
      },
      onLost: (reason) => {
        tellStream({ stream: hub.stream, state: 'lost', reason })
        this.#emit({ kind: 'stream-lost', stream: hub.stream, reason, receivedMs: monotonic() })
      },
    })
  }

  #socket(stream: Stream, url: string): HubSocket {
    const { timeouts, caFile } = this.#options
    return new HubSocket({
      stream,
      url,
      token: () => this.#session.ready(),
      connectMs: timeouts.connectMs,
      silenceMs: timeouts.hubSilenceMs,
      ca: caFile === null ? null : trusted(caFile),
      log: this.#sampledLog,
    })
  }

  /** The gateway ended the session: neither hub can be believed, and the token is dead (gateway contract 1.3). */
  #loggedOut(text: string): void {
    this.#logouts.count(text)
    this.#session.invalidate()
    this.#recycleBoth('the gateway ended the session')
  }

  /** The gateway is back after an outage: neither hubs nor reads need to wait until their pauses are over (reliability L-06). */
  #hurry(): void {
    this.#reads.closeBreaker()
    this.#hubs?.user.hurry()
    this.#hubs?.market.hurry()
  }

  #recycleBoth(reason: string): void {
    this.#hubs?.user.recycle(reason)
    this.#hubs?.market.recycle(reason)
  }

  #known(snapshot: Snapshot): Snapshot {
    for (const { contractId } of snapshot.positions) this.#contractBook.want(contractId)
    return snapshot
  }

  #emit(event: DomainEvent): void {
    this.#sink?.(event)
  }
}

function reading<Result>(accountId: AccountId, read: () => Promise<Result>): Promise<Result> {
  return during(() => ({ name: 'reading', about: `account ${accountId}`, waitsFor: 'its REST calls' }), read)
}

export interface GatewayCounts {
  /** Events and quotes that did not decode or made no sense. */
  readonly payloadFaults: number
  /** Events of accounts that are not monitored. */
  readonly foreignAccounts: number
  /** Price fields at or below zero that cannot be. */
  readonly ignoredPrices: number
  /** Quotes that came before the record of their contract. */
  readonly quotesWithoutContract: number
}
