import { describeGoal, instant, instantOf, type Lockout, OrderId, type Trade, type TradeOrigin } from '@rm/domain'
import { aTrade, contracts, TEST_ACCOUNT } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemOf } from './problem-of.ts'
import { tradeFrequencyLimit } from '../src/trade-frequency-limit.ts'
import { aContext, aView, type ContextInputs, held, money, NOW } from './account-views.ts'

const { MNQ } = contracts
const MINUTE_ONLY = { limits: { per_minute: 3, per_hour: null, per_session: null } }

type Fill = Trade & { readonly origin?: TradeOrigin }

/** A fill `seconds` after {@link NOW}, of the order with the same number unless changed. */
function fill(id: number, seconds: number, changes: Partial<Fill> = {}): Fill {
  return { ...aTrade(id, MNQ, { at: instant(NOW + Math.round(seconds * 1_000)) }), ...changes }
}

function fills(...seconds: readonly number[]): readonly Fill[] {
  return seconds.map((second, index) => fill(index + 1, second))
}

/** The verdict on the turn in which the last of the trades came, or those named. */
function verdictOf(settings: object, trades: readonly Fill[], newIds?: readonly number[], context: ContextInputs = {}) {
  const fresh = newIds ?? trades.slice(-1).map((trade) => trade.id)
  const inStampOrder = trades.toSorted((a, b) => a.at - b.at)
  const newTrades = new Set(inStampOrder.map((trade) => trade.id).filter((id) => fresh.includes(id)))
  const view = aView({ trades: inStampOrder, newTrades, positions: [held(MNQ, 2)], now: context.now ?? NOW })
  return tradeFrequencyLimit.evaluate(tradeFrequencyLimit.settings.parse(settings), view, aContext(context))
}

function isBreached(trades: readonly Fill[], newIds?: readonly number[], settings: object = MINUTE_ONLY): boolean {
  return verdictOf(settings, trades, newIds).findings.length > 0
}

describe('trade frequency limit', () => {
  test.each<{ name: string; trades: readonly Fill[]; newIds?: readonly number[]; breached: boolean }>([
    { name: 'allows the limit itself', trades: fills(0, 10, 20), breached: false },
    { name: 'is breached by the trade after it', trades: fills(0, 10, 20, 30), breached: true },
    { name: 'leaves out a trade that is a whole minute old', trades: fills(0, 10, 20, 60), breached: false },
    { name: 'counts a trade of a millisecond less', trades: fills(0, 10, 20, 59.999), breached: true },
    {
      name: 'counts a trade of a microsecond less',
      trades: [fill(1, 0, { microseconds: 1 }), ...[10, 20, 60].map((second, index) => fill(index + 2, second))],
      breached: true,
    },
    {
      name: 'takes the partial fills of an order for one trade',
      trades: [1, 2, 3, 4, 5].map((id) => fill(id, id, { orderId: OrderId.parse(77) })),
      breached: false,
    },
    {
      name: 'finds the window in the past that a late trade fills up',
      trades: [fill(1, 0), fill(2, 5), fill(3, 40), fill(4, 20)],
      breached: true,
    },
    {
      name: 'finds nothing for a late trade where every window has room',
      trades: [fill(1, 0), fill(2, 5), fill(3, 80), fill(4, 20)],
      breached: false,
    },
    {
      name: 'judges no trade twice, so that nothing breaches again after the cooldown',
      trades: [...fills(0, 10, 20, 30), fill(5, 100, { orderId: OrderId.parse(4) })],
      breached: false,
    },
    { name: 'judges nothing when no trade is new', trades: fills(0, 10, 20, 30), newIds: [], breached: false },
    { name: 'tests the next trade after the cooldown afresh', trades: fills(0, 10, 20, 30, 95), breached: false },
    {
      name: 'never counts what this program did',
      trades: [...fills(0, 10, 20), fill(4, 30, { origin: 'enforcer' })],
      breached: false,
    },
    {
      name: 'does not let what this program did fill up the window of the trader',
      trades: [fill(1, 0), fill(2, 10, { origin: 'enforcer' }), fill(3, 20), fill(4, 30)],
      breached: false,
    },
  ])('$name', ({ trades, newIds, breached }) => {
    expect(isBreached(trades, newIds)).toBe(breached)
  })

  test('lets positions only be reduced, for the cooldown of the minute', () => {
    const [finding] = verdictOf(MINUTE_ONLY, fills(0, 10, 20, 30)).findings
    expect(finding).toMatchObject({
      scope: 'order:4',
      measured: '4 trades',
      limit: '3 per minute',
      message: '4 trades in a minute (limit 3); no new positions for 1 min.',
      lockout: { scope: 'account', effect: 'reduce-only', until: { kind: 'for', ms: 60_000 } },
    })
    expect(finding?.goals.map(describeGoal)).toEqual([`reduce only within 2 ${MNQ.id}`])
  })

  test('closes everything when told so', () => {
    const [finding] = verdictOf({ ...MINUTE_ONLY, existing_positions: 'close' }, fills(0, 10, 20, 30)).findings
    expect(finding?.goals).toEqual([{ kind: 'flat-account' }])
    expect(finding?.lockout?.effect).toBe('flat')
  })

  test.each([
    ['minute', { per_minute: 1, per_hour: 9, per_session: 9 }, 60_000, 1],
    ['hour', { per_minute: 1, per_hour: 1, per_session: 9 }, 1_800_000, 2],
    ['day', { per_minute: 1, per_hour: 1, per_session: 1 }, 3_600_000, 3],
  ] as const)('takes the longest cooldown of the windows exceeded, here of the %s', (_name, limits, ms, tier) => {
    const [finding] = verdictOf({ limits }, fills(0, 30)).findings
    expect(finding).toMatchObject({ tier, lockout: { until: { kind: 'for', ms } } })
  })

  test('compares a cooldown until the reset by the time that is left of the day', () => {
    const timers = {
      tradeFrequency: {
        perMinute: { kind: 'until-reset' },
        perHour: { kind: 'for', ms: 1_800_000 },
        perSession: { kind: 'for', ms: 1_800_000 },
      },
    } as const
    const limits = { per_minute: 1, per_hour: 1, per_session: 9 }
    const untilAt = (iso: string): object | undefined => {
      const now = instantOf(iso)
      const trades = [0, 1].map((second) => fill(second + 1, (now - NOW) / 1_000 + second))
      return verdictOf({ limits }, trades, undefined, { timers, now }).findings[0]?.lockout?.until
    }
    expect(untilAt('2026-03-09T21:00:00Z')).toEqual({ kind: 'next-reset' })
    expect(untilAt('2026-03-09T21:45:00Z')).toEqual({ kind: 'for', ms: 1_800_000 })
  })

  test('counts an hour and a day of their own', () => {
    const spread = Array.from({ length: 11 }, (_, index) => fill(index + 1, index * 300))
    expect(verdictOf({}, spread).findings[0]?.measured).toBe('11 trades')
    expect(
      verdictOf(
        {},
        spread.map((trade, index) => fill(trade.id, index * 370)),
      ).findings,
    ).toEqual([])
    const longDay = Array.from({ length: 51 }, (_, index) => fill(index + 1, index * 480))
    expect(verdictOf({}, longDay).findings[0]?.limit).toBe('50 per session')
    expect(verdictOf({}, longDay.slice(0, 50)).findings).toEqual([])
  })

  test('finds one breach for each new trade beyond the limit', () => {
    expect(verdictOf(MINUTE_ONLY, fills(0, 1, 2, 3, 4), [4, 5]).findings.map(({ scope }) => scope)).toEqual([
      'order:4',
      'order:5',
    ])
  })

  test('reports the fullest window on a trade, and nothing between trades', () => {
    expect(verdictOf({}, fills(0, 10)).use).toBeCloseTo(2 / 3)
    expect(verdictOf({}, fills(0, 10), []).use).toBeNull()
  })
})

describe('what counts as a trade', () => {
  const exit = (id: number, seconds: number, changes: Partial<Fill> = {}): Fill =>
    fill(id, seconds, { realizedPnl: money('0'), ...changes })

  test('every order that filled, by default', () => {
    expect(isBreached([fill(1, 0), exit(2, 5), fill(3, 10), exit(4, 15)])).toBe(true)
  })

  test('only orders that opened or enlarged, as entries', () => {
    const settings = { ...MINUTE_ONLY, count: 'entries' }
    expect(isBreached([fill(1, 0), exit(2, 5), fill(3, 10), exit(4, 15)], undefined, settings)).toBe(false)
    expect(isBreached([fill(1, 0), exit(2, 5), fill(3, 10), fill(4, 15), fill(5, 20)], undefined, settings)).toBe(true)
  })

  test('an order that turned a position over, as an entry', () => {
    const settings = { limits: { per_minute: 1, per_hour: null, per_session: null }, count: 'entries' }
    const flip = [exit(2, 5, { orderId: OrderId.parse(9) }), fill(3, 5, { orderId: OrderId.parse(9) })]
    expect(isBreached([fill(1, 0), ...flip], [2, 3], settings)).toBe(true)
    expect(isBreached([fill(1, 0), exit(2, 5)], undefined, settings)).toBe(false)
  })

  test('every fill, as fills', () => {
    const settings = { ...MINUTE_ONLY, count: 'fills' }
    const partial = [1, 2, 3, 4, 5].map((id) => fill(id, id, { orderId: OrderId.parse(77) }))
    const scopes = verdictOf(settings, partial, [4, 5]).findings.map(({ scope }) => scope)
    expect(scopes).toEqual(['trade:4', 'trade:5'])
  })

  const cooldown: Lockout = {
    id: 'l1',
    accountId: TEST_ACCOUNT,
    rule: 'RULE-006',
    scope: 'account',
    effect: 'reduce-only',
    baseline: new Map(),
    from: instant(NOW + 30_000),
    end: { kind: 'at', at: instant(NOW + 90_000) },
    reason: '',
    evidence: null,
  }

  test.each([
    ['not the way out while the cooldown lasts', exit(5, 40), [cooldown], false],
    ['an entry while the cooldown lasts', fill(5, 40), [cooldown], true],
    ['the way out once the cooldown is over', exit(5, 40), [], true],
    ['the way out while only another rule has locked', exit(5, 40), [{ ...cooldown, rule: 'RULE-007' } as const], true],
    ['a way out from before the cooldown', exit(5, 29), [cooldown], true],
    ['the way out that began the cooldown itself', exit(5, 30), [cooldown], true],
  ])('%s', (_name, last, lockouts, breached) => {
    expect(verdictOf(MINUTE_ONLY, [...fills(0, 10, 20, 30), last], undefined, { lockouts }).findings.length > 0).toBe(
      breached,
    )
  })
})

/** The plainest reading of the rule: some window that ends at a trade and holds the last one has too many. */
function naive(seconds: readonly number[], limit: number, widthSeconds: number): boolean {
  const last = seconds.at(-1) ?? 0
  return seconds.some(
    (end) =>
      end >= last &&
      end < last + widthSeconds &&
      seconds.filter((second) => second > end - widthSeconds && second <= end).length > limit,
  )
}

describe('counts of trades', () => {
  const someSeconds = fc.array(fc.integer({ min: 0, max: 7_200 }), { minLength: 1, maxLength: 30 })

  test('equal those of a recount in any order of arrival', () => {
    fc.assert(
      fc.property(someSeconds, fc.integer({ min: 1, max: 6 }), (seconds, limit) => {
        const minute = { limits: { per_minute: limit, per_hour: null, per_session: null } }
        const hour = { limits: { per_minute: null, per_hour: limit, per_session: null } }
        expect(isBreached(fills(...seconds), undefined, minute)).toBe(naive(seconds, limit, 60))
        expect(isBreached(fills(...seconds), undefined, hour)).toBe(naive(seconds, limit, 3_600))
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('grow with the window: what a minute refuses an hour refuses too', () => {
    fc.assert(
      fc.property(someSeconds, fc.integer({ min: 1, max: 6 }), (seconds, limit) => {
        const both = { limits: { per_minute: limit, per_hour: limit, per_session: limit } }
        const [finding] = verdictOf(both, fills(...seconds)).findings
        if (
          isBreached(fills(...seconds), undefined, { limits: { per_minute: limit, per_hour: null, per_session: null } })
        ) {
          expect(finding?.tier).toBe(3)
        }
      }),
      { numRuns: propertyRuns() },
    )
  })
})

describe('the settings of the trade frequency limit', () => {
  test('have limits for every window by default', () => {
    expect(tradeFrequencyLimit.settings.parse({}).limits).toEqual({ per_minute: 3, per_hour: 10, per_session: 50 })
    expect(tradeFrequencyLimit.settings.parse({ limits: { per_minute: 2 } }).limits).toEqual({
      per_minute: 2,
      per_hour: 10,
      per_session: 50,
    })
  })

  test.each([
    [{ per_minute: null, per_hour: null, per_session: null }, ['limits'], 'at least one limit'],
    [{ per_minute: 11 }, ['limits', 'per_hour'], 'at least 11'],
    [{ per_hour: null, per_minute: 51 }, ['limits', 'per_session'], 'at least 51'],
  ])('refuse %j', (limits, path, expected) => {
    const [issue] = tradeFrequencyLimit.settings.safeParse({ limits }).error?.issues ?? []
    expect(issue?.path).toEqual(path)
    expect(problemOf(issue)?.expected).toBe(expected)
  })

  test.each([{ per_minute: 0 }, { per_minute: 1.5 }, { per_minute: '3' }, { per_day: 3 }])(
    'refuse the limits %j',
    (limits) => {
      expect(tradeFrequencyLimit.settings.safeParse({ limits }).success).toBe(false)
    },
  )

  test('know what old keys became', () => {
    expect(Object.keys(tradeFrequencyLimit.renamedKeys)).toEqual(
      expect.arrayContaining(['max_trades', 'time_window_minutes']),
    )
  })
})
