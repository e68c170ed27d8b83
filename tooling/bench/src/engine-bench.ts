import {
  AccountId,
  ContractId,
  type ContractSpec,
  type DomainEvent,
  instantOf,
  later,
  type Order,
  OrderId,
  parseUsd,
  type StoredAccount,
  ticks,
  type Trade,
  TradeId,
  TradingCalendar,
  usd,
} from '@rm/domain'
import { anAccount, contracts } from '@rm/domain/testing'
import { type AccountPolicy, Kernel, ProofOfLife, type Store } from '@rm/engine'
import { rules, type RuleSettings, stopCriteriaOf } from '@rm/rules'
import { drillEvents } from '@rm/sdk-bridge'
import { percentile } from './percentile.ts'
import { type Figure, type Report, reportOf } from './report.ts'

/** Trades are fewer than quotes, as in a day: an account with thousands of them would measure something that does not exist. */
const EVENTS_A_ROUND = { quote: 1_000, trade: 10 } as const
const START = instantOf('2026-11-18T15:30:00Z')
const MNQ = contracts.MNQ
/** Accounts that hold the quoted contract, whatever the number of accounts: what a quote has to touch. */
const HOLDERS_MAX = 10
/** A desk as large as one process may ever have to watch: 600 holders of each contract. */
const SPREAD = { accounts: 10_000, positions: 3, contracts: 50 } as const

/** Who is there, what each holds, and what is quoted. */
interface Scene {
  readonly name: string
  readonly accounts: number
  readonly held: (account: number) => readonly ContractSpec[]
  readonly quoted: readonly ContractSpec[]
}

function few(accounts: number): Scene {
  const held = (account: number): readonly ContractSpec[] => [account < HOLDERS_MAX ? MNQ : contracts.ES]
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

const STOP_PRICE = 20_800

/** Every rule, none near its limit: a rule that is missing here does not compile. */
const ENABLED: RuleSettings = {
  max_contracts: rules.max_contracts.settings.parse({ limit: 5 }),
  max_contracts_per_instrument: rules.max_contracts_per_instrument.settings.parse({
    default_limit: 5,
  }),
  daily_realized_loss: rules.daily_realized_loss.settings.parse({ limit: '-5000.00' }),
  daily_unrealized_loss: rules.daily_unrealized_loss.settings.parse({ limit: '-5000.00' }),
  max_unrealized_profit: rules.max_unrealized_profit.settings.parse({ enabled: true, target: '5000.00' }),
  trade_frequency_limit: rules.trade_frequency_limit.settings.parse({
    limits: { per_minute: 1_000_000, per_hour: 1_000_000, per_session: 1_000_000 },
  }),
  cooldown_after_loss: rules.cooldown_after_loss.settings.parse({
    loss_thresholds: [{ loss_amount: '-5000.00', cooldown: '5m' }],
  }),
  no_stop_loss_grace: rules.no_stop_loss_grace.settings.parse({ enabled: true, grace_period_seconds: 3_600 }),
  session_block_outside: rules.session_block_outside.settings.parse({
    global_session: {
      start: '17:00',
      end: '16:00',
      timezone: 'America/Chicago',
      allowed_days: ['sun', 'mon', 'tue', 'wed', 'thu'],
    },
  }),
  trade_management: rules.trade_management.settings.parse({
    enabled: true,
    auto_stop_loss: { enabled: true, distance_ticks: 800 },
    auto_breakeven: { enabled: true, profit_trigger_ticks: 4_000 },
    trailing_stop: { enabled: true, activation_ticks: 4_000, trail_distance_ticks: 2_000 },
  }),
  auth_loss_guard: rules.auth_loss_guard.settings.parse({}),
  symbol_blocks: rules.symbol_blocks.settings.parse({ enabled: true, blocked_symbols: ['NG'] }),
  daily_realized_profit: rules.daily_realized_profit.settings.parse({ enabled: true, target: '5000.00' }),
}

/**
 * Quote and trade events through the kernel: merge, index, book, all thirteen rules, arbitration. The store is left out (a decision that is
 * durable is what the relay bench measures), so these are the costs of deciding.
 */
export async function engineBench(rounds: number): Promise<Report> {
  const stages = SCENES.map((scene) => ({ name: scene.name, stage: new Stage(scene) }))
  const measured = new Map<string, number[]>()
  const keep = (name: string, value: number): void => {
    const values = measured.get(name)
    if (values === undefined) measured.set(name, [value])
    else values.push(value)
  }
  for (let round = -2; round < rounds; round += 1) {
    const perSecond = new Map<string, number>()
    for (const { name, stage } of stages) {
      for (const kind of ['quote', 'trade'] as const) {
        const took = stage.run(kind, EVENTS_A_ROUND[kind])
        if (round < 0) continue
        const total = took.reduce((sum, one) => sum + one, 0)
        perSecond.set(`${kind}s, ${name}`, (EVENTS_A_ROUND[kind] / total) * 1_000)
        for (const [label, share] of [
          ['p50', 0.5],
          ['p99', 0.99],
          ['p99.9', 0.999],
        ] as const) {
          keep(`${kind}, ${name}: ${label}|µs`, percentile(took, share) * 1_000)
        }
      }
    }
    for (const [name, rate] of perSecond) {
      keep(`${name}|events/s`, rate)
      const [kind = ''] = name.split(',')
      const alone = `${kind}, 1 account`
      if (name !== alone) keep(`${name} ÷ 1 account|ratio`, rate / (perSecond.get(alone) ?? Number.NaN))
    }
  }
  const figures = [...measured].map(([key, values]): Figure => {
    const [name = '', unit] = key.split('|')
    return { name, unit: unit === 'µs' || unit === 'ratio' ? unit : 'events/s', values }
  })
  return reportOf('engine', rounds, 'events through the kernel; ratios against one account', figures)
}

/** A kernel with the accounts of a scene. */
class Stage {
  readonly #kernel: Kernel
  readonly #accounts: readonly AccountId[]
  readonly #quoted: readonly ContractSpec[]
  /** What waits for the end of the pass: each event is a pass of its own. */
  readonly #idle: (() => void)[] = []
  #elapsedMs = 0
  #next = 1
  #trades = 0

  constructor({ accounts, held, quoted }: Scene) {
    this.#quoted = quoted
    this.#accounts = Array.from({ length: accounts }, (_unused, index) => AccountId.parse(7_100_000 + index))
    const calendar = new TradingCalendar({
      time: '17:00',
      timeZone: 'America/Chicago',
      days: ['sun', 'mon', 'tue', 'wed', 'thu'],
    })
    this.#kernel = new Kernel({
      policies: this.#accounts.map((accountId) => ({ policy: policyOf(accountId, calendar), pending: null })),
      onLoosened: () => {},
      contracts: [...new Set([...Object.values(contracts), ...quoted])],
      isMarketOpen: () => true,
      ports: {
        gateway: SILENT_GATEWAY,
        store: NOTHING_STORED,
        clock: {
          now: () => later(START, Math.floor(this.#elapsedMs)),
          elapsedMs: () => this.#elapsedMs,
          isTrusted: () => true,
        },
        wakeups: { after: () => () => {}, whenIdle: (wake) => this.#idle.push(wake) },
        proofOfLife: new ProofOfLife(drillEvents, () => performance.now()),
        reporter: { report: () => {} },
      },
    })
    for (const stream of ['user', 'market'] as const) {
      this.#kernel.handle({ kind: 'stream-restored', stream, receivedMs: this.#tick() })
    }
    this.#kernel.proveRules()
    // What is read so long after the stream stands is certain.
    this.#elapsedMs += 5_000
    this.#accounts.forEach((accountId, index) => this.#open(accountId, held(index)))
  }

  /** @returns milliseconds of each event */
  run(kind: 'quote' | 'trade', events: number): readonly number[] {
    const took: number[] = []
    for (let index = 0; index < events; index += 1) {
      const event = kind === 'quote' ? this.#quote() : this.#trade()
      const before = performance.now()
      this.#kernel.handle(event)
      for (const wake of this.#idle.splice(0)) wake()
      took.push(performance.now() - before)
      if (event.kind === 'trade-reported') this.#kernel.handle(this.#positionAfter(event.trade))
    }
    return took
  }

  #open(accountId: AccountId, held: readonly ContractSpec[]): void {
    const receivedMs = this.#tick()
    const stops = held.map(
      ({ id: contractId }, index): Order => ({
        id: OrderId.parse(3_300_000_000 + accountId * 10 + index),
        accountId,
        contractId,
        type: 'stop',
        side: 'sell',
        // Also for the contract that trades add and take off again.
        size: 2,
        filled: 0,
        limitPrice: null,
        stopPrice: STOP_PRICE,
        status: 'open',
        tag: null,
        parentId: null,
        createdAt: START,
        updatedAt: START,
      }),
    )
    const positions = held.map(({ id: contractId }) => {
      return { accountId, contractId, signedSize: 1, averagePrice: 21_000, openedAt: START }
    })
    const snapshot = {
      accountId,
      requestedMs: receivedMs,
      account: { ...anAccount(), id: accountId },
      positions,
      orders: stops,
      ordersComplete: true,
      history: null,
      trades: [],
    }
    this.#kernel.handle({ kind: 'snapshot-read', accountId, snapshot, receivedMs: this.#tick() })
  }

  #quote(): DomainEvent {
    const receivedMs = this.#tick()
    const bid = ticks(84_000 + (this.#next % 8))
    const contractId = this.#quoted[this.#next % this.#quoted.length]?.id ?? MNQ.id
    return {
      kind: 'quote-changed',
      change: { contractId, bid, ask: ticks(bid + 1), at: later(START, Math.floor(receivedMs)) },
      receivedMs,
    }
  }

  /** One account trades, so that its day is as long however many others there are: it buys a second contract and sells it again. */
  #trade(): Extract<DomainEvent, { kind: 'trade-reported' }> {
    const receivedMs = this.#tick()
    const [accountId = AccountId.parse(7_100_000)] = this.#accounts
    const turn = this.#trades
    this.#trades += 1
    const isEntry = turn % 2 === 0
    return {
      kind: 'trade-reported',
      accountId,
      trade: {
        id: TradeId.parse(3_100_000_000 + turn),
        accountId,
        contractId: MNQ.id,
        orderId: OrderId.parse(3_400_000_000 + turn),
        side: isEntry ? 'buy' : 'sell',
        size: 1,
        price: 21_000,
        realizedPnl: isEntry ? null : usd(0),
        fees: parseUsd('0.36') ?? usd(0),
        commissions: parseUsd('0.25') ?? usd(0),
        at: later(START, Math.floor(receivedMs)),
        microseconds: 0,
        voided: false,
      },
      receivedMs,
    }
  }

  #positionAfter({ accountId, contractId, realizedPnl }: Trade): DomainEvent {
    const signedSize = realizedPnl === null ? 2 : 1
    const position = { accountId, contractId, signedSize, averagePrice: 21_000, openedAt: START }
    return { kind: 'position-changed', accountId, position, receivedMs: this.#tick() }
  }

  #tick(): number {
    this.#next += 1
    this.#elapsedMs += 0.01
    return this.#elapsedMs
  }
}

function policyOf(accountId: AccountId, calendar: TradingCalendar): AccountPolicy {
  const untilReset = { kind: 'until-reset' } as const
  return {
    accountId,
    rules: ENABLED,
    timers: {
      dailyRealizedLoss: untilReset,
      dailyRealizedProfit: untilReset,
      cooldownAfterLoss: untilReset,
      tradeFrequency: { perMinute: untilReset, perHour: untilReset, perSession: untilReset },
      sessionHours: null,
    },
    calendar,
    pnlBasis: 'net',
    stopCriteria: stopCriteriaOf(ENABLED),
    guards: {
      staleAfterMs: 600_000,
      staleCriticalMs: 600_000,
      onStaleQuotes: 'alert',
      unvaluedGraceMs: 600_000,
      onUnvaluedPosition: 'alert',
    },
    enforcementDeadlineMs: 10_000,
    evaluationIntervalMs: 100,
    loosening: 'next_reset',
    configuration: 'bench',
    epoch: 1,
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
