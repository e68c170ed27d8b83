import { TradingCalendar } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { Scene, settingsOf } from './scene.ts'

const LOSS = settingsOf('daily_realized_loss', { limit: -500 })
const RESET_MS = Date.parse('2026-11-18T23:00:00Z')

/** Locked by a loss, twenty seconds before the reset. */
async function lockedBeforeReset(): Promise<Scene> {
  const scene = await Scene.open({ rules: LOSS, startsAt: '2026-11-18T21:59:00Z' })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-210)
  await scene.until(() => scene.ended('flat-account').length > 0)
  await scene.run(RESET_MS - 20_000 - scene.time.now())
  return scene
}

describe('the end of a lockout', () => {
  test('comes at its instant exactly, and not a millisecond before', async () => {
    using scene = await lockedBeforeReset()
    await scene.run(19_999)
    expect(scene.time.now()).toBe(RESET_MS - 1)
    expect(scene.state().word).toBe('LOCKED')
    await scene.run(1)
    expect(scene.state().word).toBe('ACTIVE')
    expect(scene.told('lockout-ended').map(({ toldMs }) => toldMs)).toEqual([scene.time.elapsedMs()])
  })

  test('waits until time is trusted', async () => {
    using scene = await lockedBeforeReset()
    scene.time.trusted = false
    await scene.run(60_000)
    expect(scene.state().word).toBe('LOCKED')
    expect(scene.told('reset-crossed')).toEqual([])
    scene.time.trusted = true
    await scene.until(() => scene.state().word === 'ACTIVE', 2_000)
    expect(scene.told('reset-crossed')).toHaveLength(1)
  })

  test('waits until the book is trusted', async () => {
    using scene = await lockedBeforeReset()
    scene.gateway.lose('user')
    await scene.run(60_000)
    expect(scene.state().lockouts).toHaveLength(1)
    scene.gateway.restore('user')
    await scene.until(() => scene.state().word === 'ACTIVE', 2_000)
  })

  test('a clock that was far ahead and not trusted unlocks nothing once it is right again', async () => {
    using scene = await lockedBeforeReset()
    scene.time.trusted = false
    scene.time.skewMs = 48 * 3_600_000
    scene.kernel.tick()
    scene.time.skewMs += 1_000
    scene.kernel.tick()
    await scene.run(5_000)
    scene.time.skewMs = 0
    scene.time.trusted = true
    scene.kernel.tick()
    await scene.run(5_000)
    expect(scene.state().word).toBe('LOCKED')
    expect(scene.told('lockout-ended')).toEqual([])
    // No tick comes until then, so the account is read before anything ends.
    await scene.run(RESET_MS - scene.time.now() + 1_000)
    expect(scene.state().word).toBe('ACTIVE')
  })

  test('a clock that was a day behind for a while makes no cooldown longer (T-02)', async () => {
    using scene = await Scene.open({
      rules: settingsOf('cooldown_after_loss', { loss_thresholds: [{ loss_amount: -10, cooldown: '60s' }] }),
    })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.move(-30)
    scene.trade('sell', 1)
    await scene.until(() => scene.state().lockouts.length > 0)
    const lockedMs = scene.time.elapsedMs()
    scene.time.trusted = false
    scene.time.skewMs = -24 * 3_600_000
    scene.kernel.tick()
    await scene.run(20_000)
    expect(scene.state().lockouts).toHaveLength(1)
    scene.time.skewMs = 0
    scene.time.trusted = true
    scene.kernel.tick()
    await scene.until(() => scene.state().lockouts.length === 0, 60_000)
    const tookMs = scene.time.elapsedMs() - lockedMs
    expect(tookMs).toBeGreaterThan(59_000)
    expect(tookMs).toBeLessThan(61_000)
    expect(scene.told('reset-crossed')).toEqual([])
  })

  test('a reset that passed while nobody trusted the time is crossed by the next run, even if it is the first of all (T-01)', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 2 }) })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.kill()
    scene.time.set(RESET_MS + 20_000)
    scene.time.trusted = false
    await scene.restart()
    await scene.connect()
    scene.trade('buy', 2)
    await scene.until(() => scene.size() === 2)
    scene.time.trusted = true
    await scene.restart()
    await scene.connect()
    expect(scene.told('reset-crossed').map(({ at }) => at)).toEqual([RESET_MS])
  })

  test('a machine that slept over the reset unlocks late and once', async () => {
    using scene = await lockedBeforeReset()
    scene.time.set(RESET_MS + 3 * 3_600_000)
    scene.kernel.tick()
    await scene.run(40_000)
    expect(scene.state().word).toBe('ACTIVE')
    expect(scene.told('lockout-ended')).toHaveLength(1)
    expect(scene.told('reset-crossed')).toHaveLength(1)
  })

  test('a close that is still owed outlives it', async () => {
    using scene = await Scene.open({ rules: LOSS, startsAt: '2026-11-18T21:59:00Z' })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.gateway.commandFate = () => ({
      kind: 'refused',
      outcome: { kind: 'refused', refusal: 'market-closed', code: 5, message: null },
    })
    scene.move(-210)
    await scene.run(RESET_MS + 1_000 - scene.time.now())
    expect(scene.told('lockout-ended')).toHaveLength(1)
    expect(scene.state().goals.map(({ goal }) => goal.kind)).toEqual(['flat-account'])
    scene.gateway.commandFate = () => ({ kind: 'served' })
    await scene.until(() => scene.isFlat(), 5_500)
  })
})

describe('the daily reset', () => {
  test('in the hour that comes twice happens once, at the second; a lockout until then lasts as long (T-05)', async () => {
    const calendar = new TradingCalendar({ time: '01:30', timeZone: 'America/Chicago', days: ['sun'] })
    using scene = await Scene.open({ rules: LOSS, calendar, startsAt: '2026-10-30T15:00:00Z' })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-210)
    await scene.until(() => scene.ended('flat-account').length > 0)
    scene.time.set(Date.parse('2026-11-01T06:29:00Z'))
    scene.kernel.tick()
    await scene.run(120_000)
    expect(scene.state().word).toBe('LOCKED')
    expect(scene.told('reset-crossed')).toEqual([])
    scene.time.set(Date.parse('2026-11-01T07:29:00Z'))
    scene.kernel.tick()
    await scene.run(59_999)
    expect(scene.state().word).toBe('LOCKED')
    await scene.run(60_000)
    expect(scene.told('lockout-ended')).toHaveLength(1)
    expect(scene.told('reset-crossed').map(({ at }) => at)).toEqual([Date.parse('2026-11-01T07:30:00Z')])
  })

  test('is processed exactly once, over restarts too', async () => {
    using scene = await lockedBeforeReset()
    await scene.run(30_000)
    await scene.restart()
    await scene.connect()
    await scene.run(60_000)
    expect(scene.told('reset-crossed')).toHaveLength(1)
  })

  test('those that were missed are processed at the start, in order and before anything else', async () => {
    using scene = await lockedBeforeReset()
    scene.kill()
    await scene.run(20_000 + 24 * 3_600_000 + 60_000)
    const before = scene.notes.length
    await scene.restart()
    await scene.connect()
    const kinds = scene.notes.slice(before).map(({ kind }) => kind)
    expect(kinds.slice(0, 2)).toEqual(['reset-crossed', 'reset-crossed'])
    expect(scene.told('reset-crossed').map(({ at }) => at)).toEqual([RESET_MS, RESET_MS + 24 * 3_600_000])
    await scene.restart()
    await scene.connect()
    expect(scene.told('reset-crossed')).toHaveLength(2)
  })

  test('a new day begins with nothing realized', async () => {
    using scene = await lockedBeforeReset()
    await scene.run(25_000)
    scene.trade('buy', 1)
    await scene.run(2_000)
    expect(scene.size()).toBe(1)
    expect(scene.state().word).toBe('ACTIVE')
  })
})

describe('warn_at', () => {
  test('is told once per trading day and level, over restarts too', async () => {
    using scene = await Scene.open({
      rules: settingsOf('daily_realized_loss', { limit: -500, warn_at: [0.5, 0.8] }),
    })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    for (const ticks of [-110, 30, -40, -60, 40, -40]) {
      scene.move(ticks)
      await scene.run(1_000)
    }
    expect(scene.told('limit-near').map(({ level }) => level)).toEqual([0.5, 0.8])
    await scene.restart()
    await scene.connect()
    await scene.run(1_000)
    scene.move(-1)
    await scene.run(5_000)
    expect(scene.told('limit-near')).toHaveLength(2)
  })
})
