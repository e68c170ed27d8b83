import { AccountId, ContractId, type ContractSpec, type Stream, type TurnRecord } from '@rm/domain'
import { type AccountPolicy, policyInForce } from '@rm/engine'
import { Exchange } from '@rm/gateway-sim'
import { contractOf, SeededDice, VirtualGateway, VirtualTime } from '@rm/gateway-sim/virtual'
import { openMemoryStore } from '@rm/state/testing'
import { pointsOfCommit, pointsOfKill } from './covered/crash-points.ts'
import type { FaultKind } from './fault-kinds.ts'
import { Oracle } from './oracle/oracle.ts'
import { type Act, type Fault, type Plan, ROOTS, type Step } from './plan.ts'
import { CALENDAR, policyOf } from './policies.ts'
import { Program } from './program.ts'
import type { Tally, Violation } from './tally.ts'
import { Trader } from './trader.ts'
import { Trouble } from './trouble.ts'

/** From the start of the process until its hubs are up. */
const CONNECT_MS = 120
/** From the end of an outage until the supervisor has a new connection: its first repetition comes at once. */
const RECONNECT_MS = 60
/** A start may take so long until the account is trusted and what was owed is resumed (reliability B-7). */
const START_EXCUSED_MS = 8_000
/** After a standstill everything is late at once, and has to be read anew. */
const FREEZE_EXCUSED_MS = 8_000
const HUB_FLAP_MS = 2_000
/** The longest that a program is dead or stands still, and that REST lags, where a fault draws it. */
const DOWN_MS_MAX = 20_000
const FREEZE_MS_MAX = 120_000
const LAG_MS_MAX = 2_000

/** Faults that do their harm when they begin; the others when something meets them. */
const HARMS_AT_ONCE: ReadonlySet<FaultKind> = new Set([
  'kill',
  'freeze',
  'machine-clock',
  'rest-lag',
  'user-hub-down',
  'market-hub-down',
  'login-lost',
])

interface WorldAccount {
  readonly id: AccountId
  /** The settings that were named since loosening was last allowed, oldest first: what the daemon keeps in the store. */
  named: readonly [AccountPolicy, ...AccountPolicy[]]
  /** The rules as they are written now. */
  written: Plan['accounts'][number]
}

/** The firm with its exchange, the traders, the network between, and the program that watches: one plan played on virtual time. */
export class World {
  readonly time: VirtualTime
  readonly exchange: Exchange
  readonly gateway: VirtualGateway
  readonly trouble: Trouble
  readonly oracle: Oracle
  readonly tally: Tally
  readonly accounts: readonly WorldAccount[]
  readonly contracts: readonly ContractSpec[]
  readonly violations: Violation[] = []
  /** How far the machine's clock is from the truth. */
  machineStepMs = 0
  readonly #plan: Plan
  readonly #trader: Trader
  readonly #hubsDown: Record<Stream, number> = { user: 0, market: 0 }
  readonly #active = new Set<Fault>()
  #program: Program | null = null
  #isBooting = false
  #image: Uint8Array | null = null
  #death: { readonly kind: FaultKind; left: number; readonly downMs: number } | null = null

  constructor(plan: Plan, tally: Tally) {
    this.#plan = plan
    this.tally = tally
    this.time = new VirtualTime(Date.parse(plan.startsAt))
    const { market, exchange: knobs, accounts } = plan
    const ids = accounts.map((_account, nth) => AccountId.parse(7_001_001 + nth))
    const [first = 'still', ...others] = market.regimes
    this.exchange = new Exchange({
      seed: plan.seed,
      clock: this.time,
      accounts: ids.map((id) => ({ id, name: `PRAC-V2-100200-${id}`, balance: 50_000 })),
      regimes: [first, ...others],
      quotesPerSecond: market.quotesPerSecond,
      knobs: { ...knobs, snapshotLagMs: 0 },
    })
    this.gateway = new VirtualGateway(this.time, this.exchange)
    Object.assign(this.gateway.delays, plan.delays)
    this.trouble = new Trouble(new SeededDice(plan.seed, 'faults'), tally, ids, () => this.time.elapsedMs())
    this.accounts = ids.map((id, nth) => {
      const written = accounts[nth] ?? { rules: {}, cooldownMs: 60_000 }
      return { id, named: [policyOf(id, written)], written }
    })
    this.contracts = ROOTS.map((root) => this.#contractOf(root))
    this.oracle = new Oracle(this)
    this.#trader = new Trader(this.exchange, ids, this.contracts)
    this.#wire()
  }

  get program(): Program | null {
    return this.#program
  }

  /** Whether the program can hear the stream now, as far as the network is concerned. */
  isHubUp(stream: Stream): boolean {
    return this.#hubsDown[stream] === 0
  }

  settingsOf(accountId: number): readonly [AccountPolicy, ...AccountPolicy[]] {
    return this.#account(accountId).named
  }

  loosened(accountId: number): void {
    const account = this.#account(accountId)
    account.named = [account.named.at(-1) ?? account.named[0]]
    this.oracle.loosened(accountId)
  }

  async start(): Promise<void> {
    await this.#boot()
    await this.time.run(CONNECT_MS * 2)
  }

  /** One step of the plan, with the faults that begin before it. */
  async take(nth: number): Promise<void> {
    const { faults, leap, steps } = this.#plan
    for (const fault of faults) if (fault.beforeStep === nth) this.#begin(fault)
    if (leap.beforeStep === nth) await this.#leap()
    const step = steps[nth]
    if (step !== undefined) await this.do(step)
  }

  async do({ act, thenMs }: Step): Promise<void> {
    this.#act(act)
    await this.time.run(thenMs)
  }

  /** Everything heals but what stays broken for good. */
  heal(): void {
    const { permanent, accounts } = this.#plan
    for (const fault of this.#active) this.#end(fault)
    if (permanent === 'market-hub-down' || permanent === 'user-hub-down') {
      this.#hubLost(permanent === 'market-hub-down' ? 'market' : 'user')
    }
    if (permanent === 'account-poisoned' && accounts.length > 1) this.trouble.poisoned = this.accounts[0]?.id ?? null
    this.exchange.turn({ snapshotLagMs: 0 })
    this.#death = null
    this.machineStepMs = 0
    if (this.#program === null) void this.#boot()
  }

  /** The reset is crossed before the day ends. */
  async crossReset(): Promise<void> {
    const resetAt = CALENDAR.nextReset(CALENDAR.previousReset(this.#startAt()))
    if (this.time.now() >= resetAt) return
    this.#jumpTo(resetAt - 2_000)
    await this.time.run(4_000)
  }

  close(): void {
    this.#program?.die()
    this.exchange.stop()
  }

  /** Whether the program dies at this commit. */
  diesAtCommit(when: 'before' | 'after', records: readonly TurnRecord[]): boolean {
    const kind = `crash-${when}-commit` as const
    const death = this.#death
    if (death === null || death.kind !== kind) return false
    death.left -= 1
    if (death.left > 0) return false
    this.#death = null
    this.tally.harmed(kind)
    for (const point of pointsOfCommit(records, when)) this.tally.covered.hit(point)
    this.#die(death.downMs)
    return true
  }

  #wire(): void {
    const { gateway, trouble, oracle } = this
    gateway.commandFate = (command) => trouble.commandFate(command)
    gateway.eventFate = (event) => trouble.eventFate(event)
    gateway.onSend = (command) => oracle.sent(command)
    gateway.reconnect = (stream) => {
      trouble.reconnected()
      if (this.#hubsDown[stream] === 0) gateway.restore(stream)
    }
    this.time.observe(() => oracle.look())
  }

  async #boot(): Promise<void> {
    // Two deaths may have asked for a start in the same millisecond, and the first has not opened its store yet.
    if (this.#isBooting) return
    this.#isBooting = true
    const memory = await openMemoryStore(this.#image, this.time.now())
    this.#isBooting = false
    this.oracle.opened(memory.store)
    const program = new Program(this, memory)
    this.#program = program
    this.trouble.excuse(START_EXCUSED_MS)
    this.time.after(CONNECT_MS, () => {
      if (!program.isAlive) return
      for (const stream of ['market', 'user'] as const) if (this.#hubsDown[stream] === 0) this.gateway.restore(stream)
    })
  }

  #die(downMs: number): void {
    const program = this.#program
    if (program === null) return
    this.#image = program.image()
    program.die()
    this.gateway.disconnect()
    this.#program = null
    this.tally.crashes += 1
    this.oracle.died()
    this.trouble.excuse(downMs + START_EXCUSED_MS)
    this.time.after(downMs, () => {
      if (this.#program === null) void this.#boot()
    })
  }

  #begin(fault: Fault): void {
    const { kind, forMs, ms, nth } = fault
    if (kind === 'crash-before-commit' || kind === 'crash-after-commit') {
      this.#death = { kind, left: nth, downMs: Math.abs(ms) % DOWN_MS_MAX }
      return
    }
    if (HARMS_AT_ONCE.has(kind)) this.tally.harmed(kind)
    if (kind === 'kill') {
      for (const point of pointsOfKill(this.#program?.kernel.states() ?? [])) this.tally.covered.hit(point)
      this.#die(Math.abs(ms) % DOWN_MS_MAX)
      return
    }
    if (kind === 'freeze') {
      this.#jumpTo(this.time.now() + (Math.abs(ms) % FREEZE_MS_MAX))
      return
    }
    this.#active.add(fault)
    this.trouble.begin(fault)
    this.time.after(forMs, () => this.#end(fault))
    if (kind === 'machine-clock') this.machineStepMs = Math.sign(ms || 1) * (5_000 + Math.abs(ms))
    if (kind === 'rest-lag') this.exchange.turn({ snapshotLagMs: Math.abs(ms) % LAG_MS_MAX })
    if (kind === 'wrong-date') this.oracle.dateWentWrong(ms)
    if (kind === 'hub-flap') this.time.after(0, () => this.#flap(fault))
    const stream = hubOf(kind)
    if (stream !== null) this.#hubLost(stream)
    if (kind === 'login-lost') this.#tellLoginLost()
  }

  #end(fault: Fault): void {
    if (!this.#active.delete(fault)) return
    const { kind } = fault
    if (kind === 'machine-clock') this.machineStepMs = 0
    if (kind === 'rest-lag') this.exchange.turn({ snapshotLagMs: 0 })
    const stream = hubOf(kind)
    if (stream !== null) this.#hubBack(stream)
    this.trouble.end(fault)
  }

  #hubLost(stream: Stream): void {
    this.#hubsDown[stream] += 1
    if (this.gateway.isUp(stream)) this.gateway.lose(stream)
  }

  #hubBack(stream: Stream): void {
    this.#hubsDown[stream] -= 1
    this.time.after(RECONNECT_MS, () => {
      const isWanted = this.#program !== null && this.#hubsDown[stream] === 0
      if (isWanted && !this.gateway.isUp(stream)) this.gateway.restore(stream)
    })
  }

  #flap(fault: Fault): void {
    if (!this.#active.has(fault)) return
    this.tally.harmed('hub-flap')
    this.#hubLost('user')
    this.time.after(HUB_FLAP_MS / 4, () => this.#hubBack('user'))
    this.time.after(HUB_FLAP_MS, () => this.#flap(fault))
  }

  #tellLoginLost(): void {
    const receivedMs = this.time.elapsedMs()
    this.gateway.tell({ kind: 'authentication-lost', reason: 'status 401', receivedMs })
  }

  async #leap(): Promise<void> {
    const { how, fromResetMs } = this.#plan.leap
    const landsAt = CALENDAR.nextReset(this.time.now()) + fromResetMs
    if (landsAt <= this.time.now()) return
    if (how === 'down') this.#die(0)
    this.#jumpTo(landsAt)
    await this.time.run(0)
  }

  /** Time passes and the process does not run. */
  #jumpTo(epochMs: number): void {
    const forMs = epochMs - this.time.now()
    this.time.set(epochMs)
    this.trouble.excuse(FREEZE_EXCUSED_MS)
    this.oracle.stoodStill(forMs)
  }

  #act(act: Act): void {
    if (act.kind === 'reload') this.#reload(act)
    else this.#trader.act(act)
  }

  #reload({ who, rule, written }: Extract<Act, { kind: 'reload' }>): void {
    const account = this.accounts[who % this.accounts.length]
    if (account === undefined) return
    const { [rule]: _before, ...others } = account.written.rules
    account.written = { ...account.written, rules: written === null ? others : { ...others, [rule]: written } }
    const named = [...account.named, policyOf(account.id, account.written)] as const
    const [first, ...rest] = named
    account.named = policyInForce([first, ...rest]).pending === null ? [named.at(-1) ?? first] : [first, ...rest]
    this.oracle.reloaded(account.id, rule)
    this.#program?.reload(account.id)
  }

  #startAt(): ReturnType<VirtualTime['now']> {
    return CALENDAR.dayOf(this.oracle.startedAt).start
  }

  #account(accountId: number): WorldAccount {
    const account = this.accounts.find(({ id }) => id === accountId)
    if (account === undefined) throw new RangeError(`no account ${accountId}`)
    return account
  }

  #contractOf(root: string): ContractSpec {
    const id = this.exchange.contractIdOf(root)
    const wire = id === undefined ? undefined : this.exchange.contract(ContractId.parse(id))
    if (wire === undefined) throw new RangeError(`${root} is not listed`)
    return contractOf(wire)
  }
}

/** The stream that is down during the fault. */
function hubOf(kind: FaultKind): Stream | null {
  if (kind === 'market-hub-down') return 'market'
  return kind === 'user-hub-down' || kind === 'login-lost' ? 'user' : null
}
