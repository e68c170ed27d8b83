import { endInstant, TradingCalendar } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { Scene, settingsOf, TRADER } from './scene.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const upTo = (limit: number) => settingsOf('max_contracts', { limit })
/** 15:50 in Chicago: after the day session, before the halt, seventy minutes before the daily reset. */
const BEFORE_RESET = '2026-11-18T21:50:00Z'
const TO_RESET_MS = 71 * MINUTE_MS

describe('a configuration that changes while the program runs', () => {
  test('a smaller limit is enforced at once', async () => {
    using scene = await Scene.open({ rules: upTo(5) })
    await scene.connect()
    scene.trade('buy', 4)
    await scene.run(1_000)
    scene.configure({ rules: upTo(3) })
    await scene.run(1_000)
    expect(scene.size()).toBe(3)
  })

  test('a rule that was off is on at once', async () => {
    using scene = await Scene.open({ rules: upTo(5) })
    await scene.connect()
    scene.trade('buy', 4)
    await scene.run(1_000)
    scene.configure({
      rules: { ...upTo(5), ...settingsOf('max_contracts_per_instrument', { instrument_limits: { MNQ: 1 } }) },
    })
    await scene.run(1_000)
    expect(scene.size()).toBe(1)
  })

  test('a larger limit waits for the reset, a smaller one beside it does not', async () => {
    using scene = await Scene.open({
      rules: { ...upTo(3), ...settingsOf('daily_realized_loss', { limit: -500 }) },
      startsAt: BEFORE_RESET,
    })
    await scene.connect()
    scene.configure({ rules: { ...upTo(5), ...settingsOf('daily_realized_loss', { limit: -200 }) } })
    scene.trade('buy', 5)
    await scene.run(2_000)
    expect(scene.size()).toBe(3)
    scene.move(-150)
    await scene.run(2_000)
    expect(scene.state().lockouts.map(({ rule }) => rule)).toEqual(['RULE-003'])
    await scene.run(TO_RESET_MS)
    scene.trade('buy', 5)
    await scene.run(2_000)
    expect(scene.size()).toBe(5)
    expect(scene.actions).toContain(`loosened ${TRADER}`)
  })

  test('a rule that is switched off goes on until the reset', async () => {
    using scene = await Scene.open({ rules: upTo(3), startsAt: BEFORE_RESET })
    await scene.connect()
    scene.configure({ rules: {} })
    scene.trade('buy', 5)
    await scene.run(2_000)
    expect(scene.size()).toBe(3)
    await scene.run(TO_RESET_MS)
    scene.trade('buy', 5)
    await scene.run(2_000)
    expect(scene.size()).toBe(8)
  })

  test('nothing loosens at a reset that finds a lockout, but at the next one that finds none', async () => {
    const frequency = settingsOf('trade_frequency_limit', {
      limits: { per_minute: 1, per_hour: null, per_session: null },
    })
    using scene = await Scene.open({
      rules: { ...upTo(3), ...frequency },
      timers: {
        tradeFrequency: {
          perMinute: { kind: 'for', ms: 2 * HOUR_MS },
          perHour: { kind: 'for', ms: 2 * HOUR_MS },
          perSession: { kind: 'for', ms: 2 * HOUR_MS },
        },
      },
      startsAt: BEFORE_RESET,
    })
    await scene.connect()
    scene.trade('buy', 1)
    scene.trade('buy', 1)
    await scene.run(1_000)
    expect(scene.state().lockouts.map(({ rule }) => rule)).toEqual(['RULE-006'])
    scene.configure({ rules: {} })
    await scene.run(TO_RESET_MS + HOUR_MS)
    expect(scene.state().lockouts).toEqual([])
    expect(scene.actions).not.toContain(`loosened ${TRADER}`)
    scene.time.set(Date.parse('2026-11-19T22:59:00Z'))
    await scene.run(2 * MINUTE_MS)
    expect(scene.actions).toContain(`loosened ${TRADER}`)
  })

  test('a lockout that follows from the clock alone does not keep settings for ever', async () => {
    const session = { start: '08:30', end: '15:00', timezone: 'America/Chicago' }
    using scene = await Scene.open({
      rules: { ...upTo(3), ...settingsOf('session_block_outside', { global_session: session }) },
      startsAt: BEFORE_RESET,
    })
    await scene.connect()
    expect(scene.state().word).toBe('LOCKED')
    scene.configure({ rules: { ...upTo(5), ...settingsOf('session_block_outside', { global_session: session }) } })
    await scene.run(TO_RESET_MS)
    expect(scene.actions).toContain(`loosened ${TRADER}`)
    expect(scene.state().word).toBe('LOCKED')
  })

  test('loosening at once waits for the end of the session', async () => {
    const session = { start: '08:30', end: '10:00', timezone: 'America/Chicago' }
    const rules = { ...upTo(3), ...settingsOf('session_block_outside', { global_session: session }) }
    using scene = await Scene.open({ rules, loosening: 'immediate' })
    await scene.connect()
    scene.configure({ rules: { ...upTo(5), ...settingsOf('session_block_outside', { global_session: session }) } })
    await scene.run(29 * MINUTE_MS)
    expect(scene.actions).not.toContain(`loosened ${TRADER}`)
    await scene.run(2 * MINUTE_MS)
    expect(scene.actions).toContain(`loosened ${TRADER}`)
  })

  test('a later reset cuts the days anew, counts no trade twice and postpones the lockout', async () => {
    using scene = await Scene.open({
      rules: settingsOf('daily_realized_loss', { limit: -100 }),
      startsAt: BEFORE_RESET,
    })
    await scene.connect()
    scene.trade('buy', 5)
    await scene.run(1_000)
    scene.move(-50)
    await scene.run(3_000)
    expect(scene.state().lockouts.map(({ end }) => endInstant(end))).toEqual([Date.parse('2026-11-18T23:00:00Z')])
    const trades = scene.state().book.trades.flatMap(({ counted }) => counted).length
    const calendar = new TradingCalendar({
      time: '18:00',
      timeZone: 'America/Chicago',
      days: ['sun', 'mon', 'tue', 'wed', 'thu'],
    })
    scene.kernel.replaceSettings({ policy: { ...scene.policy(), calendar }, pending: null })
    expect(scene.state().lockouts.map(({ end }) => endInstant(end))).toEqual([Date.parse('2026-11-19T00:00:00Z')])
    expect(scene.state().book.trades.flatMap(({ counted }) => counted)).toHaveLength(trades)
    expect(scene.state().book.trades.map(({ day }) => day.end)).toEqual([Date.parse('2026-11-19T00:00:00Z')])
  })
})
