import { describe, expect, test } from 'vitest'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

describe('RULE-004', () => {
  test('closes the losing position, leaves the other one, and locks nothing', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_unrealized_loss', { limit: -300 }) })
    await scene.connect()
    scene.trade('buy', 2)
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(1_000)
    scene.move(-290)
    await scene.run(1_000)
    expect(scene.sent()).toEqual([])
    scene.move(-20)
    await scene.until(() => scene.ended('flat-contract').length > 0)
    expect([scene.size(MNQ), scene.size(MES)]).toEqual([0, 1])
    expect(scene.state().lockouts).toEqual([])
    await scene.run(1_000)
    expect(scene.state().word).toBe('ACTIVE')
    // It may be entered again at once.
    scene.trade('buy', 1)
    await scene.run(2_000)
    expect(scene.size(MNQ)).toBe(1)
  })

  test('of all positions closes all', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_unrealized_loss', { limit: -300, scope: 'total' }) })
    await scene.connect()
    scene.trade('buy', 2)
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(1_000)
    scene.move(-310)
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.isFlat()).toBe(true)
    expect(scene.state().lockouts).toEqual([])
  })
})

describe('RULE-005', () => {
  test('takes the profit of one position', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_unrealized_profit', { enabled: true, target: 100 }) })
    await scene.connect()
    scene.trade('buy', 2)
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(1_000)
    scene.move(110)
    await scene.until(() => scene.ended('flat-contract').length > 0)
    expect([scene.size(MNQ), scene.size(MES)]).toEqual([0, 1])
  })
})

describe('RULE-007', () => {
  test('a loss locks for its tier, and what the flatten then loses extends it', async () => {
    using scene = await Scene.open({ rules: settingsOf('cooldown_after_loss') })
    await scene.connect()
    scene.trade('buy', 4)
    await scene.run(1_000)
    scene.move(-210)
    await scene.run(1_000)
    expect(scene.sent()).toEqual([])
    scene.trade('sell', 1)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    // −105 closes one contract by hand, the flatten realizes three times as much.
    expect(scene.told('lockout-set').map(({ lockout }) => lockout.rule)).toEqual(['RULE-007'])
    expect(scene.told('lockout-extended')).toHaveLength(1)
    const [lockout] = scene.state().lockouts
    const end = lockout !== undefined && 'at' in lockout.end ? lockout.end.at : 0
    const extendedAt = scene.time.now() - scene.time.elapsedMs() + (scene.told('lockout-extended')[0]?.toldMs ?? 0)
    expect(end - extendedAt).toBeGreaterThan(29 * 60_000)
    expect(end - extendedAt).toBeLessThanOrEqual(30 * 60_000)
    expect(scene.state().word).toBe('LOCKED')
    await scene.run(end - scene.time.now() - 1_000)
    expect(scene.state().word).toBe('LOCKED')
    await scene.run(2_000)
    expect(scene.state().word).toBe('ACTIVE')
  })

  test('nothing old locks again after a restart', async () => {
    using scene = await Scene.open({
      rules: settingsOf('cooldown_after_loss', { loss_thresholds: [{ loss_amount: -100, cooldown: '1m' }] }),
    })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.move(-210)
    scene.trade('sell', 1)
    await scene.until(() => scene.state().lockouts.length > 0)
    await scene.run(61_000)
    expect(scene.state().lockouts).toEqual([])
    await scene.restart()
    await scene.connect()
    await scene.run(5_000)
    expect(scene.state().lockouts).toEqual([])
    expect(scene.told('breach-begun')).toHaveLength(1)
  })
})

describe('RULE-010, the account', () => {
  const GUARD = settingsOf('auth_loss_guard')

  test('4 and 6: one lockout however often it is told, ended by the first word that trading is allowed (A-10)', async () => {
    using scene = await Scene.open({ rules: GUARD })
    await scene.connect()
    expect(scene.state().word).toBe('ACTIVE')
    scene.exchange.setCanTrade(TRADER, false)
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(1_000)
    expect(scene.state().word).toBe('LOCKED')
    expect(scene.told('lockout-set').map(({ lockout }) => lockout.end)).toEqual([{ kind: 'can-trade' }])
    expect(scene.alerts()).toEqual(['cannot-trade'])
    await scene.run(48 * 3_600_000)
    expect(scene.state().word).toBe('LOCKED')
    scene.exchange.setCanTrade(TRADER, true)
    await scene.run(100)
    expect(scene.state().word).toBe('ACTIVE')
    expect(scene.told('alert-over').map(({ code }) => code)).toEqual(['cannot-trade'])
    expect(scene.told('lockout-ended')).toHaveLength(1)
  })

  test('5: a start with trading not allowed is locked by the first reading, before any event', async () => {
    using scene = await Scene.open({ rules: GUARD })
    scene.exchange.setCanTrade(TRADER, false)
    await scene.connect()
    expect(scene.state().word).toBe('LOCKED')
  })

  test('it survives a restart, and waits for a book that can be trusted (A-10)', async () => {
    using scene = await Scene.open({ rules: GUARD })
    await scene.connect()
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(1_000)
    await scene.restart()
    expect(scene.state().lockouts.map(({ end }) => end)).toEqual([{ kind: 'can-trade' }])
    await scene.connect()
    await scene.run(5_000)
    expect(scene.state().word).toBe('LOCKED')
    scene.gateway.lose('user')
    await scene.run(100)
    scene.gateway.readingFault = () => 'status 503'
    scene.exchange.setCanTrade(TRADER, true)
    await scene.run(10_000)
    expect(scene.state().lockouts).toHaveLength(1)
    scene.gateway.readingFault = () => null
    scene.gateway.restore('user')
    await scene.until(() => scene.state().word === 'ACTIVE', 10_000)
  })

  test('an account that the firm barred is found by the reading when its event is lost', async () => {
    using scene = await Scene.open({ rules: settingsOf('auth_loss_guard', { check_interval_seconds: 10 }) })
    await scene.connect()
    await scene.run(1_000)
    scene.gateway.isDropped = ({ kind }) => kind === 'account'
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(8_000)
    expect(scene.state().word).toBe('ACTIVE')
    await scene.run(3_000)
    expect(scene.state().word).toBe('LOCKED')
  })

  test('closes that the gateway refuses meanwhile are tried slowly', async () => {
    using scene = await Scene.open({ rules: GUARD })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.gateway.commandFate = () => ({
      kind: 'refused',
      outcome: { kind: 'refused', refusal: 'account-rejected', code: 2, message: null },
    })
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(120_000)
    expect(scene.sent().length).toBeGreaterThanOrEqual(4)
    expect(scene.sent().length).toBeLessThanOrEqual(5)
    expect(scene.state().goals.map(({ goal }) => goal.kind)).toEqual(['flat-account'])
    scene.gateway.commandFate = () => ({ kind: 'served' })
    await scene.until(() => scene.isFlat(), 31_000)
  })

  test('told only, it locks nothing', async () => {
    using scene = await Scene.open({ rules: settingsOf('auth_loss_guard', { on_cannot_trade: 'alert' }) })
    await scene.connect()
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(1_000)
    expect(scene.state().lockouts).toEqual([])
    expect(scene.alerts()).toEqual(['cannot-trade'])
  })
})

describe('RULE-010, the connection', () => {
  const GUARD = settingsOf('auth_loss_guard')

  test('1: a hub that drops for three seconds alerts nobody', async () => {
    using scene = await Scene.open({ rules: GUARD })
    await scene.connect()
    scene.gateway.lose('user')
    await scene.run(3_000)
    scene.gateway.restore('user')
    await scene.run(60_000)
    expect(scene.alerts()).toEqual([])
  })

  test('2: a hub that is down for a minute with a position: warning, then critical, then that it is over; no goal', async () => {
    using scene = await Scene.open({ rules: GUARD })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    scene.gateway.lose('user')
    await scene.run(4_999)
    expect(scene.alerts()).toEqual([])
    await scene.run(1)
    expect(scene.told('alert').map(({ severity }) => severity)).toEqual(['warning'])
    await scene.run(55_000)
    expect(scene.told('alert').map(({ code, severity }) => [code, severity])).toEqual([
      ['stream-down', 'warning'],
      ['stream-down', 'critical'],
    ])
    expect(scene.sent()).toEqual([])
    scene.gateway.restore('user')
    await scene.run(1_000)
    expect(scene.told('alert-over').map(({ code }) => code)).toEqual(['stream-down'])
    expect(scene.size()).toBe(2)
    expect(scene.state().lockouts).toEqual([])
  })

  test('3: a login that is refused is an error at once, and that it is over is told', async () => {
    using scene = await Scene.open({ rules: GUARD })
    await scene.connect()
    scene.gateway.tell({ kind: 'authentication-lost', reason: 'code 3', receivedMs: scene.time.elapsedMs() })
    await scene.run(1)
    expect(scene.told('alert').map(({ code, severity }) => [code, severity])).toEqual([
      ['authentication-lost', 'error'],
    ])
    scene.gateway.restore('user')
    await scene.run(1_000)
    expect(scene.told('alert-over').map(({ code }) => code)).toEqual(['authentication-lost'])
  })

  test('an account that is no longer listed is an error, until it is', async () => {
    using scene = await Scene.open({ rules: GUARD })
    await scene.connect()
    scene.gateway.unlisted.add(TRADER)
    await scene.run(31_000)
    expect(scene.alerts()).toEqual(['account-unlisted'])
    scene.gateway.unlisted.clear()
    await scene.run(31_000)
    expect(scene.told('alert-over').map(({ code }) => code)).toEqual(['account-unlisted'])
  })

  test('in shadow mode nobody is called', async () => {
    using scene = await Scene.open({ rules: settingsOf('auth_loss_guard', { mode: 'shadow' }) })
    await scene.connect()
    scene.gateway.lose('market')
    await scene.run(20_000)
    expect(scene.alerts()).toEqual([])
    expect(scene.told('breach-begun').map(({ shadow }) => shadow)).toEqual([true])
  })
})

describe('RULE-011', () => {
  const BLOCK = settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['MES'] })

  test('closes positions and cancels orders of a blocked product, again and again, and leaves the rest', async () => {
    using scene = await Scene.open({ rules: BLOCK })
    await scene.connect()
    scene.trade('buy', 2)
    scene.trade('buy', 1, { contractId: MES, type: 1, limitPrice: scene.price(MES) - 50 })
    await scene.until(() => scene.working().length === 0)
    for (const side of ['buy', 'sell'] as const) {
      scene.trade(side, 1, { contractId: MES })
      await scene.until(() => scene.size(MES) === 0 && scene.state().goals.length === 0)
    }
    expect(scene.size(MNQ)).toBe(2)
    expect(scene.state().lockouts.map(({ scope, end }) => [scope, end])).toEqual([['product:MES', { kind: 'config' }]])
    expect(scene.state().word).toBe('REDUCING')
  })

  test('6: what is held when the block comes is closed by the first reading', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 9 }) })
    await scene.connect()
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(1_000)
    await scene.restart({ rules: BLOCK })
    await scene.connect()
    await scene.until(() => scene.size(MES) === 0, 2_000)
    expect(scene.state().lockouts.map(({ rule }) => rule)).toEqual(['RULE-011'])
  })

  test('the block ends with a configuration without it, and not before the account was read', async () => {
    using scene = await Scene.open({ rules: BLOCK })
    await scene.connect()
    scene.trade('buy', 1, { contractId: MES })
    await scene.until(() => scene.size(MES) === 0 && scene.state().goals.length === 0)
    await scene.restart()
    await scene.connect()
    await scene.run(48 * 3_600_000)
    expect(scene.state().lockouts).toHaveLength(1)
    await scene.restart({ rules: settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['RTY'] }) })
    expect(scene.state().lockouts).toHaveLength(1)
    await scene.connect()
    expect(scene.state().lockouts).toEqual([])
    expect(scene.told('lockout-ended')).toHaveLength(1)
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(3_000)
    expect(scene.size(MES)).toBe(1)
  })
})

describe('RULE-011 under a changed configuration', () => {
  const BLOCK = settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['MES'] })

  test('6: what is held when the block is loaded is closed at once', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 9 }) })
    await scene.connect()
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(1_000)
    scene.configure({ rules: { ...settingsOf('max_contracts', { limit: 9 }), ...BLOCK } })
    await scene.until(() => scene.size(MES) === 0, 2_000)
    expect(scene.state().lockouts.map(({ end }) => end)).toEqual([{ kind: 'config' }])
  })

  test('a block that is taken away stands until the reset, and its own lockout does not keep it for ever', async () => {
    using scene = await Scene.open({
      rules: { ...settingsOf('max_contracts', { limit: 9 }), ...BLOCK },
      startsAt: '2026-11-18T21:00:00Z',
    })
    await scene.connect()
    scene.trade('buy', 1, { contractId: MES })
    await scene.until(() => scene.size(MES) === 0 && scene.state().goals.length === 0)
    scene.configure({ rules: settingsOf('max_contracts', { limit: 9 }) })
    await scene.run(60 * 60_000)
    expect(scene.state().lockouts).toHaveLength(1)
    await scene.run(62 * 60_000)
    expect(scene.told('reset-crossed')).toHaveLength(1)
    expect(scene.state().lockouts).toEqual([])
  })
})

describe('RULE-013', () => {
  test('4: locks although the closes fill below the target', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_realized_profit', { enabled: true, target: 100 }) })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    // The close itself costs fees, so that the day ends below the target.
    scene.move(103)
    await scene.until(() => scene.ended('flat-account').length > 0)
    expect(scene.state().book.trades.at(-1)?.realized.net).toBeLessThan(1_000_000)
    const [lockout] = scene.state().lockouts
    expect(lockout).toMatchObject({ rule: 'RULE-013', end: { kind: 'next-reset' } })
    await scene.run(10_000)
    expect(scene.state().word).toBe('LOCKED')
    scene.trade('buy', 1)
    await scene.until(() => scene.isFlat())
  })
})
