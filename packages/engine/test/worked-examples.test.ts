import { describe, expect, test } from 'vitest'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

/*
 * Worked examples of the rules that only the whole account can show.
 */

/** 17:00 in Chicago on Tuesday, 10 March 2026. */
const TUESDAY_RESET = Date.parse('2026-03-10T22:00:00Z')
const DAY_MS = 24 * 3_600_000

const endsOf = (scene: Scene) =>
  scene.state().lockouts.flatMap(({ end }) => ('at' in end ? [new Date(end.at).toISOString()] : []))

describe('RULE-003, the end of the day', () => {
  const LOSS = settingsOf('daily_realized_loss', { limit: -500 })

  test('a breach on Tuesday at 14:00 locks until Tuesday 17:00', async () => {
    using scene = await Scene.open({ rules: LOSS, startsAt: '2026-03-10T19:00:00Z' })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-210)
    await scene.until(() => scene.state().lockouts.length > 0)
    expect(endsOf(scene)).toEqual(['2026-03-10T22:00:00.000Z'])
    await scene.run(TUESDAY_RESET - 1 - scene.time.now())
    expect(scene.state().word).toBe('LOCKED')
    await scene.run(1)
    expect(scene.state().word).toBe('ACTIVE')
  })

  test('a breach at 17:00 exactly belongs to the new day and locks until Wednesday 17:00', async () => {
    using scene = await Scene.open({ rules: LOSS, startsAt: '2026-03-10T19:00:00Z' })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(TUESDAY_RESET - scene.gateway.delays.streamMs - scene.time.now())
    scene.move(-210)
    await scene.run(scene.gateway.delays.streamMs)
    expect(scene.time.now()).toBe(TUESDAY_RESET)
    expect(endsOf(scene)).toEqual([new Date(TUESDAY_RESET + DAY_MS).toISOString()])
  })

  test('while no reading succeeds the lockout stands and what is owed waits', async () => {
    using scene = await Scene.open({ rules: LOSS })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.gateway.readingFault = () => 'status 503'
    scene.gateway.commandFate = () => ({ kind: 'not-sent' })
    scene.move(-210)
    await scene.run(5_000)
    const stored = scene.store.loadAccount(TRADER, scene.state().lastReset)
    expect(stored.lockouts.map(({ rule }) => rule)).toEqual(['RULE-003'])
    expect(stored.goals.map(({ goal }) => goal.kind)).toEqual(['flat-account'])
    scene.gateway.readingFault = () => null
    scene.gateway.commandFate = () => ({ kind: 'served' })
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
  })
})

describe('RULE-001', () => {
  const LIMIT = settingsOf('max_contracts', { limit: 5 })

  test('fills of 2, 2 and 2 towards six: the third breaches, and one contract is closed', async () => {
    using scene = await Scene.open({ rules: LIMIT, knobs: { largestFill: 2 } })
    await scene.connect()
    scene.trade('buy', 6)
    await scene.until(() => scene.size() === 5 && scene.state().goals.length === 0)
    expect(scene.told('breach-begun')).toHaveLength(1)
    expect(scene.sent()).toEqual(['reduce 1'])
  })

  test('the position event alone suffices when order events are lost', async () => {
    using scene = await Scene.open({ rules: LIMIT })
    await scene.connect()
    scene.gateway.isDropped = ({ kind }) => kind === 'order'
    scene.trade('buy', 6)
    await scene.until(() => scene.size() === 5)
    expect(scene.sent()).toEqual(['reduce 1'])
  })
})

describe('RULE-006', () => {
  const MINUTE = settingsOf('trade_frequency_limit', { limits: { per_minute: 3, per_hour: null, per_session: null } })

  async function tradedAt(seconds: readonly number[]): Promise<Scene> {
    const scene = await Scene.open({ rules: MINUTE })
    await scene.connect()
    const begin = scene.time.elapsedMs()
    for (const second of seconds) {
      await scene.run(begin + second * 1_000 - scene.time.elapsedMs())
      scene.trade('buy', 1)
    }
    await scene.run(100)
    return scene
  }

  test('trades at 0, 10, 20 and 30 s: the fourth breaches, and the account is locked from 30 to 90 s', async () => {
    using scene = await tradedAt([0, 10, 20, 30])
    const [lockout] = scene.state().lockouts
    expect(lockout?.effect).toBe('reduce-only')
    expect('at' in (lockout?.end ?? {}) && endsOf(scene)).toEqual([
      new Date((lockout?.from ?? 0) + 60_000).toISOString(),
    ])
    await scene.run(59_800)
    expect(scene.state().word).toBe('REDUCING')
    await scene.run(200)
    expect(scene.state().word).toBe('ACTIVE')
  })

  test('a trade that is voided after the breach leaves the cooldown where it is', async () => {
    using scene = await tradedAt([0, 10, 20, 30])
    const [first] = scene.exchange.trades(TRADER)
    expect(scene.exchange.voidTrade(TRADER, first?.id ?? 0)).toBe(true)
    const before = scene.state().lockouts
    await scene.run(1_000)
    expect(scene.state().book.trades[0]?.counted).toHaveLength(3)
    expect(scene.state().lockouts).toEqual(before)
    await scene.run(50_000)
    expect(scene.state().word).toBe('REDUCING')
  })

  test('locked with two held, a fill to three is reduced to two, and one to the other side is closed', async () => {
    using scene = await Scene.open({ rules: MINUTE })
    await scene.connect()
    for (const [side, size] of [
      ['buy', 1],
      ['buy', 1],
      ['sell', 1],
      ['buy', 1],
    ] as const) {
      scene.trade(side, size)
      await scene.run(500)
    }
    expect([scene.state().word, scene.size()]).toEqual(['REDUCING', 2])
    scene.trade('buy', 1)
    await scene.until(() => scene.size() === 2 && scene.state().goals.length === 0)
    scene.trade('sell', 3)
    await scene.until(() => scene.size() === 0 && scene.state().goals.length === 0)
  })
})

test('a close that the shut exchange refuses: a human is told at once what is carried, and it is closed when it opens', async () => {
  let isOpen = true
  using scene = await Scene.open({
    rules: settingsOf('session_block_outside', { global_session: { start: '08:30', end: '10:00' } }),
    isMarketOpen: () => isOpen,
  })
  await scene.connect()
  scene.trade('buy', 2)
  await scene.run(1_000)
  isOpen = false
  scene.gateway.commandFate = () =>
    isOpen
      ? { kind: 'served' }
      : { kind: 'refused', outcome: { kind: 'refused', refusal: 'market-closed', code: 5, message: null } }
  await scene.run(30 * 60_000)
  const [told] = scene.told('alert').filter(({ code }) => code === 'market-closed')
  expect(told).toMatchObject({ severity: 'critical', text: expect.stringContaining(`2 ${MNQ} open`) })
  expect(scene.size()).toBe(2)
  isOpen = true
  await scene.until(() => scene.isFlat(), 6_000)
})

test('a rule that stays breached is one breach, however long it lasts and whatever else happens', async () => {
  using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 2 }) })
  await scene.connect()
  scene.gateway.commandFate = () => ({ kind: 'not-sent' })
  scene.trade('buy', 3)
  await scene.run(1_000)
  scene.trade('buy', 1, { contractId: MES })
  for (const ticks of [4, -8, 4]) {
    scene.move(ticks)
    await scene.run(1_000)
  }
  expect(scene.told('breach-begun')).toHaveLength(1)
  expect(scene.state().breaches.size).toBe(1)
})
