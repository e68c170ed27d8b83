import { expect, test } from 'vitest'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

/** The intent is durable before the request leaves, and a lockout with it (reliability S-01, S-05). */
function checkCommitBeforeSend(scene: Scene): void {
  const firstSend = scene.actions.findIndex((action) => action.startsWith('send'))
  const intent = scene.actions.findIndex((action) => action.includes('intent'))
  expect(intent).toBeGreaterThanOrEqual(0)
  expect(intent).toBeLessThan(firstSend)
  for (const [index, action] of scene.actions.entries()) {
    if (!action.startsWith('send')) continue
    const sends = scene.actions.slice(0, index + 1).filter((one) => one.startsWith('send')).length
    const intents = scene.actions.slice(0, index).join(' ').split('intent ').length - 1
    expect(intents).toBeGreaterThanOrEqual(sends)
  }
}

test('RULE-001: too many contracts are reduced to the limit, no further', async () => {
  using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 5 }) })
  await scene.connect()
  scene.trade('buy', 4)
  scene.trade('buy', 3, { contractId: MES })
  await scene.until(() => scene.ended('cap').length > 0)
  expect(scene.size(MNQ) + scene.size(MES)).toBe(5)
  expect(scene.sent()).toEqual(['reduce 2'])
  expect(scene.ended('cap')).toEqual(['reached'])
  expect(scene.told('breach-begun').map(({ breach }) => [breach.rule, breach.measured, breach.limit])).toEqual([
    ['RULE-001', '7 contracts', '5 contracts'],
  ])
  checkCommitBeforeSend(scene)
  await scene.run(5_000)
  expect(scene.state().word).toBe('ACTIVE')
  expect(scene.told('breach-ended')).toHaveLength(1)
})

test('RULE-002: a product beyond its limit is reduced, another product stays', async () => {
  using scene = await Scene.open({
    rules: settingsOf('max_contracts_per_instrument', { instrument_limits: { MNQ: 2, MES: 10 } }),
  })
  await scene.connect()
  scene.trade('buy', 4, { contractId: MES })
  scene.trade('sell', 5)
  await scene.until(() => scene.ended('cap').length > 0)
  expect(scene.size(MNQ)).toBe(-2)
  expect(scene.size(MES)).toBe(4)
  checkCommitBeforeSend(scene)
})

test('RULE-002: a product that must not be held is closed', async () => {
  using scene = await Scene.open({
    rules: settingsOf('max_contracts_per_instrument', { instrument_limits: { MNQ: 2 } }),
  })
  await scene.connect()
  scene.trade('buy', 1, { contractId: MES })
  await scene.until(() => scene.size(MES) === 0 && scene.state().goals.length === 0)
  expect(scene.sent()).toEqual(['close'])
})

test('RULE-003: a loss at the limit locks the account until the reset and makes it flat', async () => {
  using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -500 }) })
  await scene.connect()
  expect(scene.state().word).toBe('ACTIVE')
  scene.trade('buy', 5)
  scene.trade('sell', 5, { type: 1, limitPrice: scene.price() + 100 })
  scene.trade('sell', 5, { type: 4, stopPrice: scene.price() - 200 })
  await scene.run(1_000)
  scene.move(-210)
  const tookMs = await scene.until(() => scene.ended('flat-account').length > 0)
  expect(scene.isFlat()).toBe(true)
  expect(scene.state().word).toBe('LOCKED')
  expect(scene.actions[0]).toBe('commit breach, lockout, intent close-position')
  expect(scene.actions[1]).toBe('send close-position')
  checkCommitBeforeSend(scene)
  const [lockout] = scene.state().lockouts
  expect(lockout?.end).toEqual({ kind: 'next-reset', at: Date.parse('2026-11-18T23:00:00Z') })
  // Close, orders that protected it, and two readings half a second apart.
  expect(tookMs).toBeLessThan(2_000)
  expect(scene.sent()).toEqual(['close', 'cancel', 'cancel'])
})

test('RULE-003: a loss short of the limit is left alone', async () => {
  using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -500 }) })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-180)
  await scene.run(5_000)
  expect(scene.sent()).toEqual([])
  expect(scene.size()).toBe(5)
  expect(scene.state().word).toBe('ACTIVE')
})

test('RULE-006: after too many trades positions may be kept and reduced, entries are cancelled and undone', async () => {
  using scene = await Scene.open({ rules: settingsOf('trade_frequency_limit', { limits: { per_minute: 3 } }) })
  await scene.connect()
  for (let index = 0; index < 4; index += 1) {
    scene.trade('buy', 1)
    await scene.run(1_000)
  }
  expect(scene.state().word).toBe('REDUCING')
  expect(scene.sent()).toEqual([])
  expect(scene.size()).toBe(4)
  const entry = scene.trade('buy', 1, { type: 1, limitPrice: scene.price() - 50 })
  const target = scene.trade('sell', 2, { type: 1, limitPrice: scene.price() + 50 })
  await scene.run(1_000)
  expect(scene.working().map(({ id }) => id)).toEqual([target])
  expect(scene.working().some(({ id }) => id === entry)).toBe(false)
  scene.trade('sell', 2)
  await scene.run(1_000)
  expect(scene.size()).toBe(2)
  // What was given up cannot be re-entered.
  scene.trade('buy', 2)
  await scene.until(() => scene.size() === 2 && scene.state().goals.length === 0)
  expect(scene.sent().filter((what) => what !== 'cancel')).toEqual(['reduce 2'])
  // A turn to the other side is not a reduction.
  scene.trade('sell', 5)
  await scene.until(() => scene.size() === 0 && scene.state().goals.length === 0)
  await scene.run(60_000)
  expect(scene.state().lockouts).toEqual([])
  expect(scene.told('lockout-ended')).toHaveLength(1)
  expect(scene.state().word).toBe('ACTIVE')
})

test('RULE-006: what the program itself closed is nobody’s trade', async () => {
  using scene = await Scene.open({
    rules: {
      ...settingsOf('trade_frequency_limit', { limits: { per_minute: 3 } }),
      ...settingsOf('max_contracts', { limit: 1 }),
    },
  })
  await scene.connect()
  for (let index = 0; index < 3; index += 1) {
    scene.trade('buy', index === 0 ? 2 : 1)
    await scene.run(2_000)
  }
  expect(scene.sent()).toEqual(['reduce 1', 'reduce 1', 'reduce 1'])
  expect(scene.size()).toBe(1)
  expect(scene.told('breach-begun').map(({ breach }) => breach.rule)).toEqual(['RULE-001', 'RULE-001', 'RULE-001'])
  const origins = scene.store.loadAccount(TRADER, scene.state().lastReset).trades.map(({ origin }) => origin)
  expect(origins.filter((origin) => origin === 'enforcer')).toHaveLength(3)
})

test('RULE-008: a position without a stop is closed at the end of its grace, without any event', async () => {
  using scene = await Scene.open({ rules: settingsOf('no_stop_loss_grace', { grace_period_seconds: 10 }) })
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(9_950)
  expect(scene.sent()).toEqual([])
  await scene.until(() => scene.ended('flat-contract').length > 0, 3_000)
  expect(scene.isFlat()).toBe(true)
  checkCommitBeforeSend(scene)
})

test('RULE-008: a covered position stays, and its bracket children are its protection (E-18)', async () => {
  using scene = await Scene.open({ rules: settingsOf('no_stop_loss_grace', { grace_period_seconds: 10 }) })
  await scene.connect()
  scene.trade('buy', 2, { stopLossBracket: { ticks: -40, type: 4 }, takeProfitBracket: { ticks: 40, type: 1 } })
  await scene.run(60_000)
  expect(scene.sent()).toEqual([])
  expect(scene.size()).toBe(2)
})

test('RULE-009: at the end of the session the account becomes flat and stays so until the next one starts', async () => {
  using scene = await Scene.open({
    rules: settingsOf('session_block_outside', { global_session: { start: '08:30', end: '15:00' } }),
    startsAt: '2026-11-18T20:59:00Z',
  })
  await scene.connect()
  scene.trade('buy', 2)
  scene.trade('buy', 1, { type: 1, limitPrice: scene.price() - 100 })
  await scene.run(59_800)
  expect(scene.sent()).toEqual([])
  await scene.until(() => scene.ended('flat-account').length > 0, 3_000)
  expect(scene.isFlat()).toBe(true)
  const [lockout] = scene.state().lockouts
  expect(lockout?.end).toEqual({ kind: 'session-start', at: Date.parse('2026-11-19T14:30:00Z') })
  checkCommitBeforeSend(scene)
})

test('two rules at one event: both breaches are recorded, the strictest goal is carried out once (E-14)', async () => {
  using scene = await Scene.open({
    rules: { ...settingsOf('max_contracts', { limit: 3 }), ...settingsOf('daily_realized_loss', { limit: -100 }) },
  })
  await scene.connect()
  scene.trade('buy', 3)
  await scene.run(1_000)
  scene.gateway.delays.streamMs = 50
  scene.move(-150)
  scene.trade('buy', 2)
  await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
  expect(new Set(scene.told('breach-begun').map(({ breach }) => breach.rule))).toEqual(
    new Set(['RULE-001', 'RULE-003']),
  )
  expect(scene.sent().filter((what) => what === 'close').length).toBeLessThanOrEqual(2)
})

test('a rule in shadow mode is judged and told, and does nothing', async () => {
  using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -500, mode: 'shadow' }) })
  await scene.connect()
  scene.trade('buy', 5)
  await scene.run(1_000)
  scene.move(-300)
  await scene.run(3_000)
  expect(scene.told('breach-begun').map(({ shadow }) => shadow)).toEqual([true])
  expect(scene.sent()).toEqual([])
  expect(scene.state().word).toBe('ACTIVE')
})
