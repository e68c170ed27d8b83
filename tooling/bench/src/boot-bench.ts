import { readFile } from 'node:fs/promises'
import { type Figure, type Report, reportOf } from './report.ts'
import { openGateway, Program } from './stage.ts'

const RULES = `  max_contracts: { enabled: true, limit: 5 }
  daily_realized_loss: { enabled: true, limit: -500 }
`
const WARM_UPS = 2

/** Process start → `✅ Event loop running`, against a bare boot; resident memory right after it. */
export async function bootBench(rounds: number): Promise<Report> {
  const daemonMs: number[] = []
  const bareMs: number[] = []
  const memory: number[] = []
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    // The order changes from round to round, so that neither always runs on the warmer machine.
    const starters = round % 2 === 0 ? [startDaemon, startBare] : [startBare, startDaemon]
    for (const start of starters) {
      const { readyMs, residentMiB } = await start()
      if (round < 0) continue
      if (start === startBare) bareMs.push(readyMs)
      else {
        daemonMs.push(readyMs)
        if (residentMiB !== null) memory.push(residentMiB)
      }
    }
  }
  const figures: Figure[] = [
    {
      name: 'daemon ÷ bare boot',
      unit: 'ratio',
      values: daemonMs.map((ms, index) => ms / (bareMs[index] ?? Number.NaN)),
    },
    { name: 'daemon', unit: 'ms', values: daemonMs },
    { name: 'bare boot', unit: 'ms', values: bareMs },
  ]
  if (memory.length > 0) figures.push({ name: 'resident memory of the daemon', unit: 'MiB', values: memory })
  return reportOf('boot', rounds, 'process start → event loop running ÷ login, three lists, both hubs', figures)
}

interface Start {
  readonly readyMs: number
  /** `null` where the system does not tell. */
  readonly residentMiB: number | null
}

async function startDaemon(): Promise<Start> {
  await using sim = await openGateway(1)
  await using daemon = await Program.daemon(sim, 1, RULES)
  return { readyMs: daemon.readyMs, residentMiB: await readResidentMiB(daemon.pid) }
}

async function startBare(): Promise<Start> {
  await using sim = await openGateway(1)
  await using bare = await Program.bare('bare-boot', sim, 1)
  return { readyMs: bare.readyMs, residentMiB: null }
}

async function readResidentMiB(pid: number): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(status)
    return match === null ? null : Number(match[1]) / 1_024
  } catch {
    return null
  }
}
