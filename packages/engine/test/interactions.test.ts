import { describe, expect, test } from 'vitest'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

/*
 * Where rules meet (risk rules, section 2, "Interactions").
 */

const rulesBreached = (scene: Scene) => scene.told('breach-begun').map(({ breach }) => breach.rule)
const lockedBy = (scene: Scene) =>
  scene
    .state()
    .lockouts.map(({ rule }) => rule)
    .toSorted()

describe('004 → 003 and 005 → 013', () => {
  test('a position that is closed for its open loss locks the day on that very trade', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('daily_unrealized_loss', { limit: -300 }),
        ...settingsOf('daily_realized_loss', { limit: -301, include_unrealized: false }),
      },
    })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.move(-302)
    await scene.until(() => scene.state().lockouts.length > 0)
    expect(rulesBreached(scene)).toEqual(['RULE-004', 'RULE-003'])
    expect(scene.told('breach-begun')[1]?.breach.cause).toContain('trade-reported')
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.state().word).toBe('LOCKED')
  })

  test('with the open loss included the day is locked before, and both paths end flat and locked', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('daily_unrealized_loss', { limit: -300 }),
        ...settingsOf('daily_realized_loss', { limit: -400 }),
      },
    })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.move(-210)
    scene.trade('sell', 2)
    await scene.run(1_000)
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.move(-200)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(rulesBreached(scene)).toEqual(['RULE-003'])
    expect(scene.state().word).toBe('LOCKED')
  })

  test('a profit that is taken locks the day on that very trade', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('max_unrealized_profit', { enabled: true, target: 100 }),
        ...settingsOf('daily_realized_profit', { enabled: true, target: 95, include_unrealized: false }),
      },
    })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.move(110)
    await scene.until(() => scene.state().lockouts.length > 0)
    expect(rulesBreached(scene)).toEqual(['RULE-005', 'RULE-013'])
    expect(scene.told('breach-begun')[1]?.breach.cause).toContain('trade-reported')
  })
})

test('001 + 002 on one fill: two breaches are recorded, and one reduction to the smaller limit leaves', async () => {
  using scene = await Scene.open({
    rules: {
      ...settingsOf('max_contracts', { limit: 3 }),
      ...settingsOf('max_contracts_per_instrument', { instrument_limits: { MNQ: 2 } }),
    },
  })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.until(() => scene.size() === 2 && scene.state().goals.length === 0)
  expect(rulesBreached(scene).toSorted()).toEqual(['RULE-001', 'RULE-002'])
  expect(scene.sent()).toEqual(['reduce 3'])
})

test('003 + 013: a day that reaches its target and then slips beyond its loss is locked by both', async () => {
  using scene = await Scene.open({
    rules: {
      ...settingsOf('daily_realized_profit', { enabled: true, target: 100 }),
      ...settingsOf('daily_realized_loss', { limit: -300 }),
    },
  })
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(1_000)
  scene.gateway.commandFate = () => ({ kind: 'not-sent' })
  scene.move(110)
  await scene.run(200)
  scene.move(-500)
  await scene.run(200)
  scene.gateway.commandFate = () => ({ kind: 'served' })
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
  expect(lockedBy(scene)).toEqual(['RULE-003', 'RULE-013'])
})

test('any lock + 008: a naked position is closed although reduce-only would keep it', async () => {
  using scene = await Scene.open({
    rules: {
      ...settingsOf('trade_frequency_limit', { limits: { per_minute: 1 } }),
      ...settingsOf('no_stop_loss_grace', { grace_period_seconds: 10 }),
    },
  })
  await scene.connect()
  scene.trade('buy', 1)
  await scene.run(1_000)
  scene.trade('buy', 1)
  await scene.run(8_000)
  expect([scene.state().word, scene.size()]).toEqual(['REDUCING', 2])
  await scene.until(() => scene.isFlat(), 3_000)
  expect(lockedBy(scene)).toEqual(['RULE-006'])
})

describe('reduce-only, then flat', () => {
  test('is upgraded at once, and the rest of reduce-only remains when the flat one ends first', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('trade_frequency_limit', { limits: { per_minute: 1 } }),
        ...settingsOf('cooldown_after_loss', { loss_thresholds: [{ loss_amount: -50, cooldown: '10s' }] }),
      },
      timers: {
        tradeFrequency: {
          perMinute: { kind: 'for', ms: 60_000 },
          perHour: { kind: 'for', ms: 60_000 },
          perSession: { kind: 'for', ms: 60_000 },
        },
      },
    })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.trade('buy', 1)
    await scene.run(1_000)
    expect([scene.state().word, scene.size()]).toEqual(['REDUCING', 3])
    scene.move(-110)
    scene.trade('sell', 1)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.state().word).toBe('LOCKED')
    expect(lockedBy(scene)).toEqual(['RULE-006', 'RULE-007'])
    await scene.until(() => scene.state().lockouts.length === 1, 30_000)
    expect([scene.state().word, lockedBy(scene)]).toEqual(['REDUCING', ['RULE-006']])
    scene.trade('buy', 1)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    await scene.run(60_000)
    expect(scene.state().word).toBe('ACTIVE')
  })
})

test('009 ends while 003 is active: the account stays locked, and what lasts longest is told first', async () => {
  using scene = await Scene.open({
    rules: {
      ...settingsOf('session_block_outside', { global_session: { start: '08:30', end: '09:30' } }),
      ...settingsOf('daily_realized_loss', { limit: -100, lockout: '24h' }),
    },
    startsAt: '2026-11-18T15:29:00Z',
  })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-60)
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
  await scene.run(60_000)
  expect(lockedBy(scene)).toEqual(['RULE-003', 'RULE-009'])
  // The session starts on Thursday at 08:30, an hour before the lockout of the loss ends.
  await scene.run(23 * 3_600_000 + 60_000)
  expect([scene.state().word, lockedBy(scene)]).toEqual(['LOCKED', ['RULE-003']])
})

test('010 + 003: trading is allowed again while the loss still locks', async () => {
  using scene = await Scene.open({
    rules: { ...settingsOf('auth_loss_guard'), ...settingsOf('daily_realized_loss', { limit: -100 }) },
  })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-60)
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
  scene.exchange.setCanTrade(TRADER, false)
  await scene.run(1_000)
  expect(lockedBy(scene)).toEqual(['RULE-003', 'RULE-010'])
  scene.exchange.setCanTrade(TRADER, true)
  await scene.run(3_500)
  expect([scene.state().word, lockedBy(scene)]).toEqual(['LOCKED', ['RULE-003']])
})

test('011 + 002: a product that both forbid is closed once, and both breaches are recorded', async () => {
  using scene = await Scene.open({
    rules: {
      ...settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['MES'] }),
      ...settingsOf('max_contracts_per_instrument', { instrument_limits: { MNQ: 5 } }),
    },
  })
  await scene.connect()
  scene.trade('buy', 1, { contractId: MES })
  await scene.until(() => scene.size(MES) === 0 && scene.state().goals.length === 0)
  // Between the fill and its position event there is neither an order nor a position.
  expect(new Set(rulesBreached(scene))).toEqual(new Set(['RULE-011', 'RULE-002']))
  expect(scene.sent()).toEqual(['close'])
})

test('a reset during the pursuit changes the day, and not the close that is owed', async () => {
  using scene = await Scene.open({
    rules: settingsOf('daily_unrealized_loss', { limit: -100 }),
    startsAt: '2026-11-18T21:55:00Z',
  })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.gateway.commandFate = () => ({ kind: 'not-sent' })
  scene.move(-60)
  await scene.run(66 * 60_000)
  expect(scene.told('reset-crossed')).toHaveLength(1)
  expect(scene.state().goals.map(({ goal }) => goal)).toEqual([{ kind: 'flat-contract', contractId: MNQ }])
  scene.gateway.commandFate = () => ({ kind: 'served' })
  await scene.until(() => scene.isFlat(), 6_000)
})
