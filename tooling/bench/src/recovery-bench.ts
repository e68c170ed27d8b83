import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { GatewaySim } from '@rm/gateway-sim'
import { OrderSide, OrderType } from '@rm/sdk-bridge/wire'
import { type Figure, type Report, reportOf } from './report.ts'
import { FIRST_ACCOUNT, Home, openGateway, Program } from './stage.ts'

/** The closed loss alone locks, so that it is the trader who closes. */
const RULES = '  daily_realized_loss: { enabled: true, limit: -500, include_unrealized: false }\n'
const ES = 'CON.F.US.EP.Z26'
const MES = 'CON.F.US.MES.Z26'
/** An ES tick is worth 12.50 dollars. */
const LOSS_TICKS = 48
/** What may be lost with the disk, and how long it may take until an account is protected as before (reliability B-7, B-8). */
const RPO_MAX_MS = 60_000
const RTO_MAX_MS = 300_000
/** The latest kill: just before the next lock snapshot, which is when most is lost. */
const LATEST_KILL_MS = 48_000
/** A backup is for what locks do not need, every five minutes: it is shown without a bound. */
const LOOK_MS = 10
const WAIT_MS = 60_000

interface Recovery {
  readonly snapshotAgeMs: number
  readonly backupAgeMs: number
  readonly lockedMs: number
  readonly flatMs: number
}

/**
 * Kills a daemon that has locked an account, deletes its database, and starts a successor while the trader is in the market again: how old the copies
 * were at the kill, and how long it took from that start until the account was locked and verified flat. The gateway has forgotten the loss
 * meanwhile, so that only the copies can lock.
 */
export async function recoveryBench(rounds: number): Promise<Report> {
  const taken: Recovery[] = []
  for (let round = 0; round < rounds; round += 1) {
    // Most kills come early, or the bench would wait for minutes; the last comes at the worst moment.
    taken.push(await recover(LATEST_KILL_MS * (round / (rounds - 1)) ** 4))
  }
  const figures: Figure[] = [
    {
      name: 'RPO: age of the newest lock snapshot',
      unit: 'ms',
      values: taken.map((one) => one.snapshotAgeMs),
      max: RPO_MAX_MS,
    },
    { name: 'age of the newest backup', unit: 'ms', values: taken.map((one) => one.backupAgeMs) },
    { name: 'start → account locked', unit: 'ms', values: taken.map((one) => one.lockedMs) },
    { name: 'RTO: start → locked, verified flat', unit: 'ms', values: taken.map((one) => one.flatMs), max: RTO_MAX_MS },
  ]
  return reportOf('recovery', rounds, 'kill, database deleted → successor has the lockout and enforces it', figures)
}

/** @param killAfterMs - from the lock snapshot that has the lockout */
async function recover(killAfterMs: number): Promise<Recovery> {
  await using home = await Home.open()
  await using sim = await openGateway(1)
  const data = path.join(home.folder, 'data')
  const snapshot = path.join(data, 'locks.json')
  await using daemon = await Program.daemon(sim, home, 1, RULES)
  await until('a backup', async () => (await newestBackupMs(data)) !== null)
  await trade(sim, ES, OrderSide.buy)
  sim.exchange.moveMarket(ES, -LOSS_TICKS)
  const soldMs = Date.now()
  await trade(sim, ES, OrderSide.sell)
  await until('the lockout', () => daemon.lines.some((line) => line.includes('Account is LOCKED')))
  await until('its snapshot', async () => (await changedMs(snapshot)) >= soldMs)
  await pause(killAfterMs)
  const killedMs = Date.now()
  await daemon.kill()
  const snapshotAgeMs = killedMs - (await changedMs(snapshot))
  const backupAgeMs = killedMs - ((await newestBackupMs(data)) ?? Number.NaN)
  for (const { id } of sim.exchange.trades(FIRST_ACCOUNT)) sim.exchange.voidTrade(FIRST_ACCOUNT, id)
  for (const name of ['state.db', 'state.db-wal']) await rm(path.join(data, name), { force: true })
  await trade(sim, MES, OrderSide.buy)

  const begunMs = performance.now()
  await using successor = await Program.daemon(sim, home, 1, RULES)
  await until('the lockout again', () => successor.lines.some((line) => line.includes('Account is LOCKED')))
  const lockedMs = performance.now() - begunMs
  await until('flat', () => successor.lines.some((line) => line.includes('Goal reached, verified')))
  const flatMs = performance.now() - begunMs
  if (sim.exchange.positions(FIRST_ACCOUNT).length > 0) throw new Error('the daemon says flat, and the venue does not')
  return { snapshotAgeMs, backupAgeMs, lockedMs, flatMs }
}

/** A market order of one contract, filled. */
async function trade({ exchange }: GatewaySim, contractId: string, side: OrderSide): Promise<void> {
  const order = { accountId: FIRST_ACCOUNT, contractId, type: OrderType.market, side, size: 1 }
  const { orderId } = exchange.place(order, 'trader')
  await until('a fill', () => exchange.ledger().some((entry) => entry.kind === 'fill' && entry.orderId === orderId))
}

/** Epoch ms of the newest backup; `null`: there is none. */
async function newestBackupMs(data: string): Promise<number | null> {
  const folder = path.join(data, 'backups')
  const names = await readdir(folder).catch((): string[] => [])
  const times = names.filter((name) => name.endsWith('.db')).map((name) => changedMs(path.join(folder, name)))
  return times.length === 0 ? null : Math.max(...(await Promise.all(times)))
}

async function changedMs(file: string): Promise<number> {
  return (await stat(file)).mtimeMs
}

async function until(what: string, isSeen: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + WAIT_MS
  while (!(await isSeen())) {
    if (performance.now() > end) throw new Error(`not seen within ${WAIT_MS} ms: ${what}`)
    await pause(LOOK_MS)
  }
}
