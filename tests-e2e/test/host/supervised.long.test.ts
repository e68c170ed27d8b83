import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, trusted, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import type { SupervisorProcess } from '../harness/supervisor-process.ts'

const SIZE = { max_contracts: { enabled: true, limit: 1 } }
const LOSS = { daily_realized_loss: { enabled: true, limit: -500 } }
/** All pauses up to the safe mode, and six starts on a busy machine. */
const CRASH_LOOP_MS = 75_000

async function lockedAccount(stage: Stage, supervisor: SupervisorProcess): Promise<void> {
  await stage.trader().loseOnEs(48)
  await enforcementOf(supervisor.log, FIRST_ACCOUNT, 'RULE-003')
  await wordOf(supervisor.log, FIRST_ACCOUNT, 'LOCKED')
}

function unlocked(supervisor: SupervisorProcess): unknown {
  return supervisor.log.find((line) => line.event === 'lockout-ended')
}

// One after the other, as their bounds have to hold on a busy machine.
describe('a supervised daemon', { skip: process.platform === 'win32' }, () => {
  test('that is frozen is killed after 10 s, and its successor holds the lock (P-05)', async ({ task }) => {
    await using stage = await Stage.set({ rules: LOSS })
    const supervisor = await stage.startTrustedSupervisor()
    await lockedAccount(stage, supervisor)
    const frozen = stage.gateway.clock.now()
    supervisor.signalDaemon('SIGSTOP')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    expect(await supervisor.daemonEnded(1)).toMatchObject({ signal: 'SIGKILL', isStalled: true, next: { pauseMs: 0 } })
    await stage.awaitVenue('flat again', () => stage.trader().isFlat)
    measured(task, stage.gateway.clock.now() - frozen)

    expect(supervisor.story.find((line) => line['alert'] === 'daemon-stalled')?.level).toBe('fatal')
    expect(unlocked(supervisor)).toBeUndefined()
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test.skipIf(process.platform !== 'linux')(
    'hears from Node what the supervisor was told: no debugger by a signal',
    async () => {
      await using stage = await Stage.set({ rules: SIZE })
      const supervisor = await stage.startTrustedSupervisor({ nodeFlags: ['--disable-sigusr1'] })
      const words = readFileSync(`/proc/${supervisor.daemonPid}/cmdline`, 'utf8').split('\0')
      expect(words).toContain('--disable-sigusr1')
    },
  )

  test('that is killed is started again and undoes what was opened meanwhile (P-10)', async ({ task }) => {
    await using stage = await Stage.set({ rules: SIZE })
    const supervisor = await stage.startTrustedSupervisor()
    const killed = stage.gateway.clock.now()
    supervisor.signalDaemon('SIGKILL')
    await stage.trader().enters('MNQ', OrderSide.buy, 3)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    measured(task, stage.gateway.clock.now() - killed)
    expect(await supervisor.daemonEnded(1)).toMatchObject({
      signal: 'SIGKILL',
      isStalled: false,
      next: { pauseMs: 1_000 },
    })
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('that meets an uncaught exception is started again and goes on protecting (P-06)', async ({ task }) => {
    await using stage = await Stage.set({ rules: SIZE })
    const supervisor = await stage.startTrustedSupervisor({ fault: { kind: 'uncaught', how: 'exception' } })
    const begun = stage.gateway.clock.now()
    supervisor.signalDaemon('SIGUSR2')
    expect(await supervisor.daemonEnded(1)).toMatchObject({ code: 1, refusal: null })
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
    measured(task, stage.gateway.clock.now() - begun)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })
})

describe.concurrent('a supervised daemon', { skip: process.platform === 'win32' }, () => {
  test('that dies at each start is started with growing pauses, told at the third death, and defends what is locked from the fifth on (P-11)', async ({
    task,
  }) => {
    await using stage = await Stage.set({ rules: LOSS })
    const first = await stage.startTrustedSupervisor()
    await lockedAccount(stage, first)
    expect((await first.stop()).code).toBe(0)

    const supervisor = stage.startSupervisor({ fault: { kind: 'dies-at-start' } })
    const third = await supervisor.daemonEnded(3)
    const told = await supervisor.story.awaitLine('third death', (line) => line['alert'] === 'daemon-dies')
    expect(told.level).toBe('fatal')
    expect(third['next']).toMatchObject({ deaths: 3, isToBeTold: true })
    const fifth = await supervisor.daemonEnded(5, CRASH_LOOP_MS)
    const died = performance.now()
    expect(fifth).toMatchObject({ signal: 'SIGKILL', next: { mode: 'safe', pauseMs: 16_000 } })
    await supervisor.log.awaitMessage('✅ Event loop running', CRASH_LOOP_MS)
    measured(task, performance.now() - died)

    const pauses = [1, 2, 3, 4, 5].map((number) => pauseAfter(supervisor, number))
    for (const [index, ms] of [1_000, 2_000, 4_000, 8_000, 16_000].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(ms)
    }
    await wordOf(supervisor.log, FIRST_ACCOUNT, 'LOCKED')
    await supervisor.log.awaitLine('told', (line) => line['alert'] === 'safe-boot' && line['severity'] === 'critical')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('flat again', () => stage.trader().isFlat)
    expect(unlocked(supervisor)).toBeUndefined()
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  }, 150_000)

  test('in safe mode is no longer so once the files have changed and the normal one lives (P-11)', async () => {
    await using stage = await Stage.set({ rules: SIZE })
    const supervisor = await stage.startTrustedSupervisor()
    for (let death = 1; death <= 5; death += 1) {
      await supervisor.started(death, CRASH_LOOP_MS)
      supervisor.signalDaemon('SIGKILL')
      await supervisor.daemonEnded(death)
    }
    expect(await supervisor.started(6, CRASH_LOOP_MS)).toMatchObject({ mode: 'safe' })
    await wordOf(supervisor.log, FIRST_ACCOUNT, 'BLIND', CRASH_LOOP_MS)
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    await stage.awaitVenue('nobody may open', () => stage.trader().isFlat)

    stage.configure({ rules: { max_contracts: { enabled: true, limit: 2 } } })
    expect(await supervisor.started(7)).toMatchObject({ mode: 'normal' })
    await wordOf(supervisor.log, FIRST_ACCOUNT, 'ACTIVE')
    await supervisor.log.awaitLine('over', (line) => line.event === 'alert-over' && line['alert'] === 'safe-boot')
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  }, 150_000)

  test('is found again after everything was killed in the middle of a flatten (P-16)', async ({ task }) => {
    await using stage = await Stage.set({ rules: LOSS })
    const supervisor = await stage.startTrustedSupervisor()
    stage.gateway.faults.rest('closeContract', { verb: 'hang', executed: 'drop' })
    await stage.trader().loseOnEs(48)
    await wordOf(supervisor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await supervisor.log.awaitLine('close under way', (line) => line.event === 'command-sent')
    const died = stage.gateway.clock.now()
    // The other way round the supervisor might start one more before it dies.
    const isGone = supervisor.kill()
    supervisor.signalDaemon('SIGKILL')
    await isGone
    expect(stage.trader().isFlat).toBe(false)

    const successor = await stage.startSupervisor().running()
    await stage.awaitVenue('flat', () => stage.trader().isFlat)
    measured(task, stage.gateway.clock.now() - died)
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    expect(unlocked(successor)).toBeUndefined()
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('is stopped gracefully with its supervisor (P-01)', async ({ task }) => {
    await using stage = await Stage.set({ rules: SIZE })
    const supervisor = await stage.startTrustedSupervisor()
    const begun = performance.now()
    expect(await supervisor.stop()).toEqual({ code: 0, signal: null })
    measured(task, performance.now() - begun)
    expect(supervisor.log.lines().at(-1)).toMatchObject({ event: 'stopped' })
    expect(() => process.kill(supervisor.daemonPid, 0)).toThrow(/ESRCH/)
  })

  test('whose configuration is refused is started as soon as the files have changed (C-01)', async () => {
    await using stage = await Stage.set({ rules: SIZE })
    writeFileSync(path.join(stage.configDirectory, 'accounts.yaml'), 'accounts: none\n')
    const supervisor = stage.startSupervisor()
    expect(await supervisor.daemonEnded(1)).toMatchObject({ code: 3, next: { pauseMs: 30_000 } })
    const mended = performance.now()
    stage.configure({})
    await supervisor.started(2)
    expect(performance.now() - mended).toBeLessThan(10_000)
    await trusted(supervisor.log, [FIRST_ACCOUNT])
  })

  test('waits for a daemon that has its data folder, and takes over when that one is gone (P-13)', async () => {
    await using opened = await Stage.open({ rules: SIZE })
    const { stage, daemon } = opened
    const supervisor = stage.startSupervisor()
    expect(await supervisor.daemonEnded(1)).toMatchObject({ code: 1, refusal: 'STORE_LOCKED' })
    await daemon.kill()
    await supervisor.running()
    await stage.trader().enters('MNQ', OrderSide.buy, 2)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 1)
  })
})

/** Between the end of a daemon and the start of the next, as the supervisor logged them. */
function pauseAfter({ story }: SupervisorProcess, number: number): number {
  const times = (event: string): readonly number[] =>
    story.lines().flatMap((line) => (line.event === event ? [Date.parse(line.time)] : []))
  return (times('daemon-started')[number] ?? Number.NaN) - (times('daemon-ended')[number - 1] ?? Number.NaN)
}
