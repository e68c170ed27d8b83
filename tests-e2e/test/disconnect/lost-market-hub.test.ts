import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { wordOf } from '../harness/daemon-story.ts'
import { wrongWayFills } from '../harness/ledger-checks.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

/** A rule that needs prices, and one that does not. */
const RULES = {
  daily_realized_loss: { enabled: true, limit: -500, include_unrealized: true },
  max_contracts: { enabled: true, limit: 2 },
}
const STALE_SOON = { stale_after_seconds: 2 }

describe.concurrent('the market hub is lost:', () => {
  test('an account with an open position is BLIND until prices come again', async () => {
    await using opened = await Stage.open({ rules: RULES, general: STALE_SOON, exchange: { regimes: ['calm'] } })
    const { stage, daemon } = opened
    await stage.trader().enters('MNQ', OrderSide.buy, 1)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    stage.gateway.faults.hub('market', { verb: 'down' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'BLIND')
    expect(daemon.log.find((line) => line['to'] === 'BLIND')?.msg).toContain('MNQ')
    stage.gateway.faults.hub('market', { verb: 'up' })
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
  })

  test('rules that need no prices go on', async () => {
    await using opened = await Stage.open({ rules: RULES, general: STALE_SOON, exchange: { regimes: ['calm'] } })
    const { stage } = opened
    stage.gateway.faults.hub('market', { verb: 'down' })
    await stage.trader().enters('MNQ', OrderSide.buy, 5)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2)
    expect(wrongWayFills(stage.gateway.exchange.ledger())).toEqual([])
  })

  test('an account without a position is not BLIND', async () => {
    await using opened = await Stage.open({ rules: RULES, general: STALE_SOON })
    const { stage, daemon } = opened
    stage.gateway.faults.hub('market', { verb: 'down' })
    await daemon.log.awaitLine('the loss', (line) => line['type'] === 'stream-lost')
    await stage.trader().enters('MNQ', OrderSide.buy, 5)
    await stage.awaitVenue('reduced', () => stage.trader().position('MNQ') === 2)
    stage.trader().close('MNQ')
    await wordOf(daemon.log, FIRST_ACCOUNT, 'ACTIVE')
    expect(stage.trader().isFlat).toBe(true)
  })
})
