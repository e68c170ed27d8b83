import { describe, expect, test } from 'vitest'
import { MES, Scene, settingsOf, TRADER } from './scene.ts'

const RULES = settingsOf('max_contracts', { limit: 10 })

describe('a panic', () => {
  test('flattens the account, cancels its orders and locks it until the next reset (E-20)', async () => {
    using scene = await Scene.open({ rules: RULES })
    await scene.connect()
    scene.trade('buy', 2)
    scene.trade('sell', 1, { contractId: MES })
    scene.trade('buy', 1, { type: 1, limitPrice: scene.price() - 100 })
    await scene.run(500)
    scene.kernel.panic(TRADER, 'the trader asked for it')
    await scene.until(() => scene.isFlat(), 2_000)
    await scene.until(() => scene.state().word === 'LOCKED', 5_000)
    expect(scene.state().lockouts).toMatchObject([{ rule: 'ADMIN-PANIC', scope: 'account', effect: 'flat' }])
    expect(scene.state().lockouts[0]?.end.kind).toBe('next-reset')
    await scene.until(() => scene.explanations().length > 0, 5_000)
    expect(scene.explanations().flat().join('\n')).toContain('the trader asked for it')
  })

  test('undoes entries afterwards, also after a kill', async () => {
    using scene = await Scene.open({ rules: RULES })
    await scene.connect()
    scene.kernel.panic(TRADER, 'enough for today')
    await scene.run(100)
    await scene.restart()
    await scene.connect()
    expect(scene.state().lockouts).toMatchObject([{ rule: 'ADMIN-PANIC' }])
    scene.trade('buy', 1)
    await scene.until(() => scene.isFlat() && scene.sent().length > 0, 3_000)
  })

  test('acts while nothing is known of the account yet, on what the stream tells (E-20)', async () => {
    using scene = await Scene.open({ rules: RULES })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(500)
    scene.gateway.readingFault = () => 'status 503'
    await scene.restart()
    scene.gateway.restore('user')
    scene.kernel.panic(TRADER, 'something is wrong')
    scene.trade('buy', 1)
    const tookMs = await scene.until(() => scene.isFlat(), 2_000)
    expect(tookMs).toBeLessThan(2_000)
  })

  test('twice is one lockout', async () => {
    using scene = await Scene.open({ rules: RULES })
    await scene.connect()
    scene.kernel.panic(TRADER, 'once')
    scene.kernel.panic(TRADER, 'twice')
    await scene.run(2_000)
    expect(scene.state().lockouts).toHaveLength(1)
  })
})
