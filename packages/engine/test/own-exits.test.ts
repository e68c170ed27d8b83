import { describe, expect, test } from 'vitest'
import { MES, Scene, settingsOf } from './scene.ts'

const COOLDOWN = settingsOf('cooldown_after_loss')

/** A connected account that has lost $150 on five contracts and closes them itself. */
async function losing(): Promise<Scene> {
  const scene = await Scene.open({ rules: COOLDOWN })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-60)
  return scene
}

describe('a loss of which the trade is told before the position', () => {
  test('locks, and is not closed once more when the trader has closed all of it', async () => {
    using scene = await losing()
    scene.trade('sell', 5)
    await scene.run(5_000)
    expect(scene.state().lockouts.map(({ rule }) => rule)).toEqual(['RULE-007'])
    expect(scene.ended('flat-account')).toEqual(['moot'])
    expect(scene.sent()).toEqual([])
  })

  test('closes what the trader has left at once', async () => {
    using scene = await losing()
    scene.trade('sell', 4)
    await scene.until(() => scene.sent().length > 0, 10)
    await scene.until(() => scene.isFlat())
    expect(scene.sent()).toEqual(['close'])
  })

  test('closes what the trader holds elsewhere at once', async () => {
    using scene = await losing()
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(500)
    scene.trade('sell', 5)
    await scene.until(() => scene.sent().length > 0, 10)
    await scene.until(() => scene.isFlat())
    expect(scene.sent()).toEqual(['close'])
  })

  test('is closed a quarter of a second later when the position keeps silent', async () => {
    using scene = await losing()
    scene.gateway.isDropped = ({ kind }) => kind === 'position'
    scene.trade('sell', 5)
    await scene.run(200)
    expect(scene.sent()).toEqual([])
    await scene.until(() => scene.sent().length > 0, 100)
    expect(scene.sent()).toEqual(['close'])
  })

  test('is closed at once when its trade is stamped far from our time', async () => {
    using scene = await losing()
    scene.gateway.delays.streamMs = 300
    scene.gateway.isDropped = ({ kind }) => kind === 'position'
    scene.trade('sell', 5)
    await scene.until(() => scene.state().lockouts.length > 0, 400)
    await scene.run(5)
    expect(scene.sent()).toEqual(['close'])
  })

  test('whoever comes back meanwhile is closed', async () => {
    using scene = await losing()
    scene.trade('sell', 5)
    await scene.run(20)
    scene.trade('buy', 2)
    await scene.until(() => scene.sent().length > 0, 100)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.sent()).toEqual(['close'])
  })
})
