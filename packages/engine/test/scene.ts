import {
  type AccountId,
  AccountId as toAccountId,
  type ContractId,
  ContractId as toContractId,
  type ContractSpec,
  explain,
  type Goal,
  type Order,
  type Timers,
  toPrice,
  TradingCalendar,
  unreachable,
} from '@rm/domain'
import {
  type AccountPolicy,
  type AccountState,
  Kernel,
  type Note,
  policyInForce,
  ProofOfLife,
  type TellStep,
} from '@rm/engine'
import { Exchange, type ExchangeKnobs, immediateKnobs, type LedgerEntry } from '@rm/gateway-sim'
import { contractOf, orderOf, VirtualGateway, VirtualTime } from '@rm/gateway-sim/virtual'
import { type EnabledRules, type GuardSettings, rules, type RuleSettings, stopCriteriaOf } from '@rm/rules'
import { drillEvents } from '@rm/sdk-bridge'
import { isTerminalStatus, type PlaceOrderRequest } from '@rm/sdk-bridge/wire'
import { openStore, type Store } from '@rm/state'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Journal } from './journal.ts'

export const MNQ: ContractId = toContractId.parse('CON.F.US.MNQ.Z26')
export const MES: ContractId = toContractId.parse('CON.F.US.MES.Z26')
export const TRADER: AccountId = toAccountId.parse(7_001_001)
/** 09:30 in Chicago on a Wednesday. */
const WEDNESDAY_MORNING = '2026-11-18T15:30:00Z'

const CALENDAR: TradingCalendar = new TradingCalendar({
  time: '17:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
})

export const TIMERS: Timers = {
  dailyRealizedLoss: { kind: 'until-reset' },
  dailyRealizedProfit: { kind: 'until-reset' },
  cooldownAfterLoss: { kind: 'for', ms: 900_000 },
  tradeFrequency: {
    perMinute: { kind: 'for', ms: 60_000 },
    perHour: { kind: 'for', ms: 1_800_000 },
    perSession: { kind: 'for', ms: 3_600_000 },
  },
  sessionHours: null,
}

export const GUARDS: GuardSettings = {
  staleAfterMs: 10_000,
  staleCriticalMs: 60_000,
  onStaleQuotes: 'alert',
  unvaluedGraceMs: 30_000,
  onUnvaluedPosition: 'close',
}

export interface SceneOptions {
  readonly rules: EnabledRules
  readonly timers?: Partial<Timers>
  readonly startsAt?: string
  /** Resets at 17:00 in Chicago unless said. */
  readonly calendar?: TradingCalendar
  readonly seed?: number
  readonly knobs?: Partial<ExchangeKnobs>
  readonly accounts?: readonly AccountId[]
  /** Contracts whose record is known before the start; MNQ and MES unless said. */
  readonly knownContracts?: readonly ContractId[]
  /** Whether prices move by themselves. */
  readonly isMarketStill?: boolean
  readonly isMarketOpen?: (contractId: ContractId) => boolean
  readonly loosening?: AccountPolicy['loosening']
  /** How steps of the proof of life are told; as the gateway would unless said. */
  readonly tell?: TellStep
  readonly guards?: Partial<GuardSettings>
  readonly evaluationIntervalMs?: number
  /** Why no rule judges; the rules of the scene do not count then. */
  readonly suspended?: string | undefined
}

/** Where stores of scenes lie: in memory where the system has such a folder, or thousands of commits would wait for the disk. */
const SCRATCH = isWritable('/dev/shm') ? '/dev/shm' : tmpdir()

/** What somebody was told. */
export type ToldNote = Note & { readonly accountId: AccountId; readonly toldMs: number }

/** Settings of one rule as the configuration reads them, with defaults for what is not said. */
export function settingsOf<Id extends keyof RuleSettings>(id: Id, written: object = {}): EnabledRules {
  return { [id]: rules[id].settings.parse(written) }
}

/** A firm with an exchange, a trader and the program that watches him: the real kernel, store and exchange on virtual time. */
export class Scene implements Disposable {
  readonly time: VirtualTime
  readonly exchange: Exchange
  readonly gateway: VirtualGateway
  readonly notes: ToldNote[] = []
  /** Commits and requests in the order in which they happened. */
  readonly actions: string[] = []
  #options: SceneOptions
  readonly #folder: string
  #store: Store
  #journal: Journal
  #kernel: Kernel

  static async open(options: SceneOptions): Promise<Scene> {
    const folder = mkdtempSync(join(SCRATCH, 'rm-engine-'))
    const time = new VirtualTime(Date.parse(options.startsAt ?? WEDNESDAY_MORNING))
    return new Scene(options, folder, time, await openIn(folder, time))
  }

  private constructor(options: SceneOptions, folder: string, time: VirtualTime, store: Store) {
    this.#options = options
    this.#folder = folder
    this.time = time
    this.exchange = new Exchange({
      seed: options.seed ?? 7,
      clock: time,
      accounts: (options.accounts ?? [TRADER]).map((id) => ({ id, name: `PRAC-V2-100200-${id}`, balance: 50_000 })),
      ...((options.isMarketStill ?? true) && { regimes: ['still'] }),
      knobs: { ...immediateKnobs, ...options.knobs },
    })
    this.gateway = new VirtualGateway(time, this.exchange)
    this.gateway.onSend = (command) => this.actions.push(`send ${command.kind}`)
    this.#store = store
    this.#journal = this.#openJournal()
    this.#kernel = this.#startKernel()
  }

  get kernel(): Kernel {
    return this.#kernel
  }

  get journal(): Journal {
    return this.#journal
  }

  get store(): Store {
    return this.#store
  }

  /** The program connects: streams are up, the first reading is taken. */
  async connect(): Promise<void> {
    this.gateway.restore('user')
    this.gateway.restore('market')
    await this.run(100)
  }

  /** What the program was started with. */
  policy(): AccountPolicy {
    return this.#policyOf(TRADER)
  }

  /** The operator changes the configuration of the trader's account. */
  configure(
    changes: Partial<Pick<AccountPolicy, 'rules' | 'calendar' | 'loosening' | 'timers' | 'evaluationIntervalMs'>>,
  ): void {
    const before = this.#policyOf(TRADER)
    const after = { ...before, ...changes, stopCriteria: stopCriteriaOf(changes.rules ?? before.rules) }
    this.kernel.replaceSettings(policyInForce([before, after]))
  }

  run(ms: number): Promise<void> {
    return this.time.run(ms)
  }

  /** Runs until the condition holds. Throws when it does not within the time. */
  async until(isMet: () => boolean, withinMs = 30_000): Promise<number> {
    const startMs = this.time.elapsedMs()
    while (!isMet()) {
      if (this.time.elapsedMs() - startMs > withinMs) {
        throw new Error(`not met within ${withinMs} ms; ${this.describe()}`)
      }
      await this.run(5)
    }
    return this.time.elapsedMs() - startMs
  }

  /** The process is gone, as after SIGKILL: nothing is settled or flushed. */
  kill(): void {
    this.#journal.isAlive = false
    this.gateway.disconnect()
  }

  /** A new process on the same store, with another configuration if one is given. */
  async restart(changes: Partial<SceneOptions> = {}): Promise<void> {
    this.#options = { ...this.#options, ...changes }
    this.kill()
    this.#store.close()
    this.#store = await openIn(this.#folder, this.time)
    this.#journal = this.#openJournal()
    this.#kernel = this.#startKernel()
  }

  state(accountId: AccountId = TRADER): AccountState {
    const state = this.#kernel.states().find((one) => one.accountId === accountId)
    if (state === undefined) throw new RangeError(`no account ${accountId}`)
    return state
  }

  trade(side: 'buy' | 'sell', size: number, more: Partial<PlaceOrderRequest> = {}): number {
    const { orderId } = this.exchange.place(
      { accountId: TRADER, contractId: MNQ, type: 2, side: side === 'buy' ? 0 : 1, size, ...more },
      'trader',
    )
    if (orderId === null) throw new Error(`no order was made of ${side} ${size}`)
    return orderId
  }

  contract(contractId: ContractId): ContractSpec {
    const wire = this.exchange.contract(contractId)
    if (wire === undefined) throw new RangeError(`${contractId} is not listed`)
    return contractOf(wire)
  }

  /** Moves the best bid so many ticks. */
  move(ticks: number, contractId: ContractId = MNQ): void {
    this.exchange.moveMarket(contractId, ticks)
  }

  price(contractId: ContractId = MNQ): number {
    return this.exchange.bestPrices(contractId).bid
  }

  /** Signed contracts at the exchange. */
  size(contractId: ContractId = MNQ, accountId: AccountId = TRADER): number {
    let size = 0
    for (const entry of this.exchange.ledger()) {
      if (entry.kind === 'fill' && entry.accountId === accountId && entry.contractId === contractId) {
        size = entry.positionAfter
      }
    }
    return size
  }

  /** Orders at the exchange that can still fill. */
  working(accountId: AccountId = TRADER): readonly Order[] {
    return this.exchange
      .orders(accountId)
      .filter(({ status }) => !isTerminalStatus(status))
      .map(orderOf)
  }

  isFlat(accountId: AccountId = TRADER): boolean {
    return this.working(accountId).length === 0 && [MNQ, MES].every((id) => this.size(id, accountId) === 0)
  }

  /** Position-changing requests and cancels that left, in words. */
  sent(): readonly string[] {
    return this.gateway.sent.map(({ command }) => {
      switch (command.kind) {
        case 'reduce-position':
          return `reduce ${command.contracts}`
        case 'close-position':
          return 'close'
        case 'cancel-order':
          return 'cancel'
        case 'place-order':
          return `place ${command.protection} ${command.contracts} at ${toPrice(command.price, command.tickSize)}`
        case 'modify-order':
          return `modify ${command.protection} ${command.contracts} at ${toPrice(command.price, command.tickSize)}`
        default:
          return unreachable(command)
      }
    })
  }

  told<Kind extends Note['kind']>(kind: Kind): readonly Extract<ToldNote, { readonly kind: Kind }>[] {
    return this.notes.filter((note): note is Extract<ToldNote, { readonly kind: Kind }> => note.kind === kind)
  }

  alerts(): readonly string[] {
    return this.told('alert').map(({ code }) => code)
  }

  /** What `explain` says of each goal that ended, or of each order that was managed. */
  explanations(of: 'goal-ended' | 'order-managed' = 'goal-ended'): readonly (readonly string[])[] {
    return this.told(of).map(({ story }) => explain(story, 'America/Chicago'))
  }

  /** States in which goals of the kind ended. */
  ended(kind: Goal['kind']): readonly string[] {
    return this.told('goal-ended')
      .filter(({ goal }) => goal.goal.kind === kind)
      .map(({ goal }) => goal.state)
  }

  describe(): string {
    const one = this.state()
    return JSON.stringify({
      atMs: this.time.elapsedMs(),
      word: one.word,
      sizes: [MNQ, MES].map((id) => this.size(id)),
      working: this.working().length,
      goals: one.goals.map(({ goal, state: where }) => [goal.kind, where]),
      inFlight: one.inFlight.map(({ record }) => [record.command.kind, record.state]),
      sent: this.sent(),
      notes: this.notes.slice(-12).map((note) => (note.kind === 'alert' ? note.text : note.kind)),
    })
  }

  [Symbol.dispose](): void {
    this.kill()
    this.exchange.stop()
    this.#store.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #openJournal(): Journal {
    const journal = new Journal(this.#store)
    journal.afterCommit = (_nth, record) => {
      const parts = [
        ...record.breaches.map(() => 'breach'),
        ...record.lockouts.map(() => 'lockout'),
        ...record.endedLockouts.map(() => 'unlock'),
        ...record.commands.filter(({ state }) => state === 'sending').map(({ command }) => `intent ${command.kind}`),
      ]
      if (parts.length > 0) this.actions.push(`commit ${parts.join(', ')}`)
    }
    return journal
  }

  #startKernel(): Kernel {
    const { time, gateway, exchange } = this
    const { accounts = [TRADER], knownContracts = [MNQ, MES], isMarketOpen = () => true } = this.#options
    const journal = this.#journal
    const holder: { kernel: Kernel | null } = { kernel: null }
    const port = gateway.connect((event) => holder.kernel?.handle(event))
    const kernel = new Kernel({
      policies: accounts.map((accountId) => ({ policy: this.#policyOf(accountId), pending: null })),
      onLoosened: (accountId) => this.actions.push(`loosened ${accountId}`),
      contracts: knownContracts.flatMap((id) => {
        const wire = exchange.contract(id)
        return wire === undefined ? [] : [contractOf(wire)]
      }),
      isMarketOpen,
      ports: {
        gateway: port,
        store: journal,
        clock: time,
        wakeups: {
          after: (ms, wake) => time.after(ms, () => journal.isAlive && wake()),
          whenIdle: (wake) => time.whenIdle(() => journal.isAlive && wake()),
        },
        proofOfLife: new ProofOfLife(this.#options.tell ?? drillEvents, () => time.elapsedMs()),
        reporter: {
          report: (accountId, _at, notes) => {
            if (!journal.isAlive) return
            const toldMs = time.elapsedMs()
            this.notes.push(...notes.map((note) => ({ ...note, accountId, toldMs })))
          },
        },
      },
    })
    holder.kernel = kernel
    kernel.proveRules()
    return kernel
  }

  #policyOf(accountId: AccountId): AccountPolicy {
    const { rules: written, timers, suspended } = this.#options
    const enabled = suspended === undefined ? written : {}
    return {
      accountId,
      rules: enabled,
      timers: { ...TIMERS, ...timers },
      calendar: this.#options.calendar ?? CALENDAR,
      pnlBasis: 'net',
      stopCriteria: stopCriteriaOf(enabled),
      guards: { ...GUARDS, ...this.#options.guards },
      enforcementDeadlineMs: 10_000,
      evaluationIntervalMs: this.#options.evaluationIntervalMs ?? 100,
      loosening: this.#options.loosening ?? 'next_reset',
      configuration: 'c0ffee',
      ...(suspended === undefined ? {} : { suspended }),
      epoch: this.#store.epoch,
    }
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function openIn(folder: string, time: VirtualTime): Promise<Store> {
  return openStore({
    path: join(folder, 'risk_manager.db'),
    secondFolder: null,
    now: () => time.now(),
    program: { version: '0.1.0' },
  })
}

/** Orders and fills of the program itself at the exchange. */
export function daemonEntries(exchange: Exchange): readonly LedgerEntry[] {
  return exchange.ledger().filter(({ author }) => author === 'daemon')
}

/** The instant of a local story: minutes of the scene's Wednesday. */
