import { describe, expect, test } from 'vitest'
import { daemonEntries, MES, Scene, settingsOf } from './scene.ts'

const SIZE = settingsOf('max_contracts', { limit: 9 })
const LOSS = settingsOf('daily_realized_loss', { limit: -500 })
const SAFE = { suspended: 'safe boot' } as const

/** Two contracts are held, and the daemon starts in safe mode. */
async function holding(): Promise<Scene> {
  const scene = await Scene.open({ rules: SIZE })
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(1_000)
  await restart(scene, SAFE)
  return scene
}

async function restart(scene: Scene, changes: Parameters<Scene['restart']>[0]): Promise<void> {
  await scene.restart(changes)
  await scene.connect()
  await scene.run(3_000)
}

describe('an account that no rule judges (P-11)', () => {
  test('keeps what it holds, and a human is called', async () => {
    using scene = await holding()
    expect(scene.state().word).toBe('BLIND')
    expect(scene.state().blind).toEqual(['GUARD-BOOT: safe boot'])
    expect(scene.told('alert').filter(({ code }) => code === 'safe-boot')).toMatchObject([{ severity: 'critical' }])
    expect(daemonEntries(scene.exchange)).toEqual([])
  })

  test('may reduce, and what it opens is undone', async () => {
    using scene = await holding()
    scene.trade('sell', 1)
    await scene.run(2_000)
    expect(scene.size()).toBe(1)
    scene.trade('buy', 4)
    scene.trade('buy', 1, { contractId: MES })
    await scene.until(() => scene.size() === 1 && scene.size(MES) === 0, 5_000)
    expect(scene.state().word).toBe('BLIND')
  })

  test('stays locked when it was', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-210)
    scene.trade('sell', 5)
    await scene.until(() => scene.state().lockouts.length === 1, 3_000)
    await restart(scene, SAFE)
    expect(scene.state().word).toBe('LOCKED')
    expect(scene.state().breaches.size).toBeGreaterThan(1)
    scene.trade('buy', 1)
    await scene.until(() => scene.isFlat(), 5_000)
    expect(scene.state().lockouts).toHaveLength(1)
  })

  test('is judged again by the next start in normal mode, and that is told', async () => {
    using scene = await holding()
    await scene.restart({ suspended: undefined })
    await scene.connect()
    await scene.until(() => scene.state().word === 'ACTIVE', 5_000)
    expect(scene.told('alert-over').map(({ code }) => code)).toEqual(['safe-boot'])
    scene.trade('buy', 4)
    await scene.run(2_000)
    expect(scene.size()).toBe(6)
  })
})
