import { type Figure, type Report, reportOf } from './report.ts'
import { Home, openGateway, Program } from './stage.ts'
import { residentMiB } from './process-use.ts'

const RULES = `  max_contracts: { enabled: true, limit: 5 }
  daily_realized_loss: { enabled: true, limit: -500 }
`
const WARM_UPS = 2

interface Start {
  readonly readyMs: number
  /** `null` where the system does not tell. */
  readonly residentMiB: number | null
}

/** Process start → `✅ Event loop running`, on a database that exists and on a new one, against a bare boot; resident memory right after it. */
export async function bootBench(rounds: number): Promise<Report> {
  await using home = await Home.open()
  const starters = { again: () => startDaemon(home), first: startDaemonAnew, bare: startBare }
  const taken: Record<keyof typeof starters, Start[]> = { again: [], first: [], bare: [] }
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    // The order changes from round to round, so that nobody always runs on the warmer machine.
    const order = round % 2 === 0 ? (['again', 'bare', 'first'] as const) : (['first', 'bare', 'again'] as const)
    for (const name of order) {
      const start = await starters[name]()
      if (round >= 0) taken[name].push(start)
    }
  }
  const ratio = (name: 'again' | 'first'): number[] =>
    taken[name].map(({ readyMs }, index) => readyMs / (taken.bare[index]?.readyMs ?? Number.NaN))
  const figures: Figure[] = [
    { name: 'daemon ÷ bare boot', unit: 'ratio', values: ratio('again') },
    { name: 'daemon, new database ÷ bare boot', unit: 'ratio', values: ratio('first') },
    { name: 'daemon', unit: 'ms', values: taken.again.map(({ readyMs }) => readyMs) },
    { name: 'daemon, new database', unit: 'ms', values: taken.first.map(({ readyMs }) => readyMs) },
    { name: 'bare boot', unit: 'ms', values: taken.bare.map(({ readyMs }) => readyMs) },
  ]
  const memory = taken.again.flatMap((start) => start.residentMiB ?? [])
  if (memory.length > 0) figures.push({ name: 'resident memory of the daemon', unit: 'MiB', values: memory })
  return reportOf('boot', rounds, 'process start → event loop running ÷ login, three lists, both hubs', figures)
}

async function startDaemonAnew(): Promise<Start> {
  await using home = await Home.open()
  return await startDaemon(home)
}

async function startDaemon(home: Home): Promise<Start> {
  await using sim = await openGateway(1)
  await using daemon = await Program.daemon(sim, home, 1, RULES)
  return { readyMs: daemon.readyMs, residentMiB: await residentMiB(daemon.pid) }
}

async function startBare(): Promise<Start> {
  await using sim = await openGateway(1)
  await using bare = await Program.bare('bare-boot', sim, 1)
  return { readyMs: bare.readyMs, residentMiB: null }
}
