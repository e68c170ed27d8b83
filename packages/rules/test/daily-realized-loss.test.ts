import { formatUsd, instantOf, type PositionValue, type Trade } from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { dailyRealizedLoss } from '../src/daily-realized-loss.ts'
import { problemOf } from './problem-of.ts'
import { aContext, aView, type ContextInputs, held, money } from './account-views.ts'

const { MNQ, ES } = contracts

function closes(...amounts: readonly string[]): readonly Trade[] {
  return amounts.map((amount, index) => aTrade(index + 1, MNQ, { side: 'sell', realizedPnl: money(amount) }))
}

function open(amount: string, best = amount): PositionValue {
  return { kind: 'known', current: money(best), worst: money(amount), best: money(best) }
}

interface Case {
  readonly name: string
  readonly settings?: object
  readonly trades?: readonly Trade[]
  readonly value?: PositionValue
  readonly context?: ContextInputs
  /** `no breach` when there is none. */
  readonly measured: string
}

function verdictOf({ settings = {}, trades = [], value, context = {} }: Omit<Case, 'name' | 'measured'>) {
  const positions = value === undefined ? [] : [held(MNQ, 2, { value })]
  const parsed = dailyRealizedLoss.settings.parse({ limit: '-500', ...settings })
  return dailyRealizedLoss.evaluate(parsed, aView({ trades, positions }), aContext(context))
}

describe('daily realized loss', () => {
  test.each<Case>([
    { name: 'allows a smaller loss', trades: closes('100', '50', '-200'), measured: 'no breach' },
    { name: 'is breached beyond the limit', trades: closes('-450', '-100'), measured: '-$550.00' },
    { name: 'is breached at the limit exactly', trades: closes('-500.00'), measured: '-$500.00' },
    { name: 'allows a ten-thousandth less', trades: closes('-499.9999'), measured: 'no breach' },
    { name: 'adds the open loss', trades: closes('-300'), value: open('-200'), measured: '-$500.00' },
    {
      name: 'allows an open loss that stays a ten-thousandth short',
      trades: closes('-300'),
      value: open('-199.9999'),
      measured: 'no breach',
    },
    { name: 'grants nothing for an open profit', trades: closes('-500'), value: open('200'), measured: '-$500.00' },
    {
      name: 'takes the worst open loss since the last look',
      trades: closes('-300'),
      value: open('-200', '-10'),
      measured: '-$500.00',
    },
    {
      name: 'leaves the open loss out when told so',
      settings: { include_unrealized: false },
      trades: closes('-300'),
      value: open('-400'),
      measured: 'no breach',
    },
    {
      name: 'counts fees and commissions',
      trades: [aTrade(1, MNQ, { realizedPnl: money('-480'), fees: money('12.40'), commissions: money('8') })],
      measured: '-$500.40',
    },
    {
      name: 'leaves costs out on the gross basis of the rule',
      settings: { pnl_basis: 'gross' },
      trades: [aTrade(1, MNQ, { realizedPnl: money('-480'), fees: money('12.40'), commissions: money('8') })],
      measured: 'no breach',
    },
    {
      name: 'takes the general basis when it has none of its own',
      trades: [aTrade(1, MNQ, { realizedPnl: money('-480'), fees: money('20.40') })],
      context: { pnlBasis: 'gross' },
      measured: 'no breach',
    },
    { name: 'ignores fills that only open', trades: [aTrade(1, MNQ), aTrade(2, MNQ)], measured: 'no breach' },
    {
      name: 'counts a last known open loss of a position without a quote',
      trades: closes('-300'),
      value: { kind: 'unknown', reason: 'quote 12 s old', lastKnown: money('-200') },
      measured: '-$500.00',
    },
    {
      name: 'counts a last known open profit as nothing',
      trades: closes('-499'),
      value: { kind: 'unknown', reason: 'quote 12 s old', lastKnown: money('600') },
      measured: 'no breach',
    },
  ])('$name', ({ measured, ...inputs }) => {
    const [finding] = verdictOf(inputs).findings
    expect(finding?.measured ?? 'no breach').toBe(measured)
  })

  test('flattens the account and locks it until the next reset', () => {
    const [finding] = verdictOf({ trades: closes('-300'), value: open('-212.40') }).findings
    expect(finding).toMatchObject({
      scope: 'account',
      limit: '-$500.00',
      message: "The day's realized P&L of -$300.00 and the open positions make -$512.40; the limit is -$500.00.",
      goals: [{ kind: 'flat-account' }],
      lockout: { scope: 'account', effect: 'flat', until: { kind: 'next-reset' } },
    })
  })

  test.each([
    { settings: { lockout: '90m' }, context: {}, until: { kind: 'for', ms: 5_400_000 } },
    {
      settings: {},
      context: { timers: { dailyRealizedLoss: { kind: 'for', ms: 60_000 } } },
      until: { kind: 'for', ms: 60_000 },
    },
    {
      settings: { lockout: 'until_reset' },
      context: { timers: { dailyRealizedLoss: { kind: 'for', ms: 60_000 } } },
      until: { kind: 'next-reset' },
    },
  ] as const)('locks as long as the settings say, and then the timers: $until', ({ settings, context, until }) => {
    const [finding] = verdictOf({ settings, trades: closes('-500'), context }).findings
    expect(finding?.lockout?.until).toEqual(until)
  })

  test.each([
    ['2026-03-10T19:00:00Z', '2026-03-10T22:00:00Z'], // Tuesday 14:00 → 17:00 in Chicago
    ['2026-03-10T21:59:59.999Z', '2026-03-10T22:00:00Z'],
    ['2026-03-10T22:00:00Z', '2026-03-11T22:00:00Z'], // at the reset the new day has begun
  ])('looks again at the reset after %s', (now, reset) => {
    const context = aContext({ now: instantOf(now) })
    const next = dailyRealizedLoss.nextCheck(dailyRealizedLoss.settings.parse({ limit: -500 }), aView(), context)
    expect(next).toBe(instantOf(reset))
  })

  test('says what it cannot value, beside what it knows', () => {
    const value: PositionValue = { kind: 'unknown', reason: 'no quote yet', lastKnown: null }
    expect(verdictOf({ trades: closes('-100'), value }).blind).toEqual([
      `the open P&L of ${MNQ.id} is unknown: no quote yet`,
    ])
    expect(verdictOf({ trades: closes('-500'), value }).findings).toHaveLength(1)
    expect(verdictOf({ trades: closes('-100'), value, settings: { include_unrealized: false } }).blind).toEqual([])
  })

  test('locks by the open loss where the position rule would not act yet', () => {
    // MNQ +2 @ 21 000, bid 20 975.00: U = -100 brings R -400 to the limit.
    expect(verdictOf({ trades: closes('-400'), value: open('-100') }).findings).toHaveLength(1)
    const realizedOnly = { include_unrealized: false }
    expect(verdictOf({ settings: realizedOnly, trades: closes('-400'), value: open('-300') }).findings).toEqual([])
    expect(verdictOf({ settings: realizedOnly, trades: closes('-400', '-300') }).findings[0]?.measured).toBe('-$700.00')
  })

  test.each([
    [[], 0],
    [closes('200'), 0],
    [closes('-400'), 0.8],
    [closes('-600'), 1.2],
  ] as const)('reports the used share of its limit (%#)', (trades, use) => {
    expect(verdictOf({ trades }).use).toBeCloseTo(use)
  })

  test('sums contracts of different tick sizes to the ten-thousandth', () => {
    const trades = [
      aTrade(1, MNQ, { realizedPnl: money('-0.0001') }),
      aTrade(2, ES, { realizedPnl: money('-499.9999') }),
    ]
    expect(verdictOf({ trades }).findings[0]?.measured).toBe('-$500.00')
  })
})

describe('the limit of the daily loss, as it is written', () => {
  test.each([
    [-500, '-$500.00'],
    ['-500', '-$500.00'],
    [-500.25, '-$500.25'],
    [-0.0001, '-$0.0001'],
    ['-1234.5678', '-$1,234.5678'],
    ['-5e2', '-$500.00'],
  ])('reads %j as %s', (written, expected) => {
    expect(formatUsd(dailyRealizedLoss.settings.parse({ limit: written }).limit)).toBe(expected)
  })

  test.each([
    [500, 'losses are negative amounts', 'write `-500`'],
    ['500.50', 'losses are negative amounts', 'write `-500.50`'],
    [0, 'losses are negative amounts', 'write `-500`'],
    [-0, 'losses are negative amounts', 'write `-500`'],
    [-500.00001, 'money has at most four decimal places', 'round it to cents'],
    ['-99999999999999999', 'no account is that large', 'write the loss that ends the day'],
    ['-$500', 'the limit is money in dollars', 'write `-500`'],
    [' -500', 'the limit is money in dollars', 'write `-500`'],
    [Number.NaN, 'the limit is money in dollars', 'write `-500`'],
    [Number.NEGATIVE_INFINITY, 'the limit is money in dollars', 'write `-500`'],
    [true, 'the limit is money in dollars', 'write `-500`'],
    [undefined, 'the limit is money in dollars', 'write `-500`'],
  ])('refuses %j and says why and what to write', (written, why, fix) => {
    const [issue] = dailyRealizedLoss.settings.safeParse({ limit: written }).error?.issues ?? []
    expect(issue?.path).toEqual(['limit'])
    expect(problemOf(issue)).toEqual({ expected: 'a negative amount', why, fix })
  })

  test('is required', () => {
    const [issue, ...others] = dailyRealizedLoss.settings.safeParse({}).error?.issues ?? []
    expect(issue?.path).toEqual(['limit'])
    expect(others).toEqual([])
  })

  test.each(['59s', '30', '1d', '25h', 'permanent', '-5m', '1.5h', 90])('refuses the lockout %j', (lockout) => {
    const [issue] = dailyRealizedLoss.settings.safeParse({ limit: -500, lockout }).error?.issues ?? []
    expect(problemOf(issue)?.expected).toBe('until_reset or a duration from 1 min to 24 h')
  })

  test('knows what old keys became', () => {
    expect(dailyRealizedLoss.renamedKeys['reset_time']).toMatch('daily_reset.time')
    expect(dailyRealizedLoss.renamedKeys['loss_limit']).toMatch('limit')
  })
})
