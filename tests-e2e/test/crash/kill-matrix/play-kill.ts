import { copyFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { currentWord, trusted, wordOf } from '../../harness/daemon-story.ts'
import { wrongWayFills } from '../../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../../harness/stage.ts'
import { storedState } from '../../harness/stored-state.ts'
import { TemporaryFolder } from '../../harness/temporary-folder.ts'
import { arm, expectOneEnforcement, KILL_ACTIONS, type KillAction } from './kill-actions.ts'
import { type KillCell, OUTCOMES } from './kill-cells.ts'

/** Twenty minutes before the exchange halts, for the cells that cross the daily reset at 17:00. */
const BEFORE_RESET = '2026-11-18T15:40:00-06:00'
const AFTER_RESET = '2026-11-18T17:00:05-06:00'
/** Nothing of the decision is stored: the second run comes to it by itself. */
const BEFORE_COMMIT: ReadonlySet<string> = new Set(['CP-01', 'CP-02', 'CP-03'])

/**
 * Kills the daemon at the cell's point, starts it again and lets it finish. Throws unless the venue's ledger shows one enforcement, and the
 * store one breach with one end, no request under way, an unbroken trail and no lockout that ended early.
 *
 * @returns ms from the start of the second run until the venue was as it has to be
 */
export async function playKill(cell: KillCell): Promise<number> {
  const { point } = cell
  const action: KillAction = KILL_ACTIONS[cell.action]
  const crossesReset = point.startsWith('CP-14')
  await using stage = await Stage.set({ rules: action.rules, ...(crossesReset ? { startsAt: BEFORE_RESET } : {}) })
  const armedBy = path.join(stage.dataDirectory, 'armed')
  const fault = { kind: 'crash', point, command: action.command, armedBy } as const
  const daemon = await stage.startTrustedDaemon({ fault })
  await action.prepare(stage, daemon)
  spoil(stage, action, cell)
  const { length: before } = requests(stage, action)
  arm(armedBy)
  await action.act(stage)
  if (crossesReset) {
    await stage.awaitVenue('the request has arrived', () => requests(stage, action).length > before)
    stage.gateway.clock.set(Temporal.Instant.from(AFTER_RESET).epochMilliseconds)
  }
  expect(await daemon.ended()).toEqual({ code: null, signal: 'SIGKILL' })
  const isOwed = action.goalOf !== null && (BEFORE_COMMIT.has(point) || (await leavesGoal(stage)))

  const begun = performance.now()
  const successor = await stage.startDaemon().running()
  await stage.awaitVenue('as it has to be', () => action.isDone(stage))
  const tookMs = performance.now() - begun
  await trusted(successor.log, [FIRST_ACCOUNT])
  if (isOwed) await successor.log.awaitLine('proved', (line) => line.event === 'goal-ended')
  if (action.isLocked && !crossesReset) await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
  else await successor.log.awaitLine('active again', () => currentWord(successor.log, FIRST_ACCOUNT) === 'ACTIVE')
  expect(action.isDone(stage)).toBe(true)
  expect((await successor.stop()).code).toBe(0)

  expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  expectOneEnforcement(stage, action)
  await expectOneRecord(stage, action, crossesReset)
  return tookMs
}

/** Whether the run that died has left a goal to be reached, read from a copy: the files stay as the crash left them. */
async function leavesGoal({ databaseFile }: Stage): Promise<boolean> {
  using folder = new TemporaryFolder()
  const copy = path.join(folder.path, 'state.db')
  copyFileSync(databaseFile, copy)
  copyFileSync(`${databaseFile}-wal`, `${copy}-wal`)
  const stored = await storedState(copy, [FIRST_ACCOUNT])
  return stored.account(FIRST_ACCOUNT).goals.length > 0
}

async function expectOneRecord(stage: Stage, action: KillAction, crossesReset: boolean): Promise<void> {
  const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
  const { audit } = stored
  expect(stored.verdict).toMatchObject({ ok: true })
  const { goals, commands, lockouts } = stored.account(FIRST_ACCOUNT)
  expect(goals).toEqual([])
  expect(commands).toEqual([])
  const subjects = (...actions: readonly string[]): readonly string[] =>
    audit.filter((row) => actions.includes(row.action)).map(({ subject }) => subject)
  // Whatever began has ended once: reached by us, or found to be true.
  const ended = subjects('goal-reached', 'goal-moot')
  expect(new Set(ended)).toEqual(new Set(subjects('goal-begun')))
  expect(ended).toHaveLength(new Set(ended).size)
  const breaches = audit.filter((row) => row.action === 'breach-begun' && row.detail['rule'] === action.goalOf)
  expect(breaches).toHaveLength(action.goalOf === null ? 0 : 1)
  expect(subjects('lockout-set')).toHaveLength(action.isLocked ? 1 : 0)
  const unlocked = audit.filter((row) => row.action === 'lockout-ended')
  expect(unlocked).toHaveLength(action.isLocked && crossesReset ? 1 : 0)
  expect(lockouts).toHaveLength(action.isLocked && !crossesReset ? 1 : 0)
  const reset = Temporal.Instant.from('2026-11-18T17:00:00-06:00').epochMilliseconds
  for (const { at } of unlocked) expect(at).toBeGreaterThanOrEqual(reset)
}

function spoil({ gateway }: Stage, { routes }: KillAction, { outcome }: KillCell): void {
  const fault = OUTCOMES[outcome]
  if (fault === null) return
  for (const { route, refusal } of routes) gateway.faults.rest(route, fault(refusal))
}

function requests({ gateway }: Stage, { routes }: KillAction): readonly unknown[] {
  return gateway.requests.after(0).filter(({ route }) => routes.some((one) => one.route === route))
}
