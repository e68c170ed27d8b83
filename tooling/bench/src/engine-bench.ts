import { ContractId, type ContractSpec, type DomainEvent, later, type StoredAccount } from '@rm/domain'
import { contracts } from '@rm/domain/testing'
import { Kernel, ProofOfLife, type Store } from '@rm/engine'
import { drillEvents } from '@rm/sdk-bridge'
import { policyOf } from './all-rules.ts'
import { percentile } from '@rm/runtime-pack'
import { type Figure, type Report, reportOf } from './report.ts'
import { RulesAlone } from './rules-alone.ts'
import { type FillEvent, FILLS_APART_MS, type MarketMood, START, Trading } from './trading.ts'

/** Fills are fewer than quotes, as in a day: an account with thousands of them would measure something that does not exist. */
const A_ROUND = { quotes: 1_000, judgedQuotes: 20, fills: 10 } as const
const { MNQ, ES } = contracts
/** Accounts that hold the quoted contract, whatever the number of accounts: what a quote has to touch. */
const HOLDERS_MAX = 10
/** A desk as large as one process may ever have to watch: 600 holders of each contract. */
const SPREAD = { accounts: 10_000, positions: 3, contracts: 50 } as const
/** Accounts that the rules alone judge in turn, each with a day of its own. */
const ACCOUNTS_JUDGED = 100

/** Who is there, what each holds, and what is quoted. */
interface Scene {
  readonly name: string
  readonly accounts: number
  readonly held: (account: number) => readonly ContractSpec[]
  readonly quoted: readonly ContractSpec[]
}

function few(accounts: number): Scene {
  const held = (account: number): readonly ContractSpec[] => [account < HOLDERS_MAX ? MNQ : ES]
  return { name: accounts === 1 ? '1 account' : `${accounts} accounts`, accounts, held, quoted: [MNQ] }
}

function spread(): Scene {
  const quoted = Array.from({ length: SPREAD.contracts }, (_unused, index): ContractSpec => {
    if (index === 0) return MNQ
    const product = `X${String(index).padStart(2, '0')}`
    return { ...MNQ, id: ContractId.parse(`CON.F.US.${product}.Z26`), name: `${product}Z6`, product, root: product }
  })
  const held = (account: number): readonly ContractSpec[] =>
    Array.from({ length: SPREAD.positions }, (_unused, index) => quoted[(account + index) % quoted.length] ?? MNQ)
  const name = `${SPREAD.accounts} × ${SPREAD.positions} positions`
  return { name, accounts: SPREAD.accounts, held, quoted }
}

const SCENES = [few(1), few(100), few(10_000), spread()]

/** As a figure is named. */
type Kind = 'quote' | 'judged quote' | 'order' | 'trade' | 'position'

const KIND_OF_EVENT = { 'order-changed': 'order', 'trade-reported': 'trade', 'position-changed': 'position' } as const

/** Milliseconds of each event. */
type Times = ReadonlyMap<Kind, readonly number[]>

/**
 * Events through the kernel: merge, index, book, all thirteen rules, arbitration; and the rules alone. The store is left out (a decision
 * that is durable is what the relay bench measures), so these are the costs of deciding.
 */
export async function engineBench(rounds: number): Promise<Report> {
  const stages = SCENES.map((scene) => ({ name: scene.name, stage: new Stage(scene) }))
  const alone = new RulesAlone(ACCOUNTS_JUDGED)
  const measured = new Map<string, number[]>()
  const keep = (key: string, value: number): void => {
    const values = measured.get(key)
    if (values === undefined) measured.set(key, [value])
    else values.push(value)
  }
  const keepTimes = (name: string, took: readonly number[]): void => {
    keep(`${name}: p50|µs`, percentile(took, 0.5) * 1_000)
    keep(`${name}: p99|µs`, percentile(took, 0.99) * 1_000)
  }
  for (let round = -2; round < rounds; round += 1) {
    const timesAlone = byKind(alone.quotes(A_ROUND.quotes), alone.fills(A_ROUND.fills * ACCOUNTS_JUDGED))
    const timesOf = stages.map(({ name, stage }) => ({ name, times: stage.round() }))
    if (round < 0) continue
    for (const [kind, took] of timesAlone) keepTimes(`rules, ${kind}`, took)
    for (const { name, times } of timesOf) {
      for (const [kind, took] of times) keepTimes(`${kind}, ${name}`, took)
    }
    const [first] = timesOf
    for (const kind of ['quote', 'trade'] as const) {
      for (const { name, times } of timesOf) {
        keep(`${kind}s, ${name}|events/s`, rateOf(times, kind))
        if (first === undefined || name === first.name) continue
        keep(`${kind}s, ${name} ÷ 1 account|ratio`, rateOf(times, kind) / rateOf(first.times, kind))
      }
    }
  }
  const figures = [...measured].map(([key, values]): Figure => {
    const [name = '', unit] = key.split('|')
    return { name, unit: unit === 'µs' || unit === 'ratio' ? unit : 'events/s', values }
  })
  const compares = `events through the kernel; "rules" are all of them alone, over ${ACCOUNTS_JUDGED} accounts`
  return reportOf('engine', rounds, compares, figures)
}

function byKind(quotes: readonly number[], fills: ReadonlyMap<FillEvent['kind'], readonly number[]>): Times {
  const times = new Map<Kind, readonly number[]>([['judged quote', quotes]])
  for (const [kind, took] of fills) times.set(KIND_OF_EVENT[kind], took)
  return times
}

/** Events a second. */
function rateOf(times: Times, kind: Kind): number {
  const took = times.get(kind) ?? []
  return (took.length / took.reduce((sum, one) => sum + one, 0)) * 1_000
}

/** A kernel with the accounts of a scene. */
class Stage {
  readonly #kernel: Kernel
  readonly #trading: Trading
  readonly #quoted: Scene['quoted']
  /** What waits for the end of the pass: each event is a pass of its own. */
  readonly #idle: (() => void)[] = []

  constructor({ accounts, held, quoted }: Scene) {
    const trading = new Trading(accounts, quoted)
    this.#trading = trading
    this.#quoted = quoted
    this.#kernel = new Kernel({
      policies: trading.accounts.map((accountId) => ({ policy: policyOf(accountId), pending: null })),
      onLoosened: () => {},
      contracts: [...new Set([...Object.values(contracts), ...quoted])],
      isMarketOpen: () => true,
      ports: {
        gateway: SILENT_GATEWAY,
        store: NOTHING_STORED,
        clock: {
          now: () => later(START, Math.floor(trading.elapsedMs)),
          elapsedMs: () => trading.elapsedMs,
          isTrusted: () => true,
        },
        wakeups: { after: () => () => {}, whenIdle: (wake) => this.#idle.push(wake) },
        proofOfLife: new ProofOfLife(drillEvents, () => performance.now()),
        reporter: { report: () => {} },
      },
    })
    for (const stream of ['user', 'market'] as const) {
      this.#kernel.handle({ kind: 'stream-restored', stream, receivedMs: trading.tick() })
    }
    this.#kernel.proveRules()
    // What is read so long after the stream stands is certain.
    trading.pass(5_000)
    for (const [index, accountId] of trading.accounts.entries()) {
      this.#kernel.handle(trading.opening(accountId, held(index)))
    }
  }

  /** The aftermath of a jump, when all holders have looked, is left out; what fills leave to the quotes that follow is in their times. */
  round(): Times {
    const judged = this.#quotes('wild', A_ROUND.judgedQuotes)
    this.#quotes('calm', 2 * this.#quoted.length)
    const fills = this.#fills(A_ROUND.fills)
    const calm = this.#quotes('calm', A_ROUND.quotes)
    return new Map<Kind, readonly number[]>([['quote', calm], ['judged quote', judged], ...fills])
  }

  #quotes(mood: MarketMood, events: number): readonly number[] {
    return Array.from({ length: events }, () => this.#timed(this.#trading.quote(mood)))
  }

  /** One account trades, so that its day is as long however many others there are. */
  #fills(fills: number): Times {
    const times = { order: [] as number[], trade: [] as number[], position: [] as number[] }
    const [accountId] = this.#trading.accounts
    if (accountId === undefined) return new Map()
    for (let fill = 0; fill < fills; fill += 1) {
      this.#trading.pass(FILLS_APART_MS)
      for (const event of this.#trading.fill(accountId)) times[KIND_OF_EVENT[event.kind]].push(this.#timed(event))
    }
    return new Map([
      ['order', times.order],
      ['trade', times.trade],
      ['position', times.position],
    ])
  }

  /** @returns milliseconds */
  #timed(event: DomainEvent): number {
    const before = performance.now()
    this.#kernel.handle(event)
    for (const wake of this.#idle.splice(0)) wake()
    return performance.now() - before
  }
}

const NEVER = new Promise<never>(() => {})

const SILENT_GATEWAY = {
  send: () => NEVER,
  readExposure: () => NEVER,
  readAccount: () => NEVER,
  contract: () => Promise.resolve(null),
  watchQuotes: () => {},
  recycle: () => {},
  resubscribeQuotes: () => {},
}

const EMPTY: StoredAccount = {
  trades: [],
  cycles: [],
  lockouts: [],
  breaches: [],
  goals: [],
  commands: [],
  lastReset: null,
  warnings: [],
  lastTurnAt: null,
}

const NOTHING_STORED: Store = { commit: () => {}, loadAccount: () => EMPTY }
