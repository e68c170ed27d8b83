import { later, ticks } from '@rm/domain'
import { EVALUATION_ORDER } from '@rm/rules'
import { describe, expect, test } from 'vitest'
import { MES, MNQ, Scene, settingsOf, TRADER } from './scene.ts'

/*
 * Defects of the programs before this one (risk rules, section 8), by their number there. Those of single rules stand with the rules, those of
 * the book and the store with them.
 */

const HOUR = 3_600_000
/** 17:00 in Chicago. */
const RESET_MS = Date.parse('2026-11-18T23:00:00Z')

describe('resets', () => {
  test('G1: crossing 17:00 performs exactly one reset', async () => {
    using scene = await Scene.open({
      rules: settingsOf('daily_realized_loss', { limit: -500 }),
      startsAt: '2026-11-18T22:00:00Z',
    })
    await scene.connect()
    await scene.run(RESET_MS - scene.time.now() - 1)
    expect(scene.told('reset-crossed')).toEqual([])
    // A reset alone may wait some milliseconds for company on its way to the disk.
    await scene.run(20)
    expect(scene.told('reset-crossed').map(({ day }) => day.label)).toEqual(['2026-11-19'])
    await scene.run(20 * HOUR)
    expect(scene.told('reset-crossed')).toHaveLength(1)
  })

  test('G2: cooldown, session, can-trade and symbol lockouts survive a reset, the one until the reset does not', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('auth_loss_guard'),
        ...settingsOf('daily_realized_loss', { limit: -100 }),
        ...settingsOf('cooldown_after_loss', { loss_thresholds: [{ loss_amount: -50, cooldown: '2h' }] }),
        ...settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['MES'] }),
        ...settingsOf('session_block_outside', { global_session: { start: '08:30', end: '15:40' } }),
      },
      startsAt: '2026-11-18T21:20:00Z',
    })
    await scene.connect()
    scene.trade('buy', 5)
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(2_000)
    scene.move(-60)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(RESET_MS - 60_000 - scene.time.now())
    const kinds = () =>
      scene
        .state()
        .lockouts.map(({ rule, end }) => `${rule} ${end.kind}`)
        .toSorted()
    const lasting = ['RULE-007 at', 'RULE-009 session-start', 'RULE-010 can-trade', 'RULE-011 config']
    expect(kinds()).toEqual(['RULE-003 next-reset', ...lasting])
    await scene.run(120_000)
    expect(scene.told('reset-crossed')).toHaveLength(1)
    expect(kinds()).toEqual(lasting)
  })

  test('G3: −300 at 18:00 and −250 at 01:00 are one day', async () => {
    using scene = await Scene.open({
      rules: settingsOf('daily_realized_loss', { limit: -500, include_unrealized: false, pnl_basis: 'gross' }),
      startsAt: '2026-11-19T00:00:00Z',
    })
    await scene.connect()
    const lose = async (moved: number): Promise<void> => {
      scene.trade('buy', 2)
      await scene.run(1_000)
      scene.move(-moved)
      scene.trade('sell', 2)
      await scene.run(1_000)
    }
    await lose(300)
    await scene.run(7 * HOUR)
    expect(scene.state().lockouts).toEqual([])
    await lose(250)
    expect(scene.told('breach-begun').map(({ breach }) => breach.measured)).toEqual(['-$552.00'])
    expect(scene.state().word).toBe('LOCKED')
  })
})

describe('the day’s P&L', () => {
  test('G5: what the flatten of a lockout loses is in it', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -100 }) })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-60)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.state().book.trades.at(-1)?.realized.net).toBeLessThanOrEqual(-1_500_000)
  })

  test('G29: only trades make it, not the position that is gone', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_realized_loss', { limit: -100 }) })
    await scene.connect()
    scene.gateway.isDropped = ({ kind }) => kind === 'trade'
    scene.gateway.readingFault = () => 'status 503'
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.trade('sell', 1)
    await scene.run(1_000)
    expect(scene.state().book.trades).toEqual([])
  })

  test('G31: two trades in one millisecond both count', async () => {
    using scene = await Scene.open({ rules: settingsOf('trade_frequency_limit', { limits: { per_minute: 1 } }) })
    await scene.connect()
    scene.trade('buy', 1)
    scene.trade('buy', 1)
    await scene.run(1_000)
    const [day] = scene.state().book.trades
    const own = day?.counted.filter(({ origin }) => origin === 'trader') ?? []
    expect(own).toHaveLength(2)
    expect(new Set(own.map(({ trade }) => trade.at)).size).toBe(1)
    expect(scene.told('breach-begun')).toHaveLength(1)
  })
})

describe('lockouts', () => {
  test('G6: a short cooldown leaves the lockout until the reset where it is', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('daily_realized_loss', { limit: -100 }),
        ...settingsOf('cooldown_after_loss', { loss_thresholds: [{ loss_amount: -50, cooldown: '60s' }] }),
      },
    })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-60)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    expect(scene.state().lockouts).toHaveLength(2)
    await scene.run(61_000)
    expect(scene.state().lockouts.map(({ rule }) => rule)).toEqual(['RULE-003'])
    expect(scene.state().word).toBe('LOCKED')
  })

  test('G7: every kind of end survives a restart', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('auth_loss_guard'),
        ...settingsOf('daily_realized_loss', { limit: -100 }),
        ...settingsOf('cooldown_after_loss', { loss_thresholds: [{ loss_amount: -50, cooldown: '2h' }] }),
        ...settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['MES'] }),
      },
    })
    await scene.connect()
    scene.trade('buy', 5)
    scene.trade('buy', 1, { contractId: MES })
    await scene.run(2_000)
    scene.move(-60)
    await scene.until(() => scene.isFlat() && scene.state().goals.length === 0)
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(2_000)
    const before = scene.state().lockouts
    expect(before.map(({ end }) => end.kind).toSorted()).toEqual(['at', 'can-trade', 'config', 'next-reset'])
    await scene.restart()
    expect(new Set(scene.state().lockouts)).toEqual(new Set(before))
    await scene.connect()
    await scene.run(2_000)
    expect(new Set(scene.state().lockouts.map(({ id }) => id))).toEqual(new Set(before.map(({ id }) => id)))
  })

  test('G21: a rule that cannot judge sets no lockout of its own making', async () => {
    const rules = settingsOf('daily_realized_loss', { limit: -100 })
    let isBroken = false
    const limit = rules.daily_realized_loss?.limit
    Object.defineProperty(rules.daily_realized_loss, 'limit', {
      get: () => {
        if (isBroken) throw new TypeError('no limit')
        return limit
      },
    })
    using scene = await Scene.open({ rules })
    await scene.connect()
    isBroken = true
    scene.trade('buy', 1)
    await scene.run(2_000)
    expect(scene.alerts()).toContain('rule-faulted')
    expect(scene.state().lockouts).toEqual([])
    expect(scene.state().word).toBe('BLIND')
    scene.trade('buy', 1)
    await scene.until(() => scene.size() === 1 && scene.state().goals.length === 0)
  })
})

const wordWith = async (start: string, timezone: string): Promise<string> => {
  using scene = await Scene.open({
    rules: settingsOf('session_block_outside', { global_session: { start, end: '15:00', timezone } }),
  })
  await scene.connect()
  return scene.state().word
}

describe('the assembled rules', () => {
  test('G9, G10: a position whose loss breaches is closed at the gateway, by its contract id', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_unrealized_loss', { limit: -50 }) })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-30)
    await scene.until(() => scene.isFlat())
    expect(scene.gateway.sent.map(({ command }) => command.contractId)).toEqual([MNQ])
  })

  test('G13: a limit is met in steps of a dollar, on the side at which a close would fill', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_unrealized_loss', { limit: -50 }) })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(1_000)
    // Entered at the ask: a tick of the spread is lost already.
    for (let step = 0; step < 48; step += 1) {
      scene.move(-1)
      await scene.run(20)
    }
    expect(scene.sent()).toEqual([])
    scene.move(-1)
    await scene.run(100)
    expect(scene.told('breach-begun').map(({ breach }) => breach.measured)).toEqual(['-$50.00'])
  })

  test('G16: a cooldown ends without any event', async () => {
    using scene = await Scene.open({
      rules: settingsOf('cooldown_after_loss', { loss_thresholds: [{ loss_amount: -10, cooldown: '60s' }] }),
    })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    scene.move(-30)
    scene.trade('sell', 1)
    await scene.until(() => scene.state().lockouts.length > 0)
    scene.gateway.isDropped = () => true
    await scene.run(60_000)
    expect(scene.state().lockouts).toEqual([])
  })

  test('G18: a second change within a second is a change', async () => {
    using scene = await Scene.open({ rules: settingsOf('max_contracts', { limit: 5 }) })
    await scene.connect()
    scene.trade('buy', 2)
    await scene.run(300)
    scene.trade('buy', 4)
    await scene.until(() => scene.size() === 5 && scene.state().goals.length === 0)
    expect(scene.sent()).toEqual(['reduce 1'])
  })

  test('G19: every enabled rule judges', async () => {
    using scene = await Scene.open({
      rules: {
        ...settingsOf('auth_loss_guard'),
        ...settingsOf('daily_realized_loss', { limit: -500 }),
        ...settingsOf('session_block_outside', { global_session: { start: '08:30', end: '15:00' } }),
        ...settingsOf('symbol_blocks', { enabled: true, blocked_symbols: ['MES'] }),
        ...settingsOf('max_contracts', { limit: 5 }),
        ...settingsOf('max_contracts_per_instrument', { default_limit: 5 }),
        ...settingsOf('daily_unrealized_loss', { limit: -300 }),
        ...settingsOf('daily_realized_profit', { enabled: true, target: 1_000 }),
        ...settingsOf('max_unrealized_profit', { enabled: true, target: 500 }),
        ...settingsOf('cooldown_after_loss'),
        ...settingsOf('trade_frequency_limit'),
        ...settingsOf('no_stop_loss_grace', { enabled: true }),
        ...settingsOf('trade_management', { enabled: true, auto_take_profit: { enabled: true } }),
      },
    })
    await scene.connect()
    scene.trade('buy', 1)
    await scene.run(1_000)
    expect([...scene.state().results.keys()].toSorted()).toEqual(EVALUATION_ORDER.toSorted())
    expect(new Set(scene.state().results.values())).toEqual(new Set(['PASS']))
  })

  test('G20: a session that is configured otherwise acts otherwise', async () => {
    expect(await wordWith('08:30', 'America/Chicago')).toBe('ACTIVE')
    expect(await wordWith('09:31', 'America/Chicago')).toBe('LOCKED')
    expect(await wordWith('08:30', 'Europe/Berlin')).toBe('LOCKED')
  })

  test('G23: rules go on judging while the account is locked', async () => {
    using scene = await Scene.open({
      rules: { ...settingsOf('auth_loss_guard'), ...settingsOf('daily_realized_loss', { limit: -100 }) },
    })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.gateway.commandFate = () => ({ kind: 'not-sent' })
    scene.exchange.setCanTrade(TRADER, false)
    await scene.run(100)
    scene.move(-60)
    await scene.run(1_000)
    expect(scene.told('breach-begun').map(({ breach }) => breach.rule)).toEqual(['RULE-010', 'RULE-003'])
  })

  test('G25: a stop whose position was closed cannot open another', async () => {
    using scene = await Scene.open({ rules: settingsOf('daily_unrealized_loss', { limit: -50 }) })
    await scene.connect()
    scene.trade('buy', 2)
    scene.trade('sell', 2, { type: 4, stopPrice: scene.price() - 100 })
    await scene.run(1_000)
    scene.move(-60)
    await scene.until(() => scene.ended('flat-contract').length > 0)
    expect(scene.working()).toEqual([])
    scene.move(-500)
    await scene.run(1_000)
    expect(scene.size()).toBe(0)
  })

  test('G28: a price below zero is a price of crude', async () => {
    const crude = 'CON.F.US.CLE.F27' as typeof MNQ
    using scene = await Scene.open({
      rules: settingsOf('daily_unrealized_loss', { limit: -300 }),
      knownContracts: [crude],
    })
    await scene.connect()
    const openedAt = later(scene.time.now(), -1_000)
    const receivedMs = scene.time.elapsedMs()
    const position = { accountId: TRADER, contractId: crude, signedSize: 1, averagePrice: 0.05, openedAt }
    scene.gateway.tell({ kind: 'position-changed', accountId: TRADER, position, receivedMs })
    const change = { contractId: crude, bid: ticks(-3_763), ask: ticks(-3_760), at: scene.time.now() }
    scene.gateway.tell({ kind: 'quote-changed', change, receivedMs })
    expect(scene.told('breach-begun').map(({ breach }) => breach.measured)).toEqual(['-$37,680.00'])
  })
})
