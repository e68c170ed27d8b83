import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { currentWord, enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { measure } from '../harness/measure.ts'
import { storedState } from '../harness/stored-state.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }
/** The bound of a graceful stop (issue 2). */
const STOP_MS = 5_000

/** Windows has no signals: there the supervisor asks in another way. */
const SIGNALS = { skip: process.platform === 'win32' }

describe.concurrent('a daemon that is asked to stop', SIGNALS, () => {
  test.for(['SIGTERM', 'SIGINT'] as const)(
    'ends idle after %s with code 0, lockouts kept (P-01)',
    async (signal, { task }) => {
      await using opened = await Stage.open({ rules: RULES })
      const { stage, daemon } = opened
      await stage.trader().loseOnEs(48)
      await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
      const asked = performance.now()
      const exit = await daemon.stop(signal)

      measure(task, asked)
      expect(performance.now() - asked).toBeLessThan(STOP_MS)
      expect(exit).toEqual({ code: 0, signal: null })
      expect(daemon.log.messages().at(-1)).toBe('Stopped')
      const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
      expect(stored.verdict).toMatchObject({ ok: true })
      expect(stored.account(FIRST_ACCOUNT).lockouts).toMatchObject([{ rule: 'RULE-003', effect: 'flat' }])

      // The successor keeps the lockout: what the trader opened meanwhile is closed.
      await stage.trader().enters('MES', OrderSide.buy, 1)
      const successor = await stage.startDaemon().running()
      await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
      await stage.awaitVenue('flat again', () => stage.trader().isFlat)
      expect((await successor.stop(signal)).code).toBe(0)
    },
  )

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends in the middle of a flatten after %s with code 0, and its successor resumes (P-02)',
    async (signal) => {
      await using opened = await Stage.open({ rules: RULES })
      const { stage, daemon } = opened
      const trader = stage.trader()
      stage.gateway.faults.rest('closeContract', { verb: 'hang', executed: 'drop' }, { times: null })
      trader.buy('MNQ', 1)
      await trader.loseOnEs(48)
      await stage.awaitVenue('the close has arrived', () => closes(stage) > 0)
      const asked = performance.now()
      const exit = await daemon.stop(signal)

      expect(performance.now() - asked).toBeLessThan(STOP_MS)
      expect(exit).toEqual({ code: 0, signal: null })
      expect(trader.position('MNQ')).toBe(1)

      stage.gateway.faults.clear()
      const successor = await stage.startDaemon().running()
      await stage.awaitVenue('flat', () => trader.isFlat)
      await successor.log.awaitLine('the goal of the first run is verified', (line) => line.event === 'goal-ended')
      expect(currentWord(successor.log, FIRST_ACCOUNT)).toBe('LOCKED')
      expect((await successor.stop(signal)).code).toBe(0)
      expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
      const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
      expect(stored.verdict).toMatchObject({ ok: true })
      expect(stored.account(FIRST_ACCOUNT).goals).toEqual([])
    },
  )

  test('stops during the start as well', async () => {
    await using stage = await Stage.set({ rules: RULES })
    stage.gateway.faults.rest('loginKey', { verb: 'hang' }, { times: null })
    const daemon = stage.startDaemon()
    await stage.awaitVenue('the login has arrived', () => stage.gateway.requests.after(0).length > 0)
    const asked = performance.now()

    expect((await daemon.stop()).code).toBe(0)
    expect(performance.now() - asked).toBeLessThan(STOP_MS)
  })

  test('survives SIGHUP and goes on protecting (P-03)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    daemon.signal('SIGHUP')
    await stage.trader().loseOnEs(48)
    stage.trader().buy('MES', 1)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await stage.awaitVenue('flat', () => stage.trader().isFlat)

    expect((await daemon.stop()).code).toBe(0)
  })

  test('survives that nobody reads its output any more, and goes on protecting (P-03)', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage, daemon } = opened
    daemon.child.stdout?.destroy()
    daemon.child.stderr?.destroy()
    await stage.trader().loseOnEs(48)
    stage.trader().buy('MES', 1)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    await stage.awaitVenue('flat', () => stage.trader().isFlat)

    expect((await daemon.stop()).code).toBe(0)
  })
})

function closes(stage: Stage): number {
  return stage.gateway.requests.after(0).filter(({ route }) => route === 'closeContract').length
}
