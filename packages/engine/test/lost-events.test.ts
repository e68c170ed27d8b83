import { describe, expect, test } from 'vitest'
import { MNQ, Scene, settingsOf, TRADER } from './scene.ts'

const TO_TWO = settingsOf('max_contracts', { limit: 2 })

describe('a user stream that stands and does not deliver', () => {
  test('is found out by the next reading, connected anew, and told (R-04)', async () => {
    using scene = await Scene.open({ rules: TO_TWO })
    await scene.connect()
    scene.gateway.isDropped = ({ kind }) => kind !== 'quote'
    scene.trade('buy', 5)
    await scene.until(() => scene.size() === 2, 35_000)
    expect(scene.gateway.recycled).toEqual(['user'])
    expect(scene.alerts()).toEqual(['stream-incomplete'])
    await scene.run(2_000)
    expect(scene.state().word).toBe('ACTIVE')
    // It delivers again.
    scene.trade('buy', 1)
    await scene.until(() => scene.sent().length === 2, 1_000)
  })

  test('one that never delivers is connected anew once a minute, and a human is called every five minutes', async () => {
    using scene = await Scene.open({ rules: TO_TWO })
    await scene.connect()
    for (let minute = 0; minute < 4; minute += 1) {
      scene.gateway.isDropped = ({ kind }) => kind !== 'quote'
      scene.trade('buy', 1)
      await scene.run(30_000)
      scene.gateway.isDropped = ({ kind }) => kind !== 'quote'
      scene.trade('sell', 1)
      await scene.run(30_000)
    }
    expect(scene.gateway.recycled.length).toBeGreaterThanOrEqual(3)
    expect(scene.gateway.recycled.length).toBeLessThanOrEqual(4)
    expect(scene.alerts()).toEqual(['stream-incomplete'])
  })

  test('what a reading finds after a gap is no reason to connect anew', async () => {
    using scene = await Scene.open({ rules: TO_TWO })
    await scene.connect()
    scene.gateway.lose('user')
    scene.trade('buy', 1)
    await scene.run(10_000)
    scene.gateway.restore('user')
    await scene.run(35_000)
    expect(scene.gateway.recycled).toEqual([])
  })
})

describe('a fill of which the stream tells by half', () => {
  test('its position is read after half a second (R-18)', async () => {
    using scene = await Scene.open({ rules: TO_TWO })
    await scene.connect()
    scene.gateway.isDropped = ({ kind }) => kind === 'position'
    scene.trade('buy', 3)
    const tookMs = await scene.until(() => scene.size() === 2, 5_000)
    expect(tookMs).toBeLessThan(700)
  })

  test('its trade is read after three seconds (R-16)', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -50 }) })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(20_000)
    scene.gateway.isDropped = ({ kind }) => kind === 'trade' || kind === 'account'
    scene.move(-100)
    scene.exchange.closeContract(TRADER, MNQ, 'trader')
    const tookMs = await scene.until(() => scene.state().word === 'LOCKED', 10_000)
    expect(tookMs).toBeLessThan(3_500)
  })

  test('costs no reading when the other half comes in time', async () => {
    using scene = await Scene.open({ rules: TO_TWO })
    await scene.connect()
    const readings = scene.gateway.readings.length
    for (let round = 0; round < 5; round += 1) {
      scene.trade('buy', 1)
      await scene.run(1_000)
      scene.trade('sell', 1)
      await scene.run(1_000)
    }
    expect(scene.gateway.readings.length).toBe(readings)
  })
})

test('an account that is compared too seldom, because many share the rate budget, is told again after five minutes', async () => {
  using scene = await Scene.open({ rules: TO_TWO })
  await scene.connect()
  scene.gateway.fullReadingWaitsMs = 70_000
  await scene.run(300_000)
  expect(scene.alerts()).toEqual(['comparison-late'])
  await scene.run(100_000)
  expect(scene.alerts()).toEqual(['comparison-late', 'comparison-late'])
  scene.gateway.fullReadingWaitsMs = 20_000
  await scene.run(600_000)
  expect(scene.alerts()).toHaveLength(2)
})

test('a position whose stop the stream did not tell of is looked at before it is closed (R-17)', async () => {
  using scene = await Scene.open({ rules: settingsOf('no_stop_loss_grace', { grace_period_seconds: 10 }) })
  await scene.connect()
  scene.trade('buy', 1)
  await scene.run(2_000)
  scene.gateway.isDropped = ({ kind }) => kind === 'order'
  scene.trade('sell', 1, { type: 4, stopPrice: scene.price() - 20 })
  await scene.run(15_000)
  expect(scene.sent()).toEqual([])
  expect(scene.size()).toBe(1)
})

test('one that has no stop is closed at the end of its grace all the same', async () => {
  using scene = await Scene.open({ rules: settingsOf('no_stop_loss_grace', { grace_period_seconds: 10 }) })
  await scene.connect()
  scene.trade('buy', 1)
  const tookMs = await scene.until(() => scene.sent().length === 1, 12_000)
  expect(tookMs).toBeGreaterThanOrEqual(10_000)
  expect(tookMs).toBeLessThan(10_100)
})

test('a close is not held up by a market order whose end the stream did not tell of (R-17, B-2)', async () => {
  using scene = await Scene.open({ rules: TO_TWO })
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(1_000)
  scene.gateway.isDropped = (event) => event.kind === 'order' && event.data.status === 2
  scene.trade('sell', 1)
  await scene.run(200)
  scene.trade('buy', 3)
  await scene.until(() => scene.sent().length === 1, 500)
  expect(scene.sent()).toEqual(['reduce 2'])
})

test.each([0, 30, 100])(
  'a stop that was filled in part, and tells of it %d ms after the position, goes on protecting the rest (S-03)',
  async (lateMs) => {
    using scene = await Scene.open({
      rules: settingsOf('trade_frequency_limit', { limits: { per_minute: 1 } }),
      knobs: { largestFill: 1 },
      isMarketStill: true,
    })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.trade('buy', 1)
    const stop = scene.trade('sell', 3, { type: 4, stopPrice: scene.price() - 20 })
    await scene.run(1_000)
    expect(scene.state().word).toBe('REDUCING')
    scene.gateway.eventFate = ({ kind }) => ({
      kind: 'arrives',
      lateMs: [kind === 'order' || kind === 'trade' ? lateMs : 0],
    })
    scene.move(-90)
    await scene.until(() => scene.size() === 0, 5_000)
    await scene.run(1_000)
    expect(scene.sent()).toEqual([])
    expect(scene.exchange.orders(TRADER).find(({ id }) => id === stop)?.status).toBe(2)
  },
)

test('a stop that is larger than what the trader has kept could turn it over, and goes', async () => {
  using scene = await Scene.open({ rules: settingsOf('trade_frequency_limit', { limits: { per_minute: 1 } }) })
  await scene.connect()
  scene.trade('buy', 1)
  scene.trade('buy', 2)
  scene.trade('sell', 3, { type: 4, stopPrice: scene.price() - 500 })
  await scene.run(1_000)
  scene.trade('sell', 1)
  await scene.until(() => scene.sent().length === 1, 500)
  expect(scene.sent()[0]).toMatch(/^cancel/)
})

test('a stop of RULE-012 that was filled in part is not made smaller for it, whoever tells first (S-03)', async () => {
  using scene = await Scene.open({
    rules: settingsOf('trade_management', { enabled: true, auto_stop_loss: { enabled: true } }),
    knobs: { largestFill: 1 },
    isMarketStill: true,
  })
  await scene.connect()
  scene.trade('buy', 3)
  await scene.run(1_000)
  const before = scene.sent().length
  scene.gateway.eventFate = ({ kind }) => ({ kind: 'arrives', lateMs: [kind === 'position' ? 0 : 40] })
  scene.move(-60)
  await scene.until(() => scene.size() === 0, 5_000)
  await scene.run(1_000)
  // Beside a flat position an order of ours goes at once, whatever it was.
  expect(scene.sent().slice(before)).not.toContainEqual(expect.stringMatching(/^modify/))
  expect(scene.isFlat()).toBe(true)
})
