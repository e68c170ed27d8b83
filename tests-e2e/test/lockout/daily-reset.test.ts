import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { awaitNothing } from '../harness/await-condition.ts'
import { currentWord, enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { fillsOf } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { storedState } from '../harness/stored-state.ts'

const RULES = { daily_realized_loss: { enabled: true, limit: -500 } }
/** The trading day begins at 17:00 in Chicago. */
const JUST_BEFORE = '2026-11-18T16:59:30-06:00'
const JUST_AFTER = '2026-11-18T17:00:01-06:00'

async function lockedStage(): ReturnType<typeof Stage.open> {
  const opened = await Stage.open({ rules: RULES })
  await opened.stage.trader().loseOnEs(48)
  await enforcementOf(opened.daemon.log, FIRST_ACCOUNT, 'RULE-003')
  await wordOf(opened.daemon.log, FIRST_ACCOUNT, 'LOCKED')
  return opened
}

function jump({ gateway }: Stage, to: string): void {
  gateway.clock.set(Temporal.Instant.from(to).epochMilliseconds)
}

describe.concurrent('a lockout until the daily reset', () => {
  test('ends within seconds of the reset, and the trader may trade again', async () => {
    await using opened = await lockedStage()
    const { stage, daemon } = opened
    jump(stage, JUST_AFTER)
    await daemon.log.awaitLine('the lockout ends', (line) => line.event === 'lockout-ended', 15_000)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    const { length: before } = fillsOf(stage.gateway.exchange.ledger(), 'daemon')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await awaitNothing(
      'a close of what is allowed',
      1_500,
      () => fillsOf(stage.gateway.exchange.ledger(), 'daemon').length > before,
    )
    expect((await daemon.stop()).code).toBe(0)

    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(stored.account(FIRST_ACCOUNT).lockouts).toEqual([])
    expect(stored.audit.filter((row) => row.action === 'reset-crossed')).toHaveLength(1)
    expect(stored.audit.filter((row) => row.action === 'lockout-ended')).toHaveLength(1)
  })

  test('holds half a minute before the reset', async () => {
    await using opened = await lockedStage()
    const { stage, daemon } = opened
    jump(stage, '2026-11-18T15:59:00-06:00')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('it is closed', () => stage.trader().isFlat)
    jump(stage, JUST_BEFORE)
    await awaitNothing('an unlock', 4_000, () => daemon.log.find((line) => line.event === 'lockout-ended'))
    expect(currentWord(daemon.log, FIRST_ACCOUNT)).toBe('LOCKED')
  })

  test('ends at the start that follows, when the daemon was down at the reset (T-07)', async () => {
    await using opened = await lockedStage()
    const { stage, daemon } = opened
    await daemon.kill()
    jump(stage, JUST_AFTER)
    const successor = await stage.startTrustedDaemon()
    await successor.log.awaitLine('the lockout ends', (line) => line.event === 'lockout-ended')
    await wordOf(successor.log, FIRST_ACCOUNT, 'ACTIVE')
    expect((await successor.stop()).code).toBe(0)

    const stored = await storedState(stage.databaseFile, [FIRST_ACCOUNT])
    expect(stored.audit.filter((row) => row.action === 'reset-crossed')).toHaveLength(1)
  })

  test('never ends because the configuration no longer has the rule', async () => {
    await using opened = await lockedStage()
    const { stage, daemon } = opened
    await daemon.stop()
    stage.configure({ rules: { max_contracts: { enabled: true, limit: 5 } } })
    const successor = await stage.startTrustedDaemon()
    await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('it is closed', () => stage.trader().isFlat)
    expect(successor.log.find((line) => line.event === 'lockout-ended')).toBeUndefined()
  })
})
