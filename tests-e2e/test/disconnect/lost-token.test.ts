import { OrderSide } from '@rm/sdk-bridge/wire'
import { describe, expect, test } from 'vitest'
import { wordOf } from '../harness/daemon-story.ts'
import { FIRST_ACCOUNT, Stage } from '../harness/stage.ts'

const RULES = { max_contracts: { enabled: true, limit: 1 } }

describe.concurrent('the token of the gateway', () => {
  test('is revoked: one login for all who need it, and the breach is undone', async () => {
    await using opened = await Stage.open({ rules: RULES, accounts: 3 })
    const { stage } = opened
    stage.gateway.revokeTokens()
    const traders = [1, 2, 3].map((number) => stage.trader(number))
    await Promise.all(traders.map((trader) => trader.enters('MNQ', OrderSide.buy, 3)))
    await stage.awaitVenue('all reduced', () => traders.every((trader) => trader.position('MNQ') === 1))

    expect(routes(stage).filter((route) => route === 'loginKey')).toHaveLength(2)
  })

  test('is renewed before it expires', async () => {
    await using opened = await Stage.open({ rules: RULES })
    const { stage } = opened
    // Of the 24 hours less than a quarter is left.
    stage.gateway.clock.set(stage.gateway.clock.now() + 20 * 3_600_000)
    await stage.awaitVenue('a renewal', () => routes(stage).includes('validate'))

    expect(routes(stage).filter((route) => route === 'loginKey')).toHaveLength(1)
    expect(stage.gateway.requests.after(0).filter(({ status }) => status === 401)).toEqual([])
  })

  test('can no longer be had: locks stay, the login is tried on, and all is well when it works again', async () => {
    await using opened = await Stage.open({ rules: { daily_realized_loss: { enabled: true, limit: -500 } } })
    const { stage, daemon } = opened
    await stage.trader().loseOnEs(48)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    stage.gateway.faults.rest('loginKey', { verb: 'code', code: 3 }, { times: null })
    stage.gateway.revokeTokens()
    await stage.trader().enters('MES', OrderSide.buy, 1)
    await stage.awaitVenue('a refused login', () => routes(stage).filter((route) => route === 'loginKey').length >= 2)
    stage.gateway.faults.clear()
    await stage.awaitVenue('flat', () => stage.trader().isFlat, 60_000)
    await wordOf(daemon.log, FIRST_ACCOUNT, 'LOCKED')
    expect(daemon.log.find((line) => line.event === 'lockout-ended')).toBeUndefined()
  })
})

function routes({ gateway }: Stage): readonly string[] {
  return gateway.requests.after(0).map(({ route }) => route)
}
