import { measured } from '@rm/package-config/measured'
import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { enforcementOf, wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'
import { fullReadingAfter, lastFillOf } from '../harness/venue-times.ts'

const LOCKING = { daily_realized_loss: { enabled: true, limit: -500 }, auth_loss_guard: { enabled: true } }
const DEADLINE_S = 4
/** Long enough for the pauses between connections to have grown to ten seconds. */
const OUTAGE_MS = 14_000

/** Nothing of the gateway answers any more: no hub, no request, no health check. */
function goAway({ gateway }: Stage): void {
  gateway.faults.rest('any', { verb: 'hang' }, { times: null })
  for (const hub of ['user', 'market'] as const) gateway.faults.hub(hub, { verb: 'down' })
}

describe.concurrent('a gateway that is gone', () => {
  test('while a position is open is told within the bound, and every account is compared once it is back (G-20)', async ({
    task,
  }) => {
    await using opened = await Stage.open({
      accounts: 2,
      rules: { ...LOCKING, max_contracts: { enabled: true, limit: 2 } },
    })
    const { stage, daemon } = opened
    const { gateway } = stage
    await stage.trader(1).enters('MNQ', OrderSide.buy, 1)
    goAway(stage)
    const goneAt = gateway.clock.now()
    for (const id of stage.accountIds) await wordOf(daemon.log, id, 'UNTRUSTED')
    await daemon.log.awaitLine('a human is called', (line) => line.event === 'alert')
    expect(gateway.clock.now() - goneAt).toBeLessThan(10_000)
    // Nobody can see this yet.
    await stage.trader(2).enters('MNQ', OrderSide.buy, 5)
    await stage.awaitVenue('the end of the outage', () => gateway.clock.now() > goneAt + OUTAGE_MS)
    gateway.faults.clear()
    // Requests that hang already go on hanging until they are given up; REST is back with the first that is answered.
    const healed = gateway.requests.after(0).length
    const { at: backAt } = await stage.awaitVenue('an answer', () =>
      gateway.requests.after(healed).find(({ status }) => status === 200),
    )
    for (const id of stage.accountIds) await wordOf(daemon.log, id, 'ACTIVE', 60_000)
    const readAt = stage.accountIds.map((id) => fullReadingAfter(gateway, id, backAt) ?? Number.NaN)
    measured(task, gateway.clock.now() - backAt)

    expect(readAt.every((at) => at >= backAt)).toBe(true)
    expect(stage.trader(1).position('MNQ')).toBe(1)
    await stage.awaitVenue('reduced', () => stage.trader(2).position('MNQ') === 2)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })

  test('while a flatten is owed: the lock stays, alarms tell the exposure, and it is flat once it can be (E-21)', async ({
    task,
  }) => {
    await using opened = await Stage.open({ rules: LOCKING, general: { enforcement_deadline_seconds: DEADLINE_S } })
    const { stage, daemon } = opened
    const { gateway } = stage
    const trader = stage.trader()
    await trader.loseOnEs(48)
    await enforcementOf(daemon.log, FIRST_ACCOUNT, 'RULE-003')
    gateway.faults.rest('any', { verb: 'hang' }, { times: null })
    await trader.enters('MES', OrderSide.buy, 3)
    await daemon.log.awaitLine('the entry is known', (line) => line['about'] === 'position-changed CON.F.US.MES.Z26 3')
    goAway(stage)
    const goneAt = lastFillOf(gateway, 'trader', FIRST_ACCOUNT).at
    // An alarm is bounded from its condition on (B-10), which is the deadline.
    const overdueAt = goneAt + DEADLINE_S * 1_000
    const alarm = await daemon.log.awaitLine('an alarm', (line) => line['alert'] === 'enforcement-overdue')
    measured(task, gateway.clock.now() - overdueAt)
    expect(alarm.msg).toContain('3 CON.F.US.MES.Z26')
    await stage.awaitVenue('a while', () => gateway.clock.now() > goneAt + OUTAGE_MS)
    expect(daemon.log.find((line) => line.event === 'lockout-ended')).toBeUndefined()
    gateway.faults.clear()
    await stage.awaitVenue('flat', () => trader.isFlat, 60_000)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED', 60_000)
    expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
  })
})
