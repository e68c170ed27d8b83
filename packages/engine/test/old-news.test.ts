import { describe, expect, test } from 'vitest'
import { Scene, settingsOf } from './scene.ts'

const TO_TWO = settingsOf('max_contracts', { limit: 2 })

/** A connected trader whose first position event comes once more, so much later. */
async function repeating(lateMs: number, rules = TO_TWO): Promise<Scene> {
  const scene = await Scene.open({ rules })
  await scene.connect()
  let positions = 0
  scene.gateway.eventFate = ({ kind }) => {
    if (kind === 'position') positions += 1
    return { kind: 'arrives', lateMs: kind === 'position' && positions === 1 ? [0, lateMs] : [0] }
  }
  return scene
}

describe('a position event that repeats what was before', () => {
  test.for([300, 1_500, 20_000])(
    'reduces nothing a second time when it comes %d ms late (R-13, R-15)',
    async (lateMs) => {
      using scene = await repeating(lateMs)
      scene.trade('buy', 3)
      await scene.run(30_000)
      expect(scene.sent()).toEqual(['reduce 1'])
      expect(scene.size()).toBe(2)
      expect(scene.state().word).toBe('ACTIVE')
      // It is no reason to give up a stream that told everything.
      expect(scene.gateway.recycled).toEqual([])
    },
  )

  test('is acted upon when no reading says otherwise in time (B-2)', async () => {
    using scene = await repeating(1_500)
    scene.gateway.readingFault = () => '503'
    scene.trade('buy', 3)
    await scene.until(() => scene.sent().length === 2, 2_200)
    expect(scene.sent()).toEqual(['reduce 1', 'reduce 1'])
  })

  test('is no news of a position that is gone: nothing is placed against it (R-15, S-03)', async () => {
    const rules = settingsOf('trade_management', {
      enabled: true,
      auto_stop_loss: { enabled: true, distance_ticks: 40 },
    })
    using scene = await repeating(1_500, rules)
    scene.trade('buy', 1)
    await scene.run(500)
    scene.trade('sell', 1)
    await scene.run(10_000)
    expect(scene.sent().filter((sent) => sent.startsWith('place'))).toEqual([`place stop 1 at ${stopPrice(scene)}`])
    expect(scene.isFlat()).toBe(true)
  })
})

test('a position that comes back by trades is reduced at once, although it was so before', async () => {
  using scene = await Scene.open({ rules: TO_TWO })
  await scene.connect()
  scene.trade('buy', 3)
  await scene.until(() => scene.size() === 2)
  await scene.run(1_000)
  scene.trade('buy', 1)
  const tookMs = await scene.until(() => scene.sent().length === 2, 1_000)
  expect(tookMs).toBeLessThan(100)
  await scene.run(1_000)
  expect(scene.size()).toBe(2)
})

function stopPrice(scene: Scene): number {
  const placed = scene.gateway.sent.find(({ command }) => command.kind === 'place-order')
  if (placed?.command.kind !== 'place-order') throw new RangeError('nothing was placed')
  return placed.command.price * placed.command.tickSize
}
