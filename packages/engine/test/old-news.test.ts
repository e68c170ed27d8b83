import { describe, expect, test } from 'vitest'
import { REST_LAG_TOLERANCE_MS } from '@rm/state/book'
import { Scene, settingsOf, TRADER } from './scene.ts'

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

test('a reduction that only a lagging reading contradicts is not made twice (G-16)', async () => {
  using scene = await Scene.open({ rules: TO_TWO, knobs: { snapshotLagMs: 600 } })
  await scene.connect()
  Object.assign(scene.gateway.delays, { requestMs: 250, replyMs: 20, streamMs: 5 })
  scene.gateway.eventFate = ({ kind }) => ({ kind: 'arrives', lateMs: [kind === 'trade' ? 6_000 : 0] })
  scene.trade('buy', 2)
  await scene.run(5_000)
  scene.trade('buy', 1)
  await scene.run(10_000)
  expect(scene.sent()).toEqual(['reduce 1'])
  expect(scene.size()).toBe(2)
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

describe('a position that comes back, and readings that lag say it is gone (G-16, S-09)', () => {
  test('is found as soon as a reading cannot lag any more, and closed', async () => {
    using scene = await soldAgain()
    const tookMs = await scene.until(() => scene.size() === 0, 10_000)
    expect(tookMs).toBeLessThan(REST_LAG_TOLERANCE_MS + 500)
    expect(scene.gateway.recycled).toEqual([])
  })

  test('is not called flat before', async () => {
    using scene = await soldAgain()
    await scene.until(() => scene.ended('flat-account').length > 0, 10_000)
    expect(scene.size()).toBe(0)
  })
})

describe('a word of the account that is older than the one that barred it (R-14, R-15)', () => {
  test.for([300, 2_000, 20_000])('does not admit it when it comes %d ms late', async (lateMs) => {
    using scene = await barred(lateMs)
    await scene.run(lateMs + 10_000)
    expect(scene.told('lockout-ended')).toEqual([])
    expect(scene.state().word).toBe('LOCKED')
    scene.exchange.setCanTrade(TRADER, true)
    await scene.until(() => scene.state().word === 'ACTIVE', 4_000)
  })

  test('does not admit it by a reading that lags either (G-16)', async () => {
    using scene = await barred(300)
    scene.exchange.turn({ snapshotLagMs: 2_000 })
    await scene.run(10_000)
    expect(scene.told('lockout-ended')).toEqual([])
  })
})

/** Sold, bought back and sold again within a moment; trades are told late, and our close of it is refused. */
async function soldAgain(): Promise<Scene> {
  const scene = await Scene.open({
    rules: settingsOf('session_block_outside', { global_session: { start: '08:30', end: '09:00' } }),
    knobs: { snapshotLagMs: 2_000 },
  })
  await scene.connect()
  scene.gateway.eventFate = ({ kind }) => ({ kind: 'arrives', lateMs: [kind === 'trade' ? 6_000 : 0] })
  const refused = { kind: 'refused', outcome: { kind: 'refused', refusal: 'other', code: 5, message: null } } as const
  scene.gateway.commandFate = (_command, nth) => (nth === 0 ? refused : { kind: 'served' })
  scene.trade('sell', 2)
  scene.trade('buy', 2)
  scene.trade('sell', 2)
  return scene
}

/** Barred, and then told of the balance of before. */
async function barred(lateMs: number): Promise<Scene> {
  const scene = await Scene.open({ rules: settingsOf('auth_loss_guard') })
  await scene.connect()
  scene.gateway.eventFate = ({ kind }) => ({ kind: 'arrives', lateMs: [kind === 'account' ? lateMs : 0] })
  scene.trade('buy', 1)
  await scene.run(50)
  scene.gateway.eventFate = () => ({ kind: 'arrives', lateMs: [0] })
  scene.exchange.setCanTrade(TRADER, false)
  await scene.run(100)
  expect(scene.state().word).toBe('LOCKED')
  return scene
}

function stopPrice(scene: Scene): number {
  const placed = scene.gateway.sent.find(({ command }) => command.kind === 'place-order')
  if (placed?.command.kind !== 'place-order') throw new RangeError('nothing was placed')
  return placed.command.price * placed.command.tickSize
}
