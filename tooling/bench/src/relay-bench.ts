import { setTimeout as pause } from 'node:timers/promises'
import type { GatewaySim } from '@rm/gateway-sim'
import { percentile } from '@rm/runtime-pack'
import { type Report, reportOf } from './report.ts'
import { accountIds, FIRST_ACCOUNT, Home, openGateway, Program } from './stage.ts'

/** One contract is allowed, the trader takes two, one has to go: every sample is a fresh breach and needs no closing reading. */
const RULES = '  max_contracts_per_instrument: { enabled: true, instrument_limits: { MNQ: 1 } }\n'
const BURST = 10
const SINGLES = 5
/** Rounds with one pair of programs: below the 200 requests a minute that the daemon allows itself. */
const ROUNDS_A_PAIR = 4
const ROUND_TRIPS_BEFORE = 300
const ARRIVAL_MS = 5_000
const CALM_MS = 40

/** Event leaves the gateway → close request arrives: the daemon with its durable commit, against a bare relay. */
export async function relayBench(rounds: number): Promise<Report> {
  const ratios = { single50: [] as number[], single90: [] as number[], last: [] as number[] }
  const daemonMs: number[] = []
  const bareMs: number[] = []
  const lastMs: number[] = []
  for (let round = 0; round < rounds; round += ROUNDS_A_PAIR) {
    await using daemonSim = await openGateway(BURST)
    await using bareSim = await openGateway(BURST)
    await using home = await Home.open()
    await using programs = new AsyncDisposableStack()
    programs.use(await Program.daemon(daemonSim, home, BURST, RULES))
    programs.use(await Program.bare('bare-relay', bareSim, BURST))
    await warmUp(daemonSim, bareSim)
    for (let pair = 0; pair < ROUNDS_A_PAIR && round + pair < rounds; pair += 1) {
      const daemon = { single: [] as number[], last: 0 }
      const bare = { single: [] as number[], last: 0 }
      for (let sample = 0; sample < SINGLES; sample += 1) {
        daemon.single.push(await sampleLast(daemonSim, [FIRST_ACCOUNT]))
        bare.single.push(await sampleLast(bareSim, [FIRST_ACCOUNT]))
      }
      daemon.last = await sampleLast(daemonSim, accountIds(BURST))
      bare.last = await sampleLast(bareSim, accountIds(BURST))
      ratios.single50.push(percentile(daemon.single, 0.5) / percentile(bare.single, 0.5))
      ratios.single90.push(percentile(daemon.single, 0.9) / percentile(bare.single, 0.9))
      ratios.last.push(daemon.last / bare.last)
      daemonMs.push(percentile(daemon.single, 0.5))
      bareMs.push(percentile(bare.single, 0.5))
      lastMs.push(daemon.last)
    }
  }
  return reportOf('relay', rounds, 'daemon (breach durable before the send) ÷ bare relay (stock axios)', [
    { name: 'single, p50 of the round', unit: 'ratio', values: ratios.single50 },
    { name: 'single, p90 of the round', unit: 'ratio', values: ratios.single90 },
    { name: 'last of a burst of ten', unit: 'ratio', values: ratios.last },
    { name: 'daemon, single', unit: 'ms', values: daemonMs },
    { name: 'bare relay, single', unit: 'ms', values: bareMs },
    { name: 'daemon, last of ten', unit: 'ms', values: lastMs },
  ])
}

/** A breach comes in the middle of a day, not into an idle process: first some trading within the limits, then a few samples. */
async function warmUp(...sims: readonly GatewaySim[]): Promise<void> {
  for (const sim of sims) {
    for (let trip = 0; trip < ROUND_TRIPS_BEFORE; trip += 1) await roundTrip(sim, FIRST_ACCOUNT + (trip % BURST))
  }
  for (let sample = 0; sample < SINGLES; sample += 1) {
    for (const sim of sims) await sampleLast(sim, [FIRST_ACCOUNT])
  }
}

async function roundTrip(sim: GatewaySim, accountId: number): Promise<void> {
  const contractId = contractOf(sim)
  sim.exchange.place({ accountId, contractId, type: 2, side: 0, size: 1 }, 'trader')
  await pause(1)
  sim.exchange.closeContract(accountId, contractId, 'trader')
  await pause(1)
}

/**
 * Opens two contracts on each account at once and waits for the requests that take one away.
 *
 * @returns milliseconds from the last position event's leaving to the last request's arrival
 */
async function sampleLast(sim: GatewaySim, accounts: readonly number[]): Promise<number> {
  const contractId = contractOf(sim)
  const eventsBefore = sim.events.after(0).at(-1)?.sequence ?? 0
  const requestsBefore = sim.requests.after(0).at(-1)?.sequence ?? 0
  for (const accountId of accounts) {
    sim.exchange.place({ accountId, contractId, type: 2, side: 0, size: 2 }, 'trader')
  }
  const arrivals = await closesOf(sim, requestsBefore, accounts.length)
  const left = sim.events
    .after(eventsBefore)
    .filter((event) => event.target === 'GatewayUserPosition')
    .slice(0, accounts.length)
  const lastLeft = Math.max(...left.map((event) => event.sentAtMs))
  await calm(sim, accounts, contractId)
  return Math.max(...arrivals) - lastLeft
}

async function closesOf(sim: GatewaySim, after: number, count: number): Promise<readonly number[]> {
  const giveUp = performance.now() + ARRIVAL_MS
  for (;;) {
    const arrivals = sim.requests.after(after).filter((request) => request.route === 'partialCloseContract')
    if (arrivals.length >= count) return arrivals.map((request) => request.arrivedAtMs)
    if (performance.now() > giveUp) throw new Error(`${arrivals.length} of ${count} close requests arrived`)
    await pause(1)
  }
}

/** The trader closes what is left, and both sides come to rest. */
async function calm(sim: GatewaySim, accounts: readonly number[], contractId: string): Promise<void> {
  await pause(CALM_MS)
  for (const accountId of accounts) sim.exchange.closeContract(accountId, contractId, 'trader')
  await pause(CALM_MS)
}

function contractOf(sim: GatewaySim): string {
  const contractId = sim.exchange.contractIdOf('MNQ')
  if (contractId === undefined) throw new Error('the simulated gateway lists no MNQ')
  return contractId
}
