import { instantOf, isCovered, later, type Order, type OrderId, type ProtectionMeter } from '@rm/domain'
import { anOrder, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { noStopLossGrace, stopCriteriaOf } from '../src/no-stop-loss-grace.ts'
import { aContext, aView, held } from './account-views.ts'

const { MNQ, ES } = contracts
const OPENED = instantOf('2026-03-09T19:00:00Z')

/** The meter of a position from alternating spans, in seconds after the opening: uncovered first, then covered, and so on. */
function meterOf(...edges: readonly number[]): ProtectionMeter {
  let uncoveredMs = 0
  let from = 0
  for (const [index, edge] of edges.entries()) {
    if (index % 2 === 0) uncoveredMs += (edge - from) * 1_000
    from = edge
  }
  return { uncoveredMs, covered: edges.length % 2 === 1, measuredAt: later(OPENED, from * 1_000) }
}

/** Without warnings, unless the settings want some. */
function look(settings: object, protection: ProtectionMeter, seconds: number) {
  const parsed = noStopLossGrace.settings.parse({ enabled: true, warn_at: [], ...settings })
  const view = aView({ positions: [held(MNQ, 3, { protection })] })
  const context = aContext({ now: later(OPENED, seconds * 1_000) })
  const next = noStopLossGrace.nextCheck(parsed, view, context)
  return {
    verdict: noStopLossGrace.evaluate(parsed, view, context),
    nextSeconds: next === null ? null : (next - OPENED) / 1_000,
  }
}

describe('no stop-loss grace', () => {
  test.each<{ name: string; meter: ProtectionMeter; breachAt: number | null }>([
    { name: 'leaves a position alone whose stop came in time', meter: meterOf(4), breachAt: null },
    { name: 'closes one that never had a stop when the grace ends', meter: meterOf(), breachAt: 10 },
    { name: 'goes on counting where it stood when the stop is cancelled', meter: meterOf(3, 20), breachAt: 27 },
    { name: 'is not refilled by replacing the stop again and again', meter: meterOf(3, 4, 7, 8, 10, 11), breachAt: 13 },
    { name: 'leaves a position alone that was covered from the start', meter: meterOf(0), breachAt: null },
  ])('$name', ({ meter, breachAt }) => {
    const { measuredAt } = meter
    const start = (measuredAt - OPENED) / 1_000
    expect(look({}, meter, start).nextSeconds).toBe(breachAt)
    if (breachAt === null) {
      expect(look({}, meter, 3_600).verdict.findings).toEqual([])
      return
    }
    expect(look({}, meter, breachAt - 0.001).verdict.findings).toEqual([])
    expect(look({}, meter, breachAt).verdict.findings[0]?.goals).toEqual([
      { kind: 'flat-contract', contractId: MNQ.id },
    ])
  })

  test('starts anew with a position that turned over', () => {
    const afterFlip: ProtectionMeter = { uncoveredMs: 0, covered: false, measuredAt: later(OPENED, 8_000) }
    expect(look({}, afterFlip, 17.999).verdict.findings).toEqual([])
    expect(look({}, afterFlip, 18).verdict.findings).toHaveLength(1)
  })

  test('keeps what it found while the position is being closed, and wakes nobody for it', () => {
    const { verdict, nextSeconds } = look({}, meterOf(), 12)
    expect(verdict.findings[0]).toMatchObject({
      scope: `contract:${MNQ.id}`,
      measured: '12 s unprotected',
      limit: '10 s',
      message: 'MNQZ6 +3 was without a stop for its whole size for 12 s; the grace is 10 s.',
      lockout: null,
    })
    expect(nextSeconds).toBeNull()
  })

  test('judges every position by itself and wakes for the first', () => {
    const settings = noStopLossGrace.settings.parse({ warn_at: [] })
    const view = aView({
      positions: [held(MNQ, 1, { protection: meterOf(2, 5) }), held(ES, 1, { protection: meterOf() })],
    })
    const at = (seconds: number) => aContext({ now: later(OPENED, seconds * 1_000) })
    expect(noStopLossGrace.nextCheck(settings, view, at(6))).toBe(later(OPENED, 10_000))
    expect(noStopLossGrace.evaluate(settings, view, at(10)).findings.map(({ scope }) => scope)).toEqual([
      `contract:${ES.id}`,
    ])
    expect(noStopLossGrace.nextCheck(settings, view, at(10))).toBe(later(OPENED, 13_000))
  })

  test('wakes for a warning as it wakes for the end of the grace', () => {
    const warned = { warn_at: [0.5, 0.57, 0.8] }
    expect(look(warned, meterOf(), 0).nextSeconds).toBe(5)
    expect(look(warned, meterOf(), 5).nextSeconds).toBe(5.7)
    expect(look(warned, meterOf(), 5.7).verdict.use).toBeGreaterThanOrEqual(0.57)
    expect(look(warned, meterOf(3, 20), 20).nextSeconds).toBe(22)
    expect(look(warned, meterOf(), 8).nextSeconds).toBe(10)
  })

  test('reports the used share of the longest unprotected position', () => {
    expect(look({ grace_period_seconds: 20 }, meterOf(), 5).verdict.use).toBe(0.25)
    expect(look({}, meterOf(4), 100).verdict.use).toBe(0.4)
  })

  test.each([0, 3_601, 1.5, '10'])('refuses a grace of %j seconds', (grace_period_seconds) => {
    expect(noStopLossGrace.settings.safeParse({ grace_period_seconds }).success).toBe(false)
  })

  test('is off unless turned on, and knows what its old key became', () => {
    expect(noStopLossGrace.settings.parse({}).enabled).toBe(noStopLossGrace.enabledByDefault)
    expect(noStopLossGrace.enabledByDefault).toBe(false)
    expect(noStopLossGrace.renamedKeys['require_within_seconds']).toBe('grace_period_seconds')
  })
})

describe('what protects a position', () => {
  const long3 = { signedSize: 3, averagePrice: 21_000, tickSize: MNQ.tickSize }
  const stop = (changes: Partial<Order>): Order =>
    anOrder(2, MNQ, { type: 'stop', side: 'sell', size: 3, stopPrice: 20_990, ...changes })
  const PARENT = anOrder(1, MNQ).id

  test.each<{ name: string; settings?: object; orders: readonly Order[]; filled?: OrderId; covered: boolean }>([
    { name: 'a stop for the whole size', orders: [stop({})], covered: true },
    { name: 'a trailing stop', orders: [stop({ type: 'trailing-stop' })], covered: true },
    { name: 'two stops that add up', orders: [stop({ size: 2 }), stop({ size: 1 })], covered: true },
    { name: 'a stop beyond the entry', orders: [stop({ stopPrice: 21_010 })], covered: true },
    { name: 'a pending stop', orders: [stop({ status: 'pending' })], covered: true },
    { name: 'no order at all', orders: [], covered: false },
    { name: 'a target alone', orders: [stop({ type: 'limit' })], covered: false },
    { name: 'a stop on the wrong side', orders: [stop({ side: 'buy' })], covered: false },
    { name: 'a stop for a part', orders: [stop({ size: 2 })], covered: false },
    {
      name: 'a stop for a part, when any will do',
      settings: { coverage: 'any' },
      orders: [stop({ size: 2 })],
      covered: true,
    },
    { name: 'a stop that is partly used up', orders: [stop({ filled: 1 })], covered: false },
    { name: 'a cancelled stop', orders: [stop({ status: 'cancelled' })], covered: false },
    { name: 'a stop-limit', orders: [stop({ type: 'stop-limit' })], covered: false },
    {
      name: 'a stop-limit where it counts',
      settings: { allow_stop_limit: true },
      orders: [stop({ type: 'stop-limit' })],
      covered: true,
    },
    {
      name: 'a bracket child whose entry has filled',
      orders: [stop({ status: 'suspended', parentId: PARENT })],
      filled: PARENT,
      covered: true,
    },
    {
      name: 'a bracket child whose entry has not filled',
      orders: [stop({ status: 'suspended', parentId: PARENT })],
      covered: false,
    },
    {
      name: 'a stop at the allowed distance',
      settings: { max_stop_distance_ticks: 40 },
      orders: [stop({})],
      covered: true,
    },
    { name: 'a stop one tick too far', settings: { max_stop_distance_ticks: 39 }, orders: [stop({})], covered: false },
  ])('$name: $covered', ({ settings = {}, orders, filled, covered }) => {
    const criteria = stopCriteriaOf({ no_stop_loss_grace: noStopLossGrace.settings.parse(settings) })
    expect(isCovered(long3, orders, criteria, (parent) => parent === filled)).toBe(covered)
  })

  test('is the default while the rule is off', () => {
    expect(stopCriteriaOf({})).toEqual({ coverage: 'full', allowStopLimit: false, maxDistanceTicks: null })
  })
})
