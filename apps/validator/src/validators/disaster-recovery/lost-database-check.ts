import { existsSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { awaitCondition } from '../../rehearsal/await-condition.ts'
import { listedContracts } from '../../rehearsal/listed-contracts.ts'
import { Rehearsal } from '../../rehearsal/rehearsal.ts'
import type { RehearsedDaemon } from '../../rehearsal/rehearsed-daemon.ts'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { monotonicMs, wallClockMs } from '../../system-clock.ts'
import { answer, type Answer, type Check, type CheckContext } from '../../validator.ts'

/** A lockout is in the snapshot within so long. */
const EARLY_MS = 500
/** Just before the next snapshot, which comes every 50 s: when most is lost. */
const LATE_MS = 48_000

/** Loses process and database at once, with an account locked by nothing but what the daemon remembers. */
export const lostDatabaseCheck: Check = {
  id: 'lost-database',
  title: 'A killed daemon that lost its database locks and flattens again in time',
  from: 'standard',
  limitMs: 90_000,
  run: (context) => loseAndRecover(context, EARLY_MS),
}

export const lateKillCheck: Check = {
  id: 'late-kill',
  title: 'So does one that is killed just before its next lock snapshot',
  from: 'thorough',
  limitMs: 180_000,
  run: (context) => loseAndRecover(context, LATE_MS),
}

async function loseAndRecover(context: CheckContext, killAfterMs: number): Promise<Answer> {
  const { signal, criteria, tell } = context
  const { recoveryPointMs, recoveryTimeMs } = criteria.reliability
  const rehearsal = await Rehearsal.set(context)
  const { venue, dataDirectory } = rehearsal
  const daemon = await rehearsal.startDaemon()
  const [account] = rehearsal.accounts
  if (account === undefined) throw new Error('the configuration watches no account')
  const { id } = account
  await daemon.client.call('panic', { account: String(id), reason: 'a rehearsed disaster' })
  await isLocked(daemon, id, context)
  const lockedMs = wallClockMs()
  tell(`account ${id} is locked; the daemon is killed in ${killAfterMs / 1_000} s`)
  await pause(killAfterMs, undefined, { signal })
  const killedMs = wallClockMs()
  await daemon.kill()
  const snapshot = path.join(dataDirectory, 'locks.json')
  // Without any snapshot all that was decided since the lock is lost.
  const pointMs =
    killedMs - (existsSync(snapshot) ? statSync(snapshot).mtimeMs : Math.min(lockedMs, killedMs - recoveryPointMs - 1))
  for (const name of ['state.db', 'state.db-wal', 'state.db-shm'])
    rmSync(path.join(dataDirectory, name), { force: true })
  const contract = (await listedContracts(rehearsal)).find(({ root }) => root === 'MNQ')
  if (contract === undefined) throw new Error('the simulated gateway lists no MNQ')
  await venue.place({ accountId: id, contractId: contract.id, side: 'buy', size: 1 })
  await awaitCondition('the fill of an order', async () => (await venue.positions(id)).size > 0, {
    withinMs: 5_000,
    signal,
  })
  const begunMs = monotonicMs()
  const successor = await rehearsal.startDaemon()
  const findings = await guardedAgain(successor, rehearsal, context, id)
  const measures: Measure[] = [
    {
      name: 'recovery point: age of the newest lock snapshot',
      value: Math.round(pointMs) / 1_000,
      unit: 's',
      bound: { kind: 'at most', value: recoveryPointMs / 1_000 },
      remedy: 'Look for "copy-failed" in the log: the snapshot is written at every lockout and every 50 s.',
      series: [],
    },
    {
      name: 'recovery time: start to locked and flat',
      value: Math.round(monotonicMs() - begunMs) / 1_000,
      unit: 's',
      bound: { kind: 'at most', value: recoveryTimeMs / 1_000 },
      remedy: 'Look which checkpoint of the start took long.',
      series: [],
    },
  ]
  const evidence = `Account ${id} was locked, the daemon killed ${killAfterMs / 1_000} s later, its database deleted, and a position opened before the next start.`
  return answer(evidence, findings, findings.length > 0 ? measures.slice(0, 1) : measures)
}

/** The daemon's own time for it is the matter of other checks. */
const GUARD_MS = 20_000

async function isLocked(daemon: RehearsedDaemon, id: number, { signal }: CheckContext): Promise<void> {
  const isInForce = async (): Promise<boolean> => {
    const { accounts } = await daemon.client.call('report', {})
    return accounts.some((one) => one.id === id && one.lockouts.length > 0)
  }
  await daemon.awaiting('the lockout', isInForce, { withinMs: GUARD_MS, signal })
}

async function guardedAgain(
  successor: RehearsedDaemon,
  { venue }: Rehearsal,
  context: CheckContext,
  id: number,
): Promise<readonly Finding[]> {
  const { accounts } = await successor.client.call('report', {})
  const place = `account ${id}`
  const remedy = 'Do not deploy this build; look for "store-recovered" and "copy-failed" in its log.'
  if (!accounts.some((one) => one.id === id && one.lockouts.length > 0)) {
    const what = 'is not locked any more after the database was lost'
    return [{ severity: 'error', place, what, remedy }]
  }
  const isFlat = async (): Promise<boolean> => (await venue.positions(id)).size === 0
  await successor.awaiting('a flat account', isFlat, { withinMs: GUARD_MS, signal: context.signal })
  const isTold = successor.lines.some((line) => line['alert'] === 'store-recovered')
  if (isTold) return []
  return [{ severity: 'error', place, what: 'nobody is told that the database was gone', remedy }]
}
