import { type DomainEvent, type Instant, instant, type PursuedGoal } from '@rm/domain'
import { isTrading } from '@rm/gateway-sim/virtual'
import type { Plan } from '../plan.ts'
import type { Tally } from '../tally.ts'
import type { World } from '../world.ts'
import { AccountWatch } from './account-watch.ts'
import { ClockTroubles } from './clock-troubles.ts'
import { DurableFacts } from './durable-facts.ts'
import { Truth, type TrueAccount } from './truth.ts'
import { Verdicts } from './verdicts.ts'

/** Before its first tick a program cannot know how long it stood. */
const FIRST_TICK_MS = 1_100
/** A pause that is longer than that of five ticks. */
const STANDSTILL_MS = 6_500

/** What the oracle has seen and heard so far: on the ports of the program, at the exchange, and on the disk. Every invariant looks at it. */
export class Evidence {
  readonly startedAt: Instant
  readonly world: World
  readonly tally: Tally
  readonly verdicts: Verdicts
  readonly truth: Truth
  readonly facts = new DurableFacts()
  readonly clocks: ClockTroubles
  readonly watches: ReadonlyMap<number, AccountWatch>
  /** Accounts of which the disk refused something that is not written yet. */
  readonly unwritable = new Set<number>()
  /** Goals of theirs, by id: what is owed is acted upon although no disk knows of it (S-01). */
  readonly unwrittenGoals = new Map<string, PursuedGoal>()
  userStreamUp = false
  /** Whether the exchange trades, and since when. */
  isOpen = false
  openSinceMs = 0
  #openedMs = 0
  readonly #plans: ReadonlyMap<number, Plan['accounts'][number]>
  readonly #roots: ReadonlyMap<string, string>

  constructor(world: World) {
    const { time, tally, exchange, accounts, contracts, violations } = world
    const ids = accounts.map(({ id }) => Number(id))
    const nowMs = (): number => time.elapsedMs()
    this.world = world
    this.tally = tally
    this.startedAt = instant(time.now())
    this.verdicts = new Verdicts(tally, nowMs, violations)
    this.truth = new Truth(exchange, ids, nowMs)
    this.clocks = new ClockTroubles(world)
    this.watches = new Map(ids.map((id) => [id, new AccountWatch()]))
    this.#plans = new Map(accounts.map(({ id, written }) => [Number(id), written]))
    this.#roots = new Map(contracts.map(({ id, root }) => [String(id), root]))
  }

  /** A new life of the program begins: it knows nothing but what is on the disk. */
  opened(): void {
    const nowMs = this.nowMs()
    for (const watch of this.watches.values()) watch.forget(nowMs)
    this.unwritable.clear()
    this.unwrittenGoals.clear()
    this.#openedMs = nowMs
    this.userStreamUp = false
    this.clocks.opened()
  }

  /** The process did not run for so long: beyond some seconds what it knew is of the past (reliability T-08). */
  stoodStill(forMs: number): void {
    this.clocks.stoodStill(forMs)
    const nowMs = this.nowMs()
    const isFelt = forMs > STANDSTILL_MS && nowMs - forMs - this.#openedMs >= FIRST_TICK_MS
    for (const watch of this.watches.values()) {
      watch.owedSince.clear()
      if (!isFelt) continue
      watch.doubtedMs = nowMs
      watch.wokeMs = nowMs
    }
  }

  /** The program hears of it now. */
  heard(event: DomainEvent): void {
    const nowMs = this.nowMs()
    if (event.kind === 'stream-lost' || event.kind === 'stream-restored') {
      if (event.stream === 'market') return
      this.userStreamUp = event.kind === 'stream-restored'
      for (const watch of this.watches.values()) watch.doubtedMs = nowMs
    } else if (event.kind === 'authentication-lost') {
      for (const watch of this.watches.values()) watch.doubtedMs = nowMs
    } else if (event.kind === 'payload-faulted') {
      this.watch(event.accountId).doubtedMs = nowMs
    } else if (event.kind === 'position-changed') {
      this.watch(event.accountId).observed(event.position.contractId, nowMs)
    } else if (event.kind === 'trade-reported') {
      if (event.trade.voided) this.truth.of(event.accountId).untoldVoids.delete(event.trade.id)
      this.watch(event.accountId).observed(event.trade.contractId, nowMs)
    } else if (event.kind === 'order-changed') {
      this.watch(event.accountId).observed(event.order.contractId, nowMs)
    }
  }

  /** Looks whether the exchange trades. */
  lookAtTheMarket(): void {
    const isOpen = isTrading('globex', this.trueNow())
    if (isOpen && !this.isOpen) this.openSinceMs = this.nowMs()
    this.isOpen = isOpen
  }

  watch(accountId: number): AccountWatch {
    const watch = this.watches.get(accountId)
    if (watch === undefined) throw new RangeError(`no account ${accountId}`)
    return watch
  }

  account(accountId: number): TrueAccount {
    return this.truth.of(accountId)
  }

  /** The settings of the account when the day began. */
  planOf(accountId: number): Plan['accounts'][number] {
    const plan = this.#plans.get(accountId)
    if (plan === undefined) throw new RangeError(`no account ${accountId}`)
    return plan
  }

  rootOf(contractId: string): string {
    return this.#roots.get(contractId) ?? contractId
  }

  /** Monotonic. */
  nowMs(): number {
    return this.world.time.elapsedMs()
  }

  /** The time of the exchange, whatever the clocks of gateway and machine say. */
  trueNow(): number {
    return this.world.time.now()
  }

  /** Monotonic time since when nothing is wrong and nothing that was can excuse the program; +∞ while something is. */
  healthyMs(): number {
    return this.world.trouble.healthySinceMs()
  }
}
