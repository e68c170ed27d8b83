import type { DomainEvent, Instant, TurnRecord } from '@rm/domain'
import { type AccountPolicy, Kernel, policyInForce, ProofOfLife, type Ports } from '@rm/engine'
import { isTrading } from '@rm/gateway-sim/virtual'
import { AccountReads, drillEvents, GatewayClock } from '@rm/sdk-bridge'
import type { MemoryStore } from '@rm/state/testing'
import { VirtualReads } from './virtual-reads.ts'
import type { World } from './world.ts'

/** The daemon looks at its clock so often. */
const TICK_MS = 1_000

/**
 * One life of the program: the real kernel with the real store, the bridge's clock and its reader of accounts. What a dead program still
 * calls has no effect.
 */
export class Program {
  isAlive = true
  readonly clock: GatewayClock
  readonly kernel: Kernel
  readonly #world: World
  readonly #memory: MemoryStore

  constructor(world: World, memory: MemoryStore) {
    const { time, exchange } = world
    this.#world = world
    this.#memory = memory
    this.clock = new GatewayClock({
      environment: 'production',
      wallClock: () => time.now() + world.machineStepMs,
      monotonic: () => time.elapsedMs(),
      log: { write: () => undefined },
    })
    // The login of the start is the first that tells the time, unless it fails.
    if (!world.trouble.isAt('login-lost') && !world.trouble.isAt('read-fails')) this.#sampleDate(time.elapsedMs())
    this.kernel = new Kernel({
      policies: world.accounts.map(({ id }) => policyInForce(this.#policiesOf(id))),
      onLoosened: (accountId) => world.loosened(accountId),
      contracts: world.contracts,
      isMarketOpen: (_contractId, now) => isTrading('globex', now),
      ports: this.#ports(),
    })
    exchange.turn({})
    this.kernel.proveRules()
    this.#tick()
  }

  /** What is on the disk. */
  image(): Uint8Array {
    return this.#memory.image()
  }

  get store(): MemoryStore['store'] {
    return this.#memory.store
  }

  /** The configuration names other settings. */
  reload(accountId: number): void {
    this.kernel.replaceSettings(policyInForce(this.#policiesOf(accountId)))
  }

  /** The process is gone, as after SIGKILL. What was committed stays. */
  die(): void {
    this.isAlive = false
    this.#memory.store.close()
  }

  #ports(): Ports {
    const { time, gateway, oracle, trouble } = this.#world
    const wire = gateway.connect((event) => this.#take(event))
    const reads = new AccountReads(this.#reads(), { write: () => undefined })
    const whileAlive = (wake: () => void) => (): void => {
      if (this.isAlive) wake()
    }
    return {
      gateway: {
        ...wire,
        send: async (command) => {
          const sentMs = time.elapsedMs()
          const outcome = await wire.send(command)
          if (outcome.kind === 'accepted' || outcome.kind === 'refused') this.#sampleDate(sentMs)
          trouble.answered(outcome)
          oracle.answered(command, outcome)
          return outcome
        },
        readExposure: (accountId, ordersSince) => reads.exposure(accountId, ordersSince),
        readAccount: async (accountId, tradesSince, ordersSince) => {
          const snapshot = await reads.account(accountId, tradesSince, ordersSince)
          oracle.reconciled(accountId, snapshot.requestedMs, tradesSince)
          return snapshot
        },
      },
      store: {
        commit: (records) => this.#commit(records),
        loadAccount: (accountId, tradesSince) => this.#memory.store.loadAccount(accountId, tradesSince),
      },
      clock: this.clock,
      wakeups: {
        after: (ms, wake) => time.after(ms, whileAlive(wake)),
        whenIdle: (wake) => time.whenIdle(whileAlive(wake)),
      },
      proofOfLife: new ProofOfLife(drillEvents, () => time.elapsedMs()),
      reporter: { report: (accountId, _at, notes) => this.isAlive && oracle.told(accountId, notes) },
    }
  }

  #reads(): VirtualReads {
    const { time, exchange, gateway, trouble, oracle } = this.#world
    return new VirtualReads({
      time,
      exchange,
      delays: gateway.delays,
      isAlive: () => this.isAlive,
      fate: (accountId) => trouble.readFate(accountId),
      onReply: (sentMs) => this.#sampleDate(sentMs),
      onSeen: (reply) => oracle.seen(reply),
    })
  }

  #commit(records: readonly TurnRecord[]): void {
    if (!this.isAlive) return
    const world = this.#world
    if (world.diesAtCommit('before', records)) return
    if (world.trouble.isAt('commit-fails')) {
      world.tally.harmed('commit-fails')
      world.oracle.refused(records)
      throw new Error('SQLITE_FULL: database or disk is full')
    }
    this.#memory.store.commit(records)
    world.oracle.committed(records)
    world.diesAtCommit('after', records)
  }

  #take(event: DomainEvent): void {
    const stamp = stampOf(event)
    if (stamp !== null) this.clock.sampleStamp(stamp)
    this.#world.oracle.heard(event)
    this.kernel.handle(event)
  }

  /** A `Date` names the whole second. */
  #sampleDate(sentMs: number): void {
    const { time, trouble } = this.#world
    const date = Math.floor((time.now() + trouble.dateSkewMs()) / 1_000) * 1_000
    this.clock.sampleDate(date, sentMs, time.elapsedMs())
  }

  #tick(): void {
    this.#world.time.after(TICK_MS, () => {
      if (!this.isAlive) return
      this.kernel.tick()
      this.#tick()
    })
  }

  #policiesOf(accountId: number): readonly [AccountPolicy, ...AccountPolicy[]] {
    const [first, ...rest] = this.#world.settingsOf(accountId)
    const { epoch } = this.#memory.store
    return [{ ...first, epoch }, ...rest.map((policy) => ({ ...policy, epoch }))]
  }
}

/** The stamp that the bridge takes from an event: what the gateway put on it when it happened. */
function stampOf(event: DomainEvent): Instant | null {
  if (event.kind === 'order-changed') return event.order.updatedAt
  if (event.kind === 'trade-reported') return event.trade.at
  return event.kind === 'quote-changed' ? event.change.at : null
}
