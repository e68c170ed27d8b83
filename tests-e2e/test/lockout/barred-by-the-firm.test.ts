import { measured } from '@rm/package-config/measured'
import { expect, test } from 'vitest'
import { wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

test('an account that the firm bars is locked, over a restart too, and released when it is admitted again (A-10)', async ({
  task,
}) => {
  await using opened = await Stage.open({ rules: { auth_loss_guard: { enabled: true } } })
  const { stage, daemon } = opened
  const { gateway } = stage
  await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
  gateway.exchange.setCanTrade(FIRST_ACCOUNT, false)
  const barredAt = gateway.clock.now()
  await daemon.log.awaitLine('the lockout', (line) => line.event === 'lockout-set')
  measured(task, gateway.clock.now() - barredAt)
  await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
  await daemon.kill()

  const successor = await stage.startTrustedDaemon()
  await wordOf(successor.log, FIRST_ACCOUNT, 'LOCKED')
  gateway.exchange.setCanTrade(FIRST_ACCOUNT, true)
  const admittedAt = gateway.clock.now()
  await successor.log.awaitLine('its end', (line) => line.event === 'lockout-ended')
  measured(task, gateway.clock.now() - admittedAt)
  await wordOf(successor.log, FIRST_ACCOUNT, 'ACTIVE')
  expect(wrongWayFills(gateway.exchange.ledger())).toEqual([])
})
