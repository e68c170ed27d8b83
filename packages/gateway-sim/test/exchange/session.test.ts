import { describe, expect, test } from 'vitest'
import { haltMinute, isTrading, takesOrders } from '../../src/exchange/session.ts'
import { mnq, stage, storyOf, trader } from './stage.ts'

const chicago = (text: string): number => Temporal.ZonedDateTime.from(`${text}[America/Chicago]`).epochMilliseconds

describe('exchange week', () => {
  test.each([
    ['2026-11-15T16:59:59', false, 'Sunday before the opening'],
    ['2026-11-15T17:00:00', true, 'Sunday at the opening'],
    ['2026-11-18T03:00:00', true, 'Wednesday night'],
    ['2026-11-18T15:59:59', true, 'the last second before the halt'],
    ['2026-11-18T16:00:00', false, 'the halt'],
    ['2026-11-18T16:59:59', false, 'the last second of the halt'],
    ['2026-11-18T17:00:00', true, 'after the halt'],
    ['2026-11-20T15:59:59', true, 'Friday before the close'],
    ['2026-11-20T17:00:00', false, 'Friday evening'],
    ['2026-11-21T12:00:00', false, 'Saturday'],
    ['2026-07-15T15:59:59', true, 'summer time, before the halt'],
    ['2026-07-15T16:00:00', false, 'summer time, the halt'],
  ])('%s: %s (%s)', (local, isOpen) => {
    expect(isTrading('globex', chicago(local))).toBe(isOpen)
  })

  test.each([
    ['grains', '2026-11-18T07:44:59', true],
    ['grains', '2026-11-18T07:45:00', false],
    ['grains', '2026-11-18T08:30:00', true],
    ['grains', '2026-11-18T13:20:00', false],
    ['grains', '2026-11-18T19:00:00', true],
    ['livestock', '2026-11-18T08:29:59', false],
    ['livestock', '2026-11-18T08:30:00', true],
    ['livestock', '2026-11-18T13:05:00', false],
  ] as const)('%s at %s: %s', (hours, local, isOpen) => {
    expect(isTrading(hours, chicago(local))).toBe(isOpen)
  })

  test('orders can be cut off before the halt while quotes stream', () => {
    const at = chicago('2026-11-18T15:48:00')
    expect(isTrading('globex', at)).toBe(true)
    expect(takesOrders('globex', at, 15 * 60 + 10)).toBe(false)
    expect(takesOrders('globex', at, haltMinute)).toBe(true)
    expect(takesOrders('globex', chicago('2026-11-18T17:00:00'), 15 * 60 + 10)).toBe(true)
  })
})

describe('in the halt', () => {
  const lateAfternoon = '2026-11-18T15:59:59.500-06:00'

  test('quotes stop and come back afterwards', () => {
    const on = stage({ startsAt: lateAfternoon })
    on.exchange.watchQuotes(mnq)
    on.clock.advance(499)
    expect(on.events.length).toBeGreaterThan(0)
    on.clock.advance(1)
    const before = on.events.length
    on.clock.set(chicago('2026-11-18T16:30:00'))
    on.clock.advance(60_000)
    expect(on.events.length).toBe(before)
    on.clock.set(chicago('2026-11-18T17:00:00'))
    on.clock.advance(2_000)
    expect(on.events.length).toBeGreaterThan(before)
  })

  test('orders and closes are refused, and the refusal leaves a rejected record', () => {
    const on = stage({ startsAt: lateAfternoon })
    on.market('buy', 2)
    on.clock.set(chicago('2026-11-18T16:00:00'))
    on.events.length = 0
    const text = 'Trading is currently unavailable. The instrument is not in an active trading status.'
    expect(on.market('buy', 1)).toMatchObject({ success: false, errorCode: 2, errorMessage: text })
    expect(on.exchange.closeContract(trader, mnq, 'daemon')).toEqual({
      success: false,
      errorCode: 5,
      errorMessage: null,
    })
    expect(on.exchange.partialCloseContract(trader, mnq, 1, 'daemon')).toEqual({
      success: false,
      errorCode: 6,
      errorMessage: null,
    })
    expect(storyOf(on.events)).toEqual(['order 6', 'order 5', 'order 6', 'order 5', 'order 6', 'order 5'])
    expect(on.position()).toBe(2)
  })

  test('an order that arrives after the bell is rejected with its legs', () => {
    const on = stage({ startsAt: '2026-11-18T15:59:59.995-06:00', knobs: { fillLatencyMs: [10, 10] } })
    on.market('buy', 1, { stopLossBracket: { ticks: -40, type: 4 } })
    on.clock.advance(10)
    expect(on.exchange.orders(trader).map(({ status }) => status)).toEqual([5, 3])
    expect(on.position()).toBe(0)
  })
})
