import { expect, test } from 'vitest'
import { Scene, settingsOf } from './scene.ts'

const TO_TWO = settingsOf('max_contracts', { limit: 2 })

test('the first full reading waits for the subscriptions, so that the account is read once at a start', async () => {
  using scene = await Scene.open({ rules: TO_TWO })
  scene.gateway.restore('market')
  await scene.run(300)
  expect(scene.gateway.readings).toEqual([])
  scene.gateway.restore('user')
  await scene.run(5_000)
  expect(scene.gateway.readings.map(({ kind }) => kind)).toEqual(['account'])
  expect(scene.state().word).toBe('ACTIVE')
})

test('a user hub that is down at the start delays it by no more than a second, and what is held too much is reduced', async () => {
  using scene = await Scene.open({ rules: TO_TWO })
  scene.trade('buy', 5)
  scene.gateway.restore('market')
  const tookMs = await scene.until(() => scene.size() === 2, 3_000)
  expect(tookMs).toBeLessThanOrEqual(1_500)
})
