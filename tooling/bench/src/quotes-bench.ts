import { setTimeout as pause } from 'node:timers/promises'
import type { GatewaySim } from '@rm/gateway-sim'
import { z } from 'zod'
import { cpuSeconds, waitedMs } from './process-use.ts'
import { type Figure, type Report, reportOf } from './report.ts'
import { accountIds, Home, openGateway, Program } from './stage.ts'

/** All thirteen, none near its limit. */
const RULES = `  max_contracts: { enabled: true, limit: 5 }
  max_contracts_per_instrument: { enabled: true, default_limit: 5 }
  daily_realized_loss: { enabled: true, limit: -5000 }
  daily_unrealized_loss: { enabled: true, limit: -4000 }
  max_unrealized_profit: { enabled: true, target: 5000 }
  trade_frequency_limit: { enabled: true }
  cooldown_after_loss: { enabled: true }
  no_stop_loss_grace: { enabled: true, grace_period_seconds: 3600 }
  session_block_outside: { enabled: true, respect_holidays: false, global_session: { start: "17:00", end: "16:00", timezone: America/Chicago, allowed_days: [sun, mon, tue, wed, thu] } }
  trade_management: { enabled: true, auto_breakeven: { enabled: true, profit_trigger_ticks: 4000 } }
  auth_loss_guard: { enabled: true }
  symbol_blocks: { enabled: true, blocked_symbols: [NG] }
  daily_realized_profit: { enabled: true, target: 5000 }
`

const FULL_RATE = 20_000
const SHARED_RATE = 5_000
/**
 * As many as the gateway's limit lets one login watch with a full comparison each every 45 seconds: the daemon leaves 140 requests a minute to
 * readings, and one of an account takes five (gateway contract 2.1).
 */
const MANY_ACCOUNTS = 20
const ROUND_MS = 1_000
/** What compiles code on the fly is slow at first, and so is no market: quotes come in slowly before they are counted. */
const WARM_UP_ROUNDS = 5
/** A slow machine reads some accounts twice, and then has to wait for the next minute's budget. */
const ACTIVE_MS_MAX = 150_000
/** Prices stay within so many ticks of where they began. */
const TICKS_APART = 8

const RunSummary = z.object({
  event: z.literal('run-summary'),
  quotes: z.object({
    handled: z.int(),
    lagMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
  }),
})

/** Quotes from the simulated gateway through the whole daemon: what it keeps up with, how late it is, and what it costs. */
export async function quotesBench(rounds: number): Promise<Report> {
  const figures = [...(await atFullRate(rounds)), ...(await oneAgainstMany(rounds))]
  const compares = `${FULL_RATE} quotes/s on one account; ${SHARED_RATE} quotes/s on 1 and on ${MANY_ACCOUNTS} accounts`
  return reportOf('quotes', rounds, compares, figures)
}

async function atFullRate(rounds: number): Promise<readonly Figure[]> {
  await using desk = await Desk.open(1)
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await desk.quote(FULL_RATE / 10)
  const sent: number[] = []
  const cores: number[] = []
  const waits: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const took = await desk.quote(FULL_RATE)
    sent.push(took.perSecond)
    if (took.cores !== null) cores.push(took.cores)
    if (took.waitedMs !== null) waits.push(took.waitedMs)
  }
  const { handled, lagMs } = await desk.stop()
  return [
    { name: 'quotes sent', unit: 'events/s', values: sent },
    { name: 'handled ÷ sent, at the moment of the last', unit: 'ratio', values: [handled / desk.sent] },
    { name: 'behind the stamp when handled, p50', unit: 'ms', values: [lagMs.p50 ?? Number.NaN] },
    { name: 'behind the stamp when handled, p99', unit: 'ms', values: [lagMs.p99 ?? Number.NaN] },
    { name: 'waited for a core, in a second', unit: 'ms', values: waits },
    { name: `CPU at ${FULL_RATE} quotes/s`, unit: 'cores', values: cores },
  ]
}

async function oneAgainstMany(rounds: number): Promise<readonly Figure[]> {
  await using one = await Desk.open(1)
  await using many = await Desk.open(MANY_ACCOUNTS)
  const cores = { one: [] as number[], many: [] as number[] }
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    const ofOne = await one.quote(SHARED_RATE)
    const ofMany = await many.quote(SHARED_RATE)
    if (round < 0 || ofOne.cores === null || ofMany.cores === null) continue
    cores.one.push(ofOne.cores)
    cores.many.push(ofMany.cores)
  }
  const ratios = cores.many.map((value, index) => value / (cores.one[index] ?? Number.NaN))
  return [
    { name: `CPU at ${SHARED_RATE} quotes/s, 1 account`, unit: 'cores', values: cores.one },
    { name: `CPU at ${SHARED_RATE} quotes/s, ${MANY_ACCOUNTS} accounts`, unit: 'cores', values: cores.many },
    { name: `${MANY_ACCOUNTS} accounts ÷ 1 account`, unit: 'ratio', values: ratios },
  ]
}

/** What was measured in a second of quotes; `null` where the system does not tell. */
interface Second {
  readonly perSecond: number
  readonly cores: number | null
  /** Of the daemon for a core that other programs had. */
  readonly waitedMs: number | null
}

/** A gateway whose accounts are long one contract, and the daemon that watches them. */
class Desk implements AsyncDisposable {
  /** Quotes that have left the gateway for the daemon, those of the market's own moves among them. */
  sent = 0
  readonly #sim: GatewaySim
  readonly #daemon: Program
  readonly #contractId: string
  readonly #resources: AsyncDisposableStack
  #steps = 0
  #sequence = 0

  private constructor(sim: GatewaySim, daemon: Program, contractId: string, resources: AsyncDisposableStack) {
    this.#sim = sim
    this.#daemon = daemon
    this.#contractId = contractId
    this.#resources = resources
  }

  static async open(accounts: number): Promise<Desk> {
    await using resources = new AsyncDisposableStack()
    const sim = resources.use(await openGateway(accounts))
    const contractId = sim.exchange.contractIdOf('MNQ')
    if (contractId === undefined) throw new Error('the simulated gateway lists no MNQ')
    for (const accountId of accountIds(accounts)) {
      sim.exchange.place({ accountId, contractId, type: 2, side: 0, size: 1 }, 'trader')
    }
    const home = resources.use(await Home.open())
    const daemon = resources.use(await Program.daemon(sim, home, accounts, RULES))
    await allActive(daemon, accounts)
    return new Desk(sim, daemon, contractId, resources.move())
  }

  /** Quotes for a second, spread over it evenly. */
  async quote(perSecond: number): Promise<Second> {
    const { pid } = this.#daemon
    const before = { cpu: await cpuSeconds(pid), waited: await waitedMs(pid) }
    const begunMs = performance.now()
    let sent = 0
    for (let elapsedMs = 0; elapsedMs < ROUND_MS; elapsedMs = performance.now() - begunMs) {
      for (const due = (Math.min(elapsedMs, ROUND_MS) * perSecond) / 1_000; sent < due; sent += 1) this.#move()
      await pause(1)
    }
    const tookSeconds = (performance.now() - begunMs) / 1_000
    const after = { cpu: await cpuSeconds(pid), waited: await waitedMs(pid) }
    this.#count()
    return {
      perSecond: sent / tookSeconds,
      cores: before.cpu === null || after.cpu === null ? null : (after.cpu - before.cpu) / tookSeconds,
      waitedMs: before.waited === null || after.waited === null ? null : (after.waited - before.waited) / tookSeconds,
    }
  }

  /** Ends the daemon, which tells what it has handled: quotes that it has not taken by then are backlog. */
  async stop(): Promise<z.infer<typeof RunSummary>['quotes']> {
    await this.#daemon[Symbol.asyncDispose]()
    for (const line of this.#daemon.lines) {
      if (line.includes('"event":"run-summary"')) return RunSummary.parse(JSON.parse(line)).quotes
    }
    throw new Error('the daemon left no summary')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }

  #count(): void {
    for (const { sequence, target, receivers } of this.#sim.events.after(this.#sequence)) {
      if (target === 'GatewayQuote') this.sent += receivers
      this.#sequence = sequence
    }
  }

  #move(): void {
    const isUp = this.#steps % (2 * TICKS_APART) < TICKS_APART
    this.#steps += 1
    this.#sim.exchange.moveMarket(this.#contractId, isUp ? 1 : -1)
  }
}

/** Waits until every account is trusted and judged. */
async function allActive(daemon: Program, accounts: number): Promise<void> {
  const giveUp = performance.now() + ACTIVE_MS_MAX
  for (;;) {
    const active = daemon.lines.filter(
      (line) => line.includes('"event":"word-changed"') && line.includes('"to":"ACTIVE"'),
    )
    if (active.length >= accounts) return await pause(ROUND_MS)
    if (performance.now() > giveUp) throw new Error(`${active.length} of ${accounts} accounts are active`)
    await pause(100)
  }
}
