import { instantOf, type PositionValue, type Trade } from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { describe, expect, test } from 'vitest'
import { dailyRealizedLoss } from '../src/daily-realized-loss.ts'
import { dailyRealizedProfit } from '../src/daily-realized-profit.ts'
import { aContext, aView, type ContextInputs, held, money } from './account-views.ts'

const { MNQ } = contracts

function closes(...amounts: readonly string[]): readonly Trade[] {
  return amounts.map((amount, index) => aTrade(index + 1, MNQ, { side: 'sell', realizedPnl: money(amount) }))
}

function open(current: string, best = current): PositionValue {
  return { kind: 'known', current: money(current), worst: money(current), best: money(best) }
}

interface Case {
  readonly name: string
  readonly settings?: object
  readonly trades?: readonly Trade[]
  readonly value?: PositionValue
  readonly context?: ContextInputs
  readonly measured: string
}

function verdictOf({ settings = {}, trades = [], value, context = {} }: Omit<Case, 'name' | 'measured'>) {
  const positions = value === undefined ? [] : [held(MNQ, 2, { value })]
  const parsed = dailyRealizedProfit.settings.parse({ enabled: true, target: 1_000, ...settings })
  return dailyRealizedProfit.evaluate(parsed, aView({ trades, positions }), aContext(context))
}

const costly = [aTrade(1, MNQ, { realizedPnl: money('1003'), fees: money('2.50'), commissions: money('1.50') })]

const untilOf = (settings: object, context: ContextInputs) =>
  verdictOf({ settings, trades: closes('1000'), context }).findings[0]?.lockout?.until

describe('daily realized profit', () => {
  test.each<Case>([
    { name: '1: allows less', trades: closes('300', '400', '-100'), measured: 'no breach' },
    { name: '2: is breached beyond the target', trades: closes('900', '200'), measured: '$1,100.00' },
    { name: '3: is breached at the target exactly', trades: closes('1000'), measured: '$1,000.00' },
    { name: '3: allows a ten-thousandth less', trades: closes('999.9999'), measured: 'no breach' },
    { name: '4: adds the open profit', trades: closes('700'), value: open('300'), measured: '$1,000.00' },
    { name: '5: an open loss takes nothing away', trades: closes('1200'), value: open('-400'), measured: '$1,200.00' },
    { name: '6: counts costs', trades: costly, measured: 'no breach' },
    {
      name: '6: leaves them out on the gross basis',
      settings: { pnl_basis: 'gross' },
      trades: costly,
      measured: '$1,003.00',
    },
    { name: 'takes the general basis', trades: costly, context: { pnlBasis: 'gross' }, measured: '$1,003.00' },
    {
      name: 'does not count a profit that is gone',
      trades: closes('700'),
      value: open('299', '400'),
      measured: 'no breach',
    },
    {
      name: 'leaves the open profit out when told so',
      settings: { include_unrealized: false },
      trades: closes('700'),
      value: open('400'),
      measured: 'no breach',
    },
    {
      name: 'takes the realized part alone while the open one is unknown',
      trades: closes('700'),
      value: { kind: 'unknown', reason: 'old', lastKnown: money('400') },
      measured: 'no breach',
    },
  ])('$name', ({ measured, ...inputs }) =>
    expect(verdictOf(inputs).findings[0]?.measured ?? 'no breach').toBe(measured),
  )

  test('flattens the account, locks it until the next reset and says what the trader wants to hear', () => {
    const settings = { message: 'Enough for today.' }
    const [finding] = verdictOf({ settings, trades: closes('700'), value: open('312.40') }).findings
    expect(finding).toMatchObject({
      scope: 'account',
      limit: '$1,000.00',
      message:
        "The day's realized P&L of $700.00 and the open positions make $1,012.40; the target is $1,000.00. Enough for today.",
      goals: [{ kind: 'flat-account' }],
      lockout: { scope: 'account', effect: 'flat', until: { kind: 'next-reset' } },
    })
  })

  test('locks as long as the rule says, and then the timers', () => {
    const timers = { dailyRealizedProfit: { kind: 'for', ms: 60_000 } } as const
    expect(untilOf({ lockout: '90m' }, { timers })).toEqual({ kind: 'for', ms: 5_400_000 })
    expect(untilOf({}, { timers })).toEqual({ kind: 'for', ms: 60_000 })
    expect(untilOf({ lockout: 'until_reset' }, { timers })).toEqual({ kind: 'next-reset' })
  })

  test('says what it cannot value', () => {
    const value: PositionValue = { kind: 'unknown', reason: 'no quote yet', lastKnown: null }
    expect(verdictOf({ value }).blind).toEqual([`the open P&L of ${MNQ.id} is unknown: no quote yet`])
    expect(verdictOf({ value, settings: { include_unrealized: false } }).blind).toEqual([])
  })

  test('looks again at the reset', () => {
    const context = aContext({ now: instantOf('2026-03-10T19:00:00Z') })
    const settings = dailyRealizedProfit.settings.parse({ target: 1_000 })
    expect(dailyRealizedProfit.nextCheck(settings, aView(), context)).toBe(instantOf('2026-03-10T22:00:00Z'))
  })

  test('reports the used share of its target', () => expect(verdictOf({ trades: closes('800') }).use).toBeCloseTo(0.8))
})

test('G4: the loss and the profit of the day read the same P&L, and neither adds to it', () => {
  const view = aView({ trades: closes('600') })
  const profit = dailyRealizedProfit.settings.parse({ target: 1_000 })
  const loss = dailyRealizedLoss.settings.parse({ limit: -500 })
  expect(dailyRealizedProfit.evaluate(profit, view, aContext()).use).toBeCloseTo(0.6)
  expect(dailyRealizedLoss.evaluate(loss, view, aContext()).use).toBe(0)
  expect(dailyRealizedProfit.evaluate(profit, view, aContext()).findings).toEqual([])
})
