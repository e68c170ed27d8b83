import {
  type DayTrade,
  instantOf,
  later,
  netPnl,
  NO_USD,
  OrderId,
  sumUsd,
  type Trade,
  TradeId,
  TradingCalendar,
  usd,
} from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { recordTrade, restoreLedger, type TradeLedger } from '../../src/book/trades.ts'
import { CENTRAL_RESET } from './story.ts'

/*
 * What holds of R whatever trades come, in whatever order, voided or not (risk rules, 3.4 and 3.5).
 */

const RUNS = { numRuns: propertyRuns() }
const HOUR = 3_600_000
/** Friday before the clocks change in Chicago: days of 24, 71 and 23 hours lie ahead. */
const START = instantOf('2026-03-06T14:00:00Z')
const calendars = [
  new TradingCalendar(CENTRAL_RESET),
  new TradingCalendar({ ...CENTRAL_RESET, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] }),
  new TradingCalendar({ ...CENTRAL_RESET, timeZone: 'America/New_York' }),
]

const trade = (hours: number): fc.Arbitrary<Trade> =>
  fc
    .record({
      // Full hours, so that many are stamped at a reset exactly.
      atHour: fc.integer({ min: 0, max: hours }),
      order: fc.integer({ min: 1, max: 9 }),
      pnl: fc.option(fc.integer({ min: -90_000, max: 90_000 })),
      fees: fc.integer({ min: 0, max: 40_000 }),
      commissions: fc.integer({ min: 0, max: 20_000 }),
    })
    .map(({ atHour, order, pnl, fees, commissions }) =>
      aTrade(1, contracts.MNQ, {
        orderId: OrderId.parse(order),
        realizedPnl: pnl === null ? null : usd(pnl),
        fees: usd(fees),
        commissions: usd(commissions),
        at: later(START, atHour * HOUR),
      }),
    )

const tradesOver = (hours: number): fc.Arbitrary<readonly DayTrade[]> =>
  fc
    .array(trade(hours), { maxLength: 14 })
    .map((all) =>
      all.map((one, index) => ({ trade: { ...one, id: TradeId.parse(index + 1) }, origin: 'trader' as const })),
    )

function told(trades: readonly DayTrade[], calendar: TradingCalendar): TradeLedger {
  const now = later(START, 24 * HOUR)
  return trades.reduce<TradeLedger>((ledger, one) => recordTrade(ledger, one, calendar, now).ledger, [])
}

const voided = ({ trade: one, origin }: DayTrade): DayTrade => ({ trade: { ...one, voided: true }, origin })

/** The trades without opening half-turns that were sent again under another id. */
function withoutCopies(trades: readonly Trade[]): readonly Trade[] {
  const seen = new Set<string>()
  return trades.filter(({ orderId, price, size, at, realizedPnl }) => {
    const likeness = `${orderId} ${price} ${size} ${at}`
    return realizedPnl !== null || (!seen.has(likeness) && seen.add(likeness).has(likeness))
  })
}

/** What counts and what it sums to; voided ones are remembered, and count nothing. */
const countedIn = (ledger: TradeLedger) =>
  ledger
    .filter(({ counted }) => counted.length > 0)
    .map(({ day, counted, realized }) => ({ day: day.label, ids: counted.map((one) => one.trade.id), realized }))

test('the days together make what all trades make', () =>
  fc.assert(
    fc.property(fc.constantFrom(...calendars), tradesOver(24 * 20), (calendar, trades) => {
      const ledger = restoreLedger(trades, calendar)
      const all = withoutCopies(trades.map(({ trade: one }) => one))
      expect(sumUsd(ledger.map(({ realized }) => realized.net))).toBe(sumUsd(all.map(netPnl)))
      expect(sumUsd(ledger.map(({ realized }) => realized.gross))).toBe(
        sumUsd(all.map(({ realizedPnl }) => realizedPnl ?? NO_USD)),
      )
    }),
    RUNS,
  ))

test('a trade counts on the day of its stamp and on no other', () =>
  fc.assert(
    fc.property(fc.constantFrom(...calendars), tradesOver(24 * 20), (calendar, trades) => {
      const ledger = restoreLedger(trades, calendar)
      const ids = ledger.flatMap(({ day, all }) =>
        all.map(({ trade: one }) => {
          expect([one.at >= day.start, one.at < day.end, calendar.dayOf(one.at).label]).toEqual([true, true, day.label])
          return one.id
        }),
      )
      expect(ids.toSorted((a, b) => a - b)).toEqual(trades.map(({ trade: one }) => one.id))
    }),
    RUNS,
  ))

test('a voided trade counts as if it had never happened, whenever the void comes', () => {
  const cases = tradesOver(24).chain((trades) =>
    fc.tuple(
      fc.constant(trades),
      fc.subarray([...trades]),
      fc.shuffledSubarray(
        trades.flatMap((one) => [one, one]),
        { minLength: trades.length * 2 },
      ),
      fc.boolean(),
    ),
  )
  fc.assert(
    fc.property(fc.constantFrom(...calendars), cases, (calendar, [trades, gone, arriving, isFirst]) => {
      const voids = gone.map(voided)
      const events = isFirst ? [...voids, ...arriving] : [...arriving, ...voids, ...arriving]
      const never = trades.filter((one) => !gone.includes(one))
      expect(countedIn(told(events, calendar))).toEqual(countedIn(told(never, calendar)))
    }),
    RUNS,
  )
})

test('costs only take away: net is never more than gross', () =>
  fc.assert(
    fc.property(fc.constantFrom(...calendars), tradesOver(24 * 20), (calendar, trades) => {
      for (const { realized, counted } of restoreLedger(trades, calendar)) {
        expect(realized.net).toBeLessThanOrEqual(realized.gross)
        expect(realized.net).toBe(sumUsd(counted.map((one) => netPnl(one.trade))))
      }
    }),
    RUNS,
  ))
