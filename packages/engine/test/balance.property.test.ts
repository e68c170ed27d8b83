import { later, sumUsd, type Trade, TradingCalendar, usd } from '@rm/domain'
import { anAccount, aTrade, contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Clockwork, NOTHING_STORED, START } from './clockwork.ts'

/*
 * The day's trades and the balance move alike, or a human is told (risk rules, 3.5).
 */

const calendar = new TradingCalendar({
  time: '17:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
})
const CENT = 100
/** Between two readings, so that no trade is too young to be compared. */
const APART_MS = 30_000

const readings = fc.array(
  fc.record({
    pnls: fc.array(fc.integer({ min: -90_000, max: 90_000 }), { maxLength: 3 }),
    // What the gateway rounds away: the balance is told to the cent.
    residue: fc.integer({ min: -CENT / 2, max: CENT / 2 }),
  }),
  { minLength: 2, maxLength: 8 },
)

test('a balance that moves as the trades do is never doubted, any other is told', () => {
  const movement = fc.record({
    at: fc.integer({ min: 1, max: 8 }),
    amount: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 2 * CENT + 1, max: 90_000 }),
      fc.integer({ min: -90_000, max: -201 }),
    ),
  })
  fc.assert(
    fc.property(readings, movement, (all, { at, amount }) => {
      const clockwork = new Clockwork({ rules: {}, calendar }, NOTHING_STORED, 0)
      clockwork.take({ kind: 'stream-restored', stream: 'user', receivedMs: 0 }, 0)
      const trades: Trade[] = []
      let alerts = 0
      for (const [index, { pnls, residue }] of all.entries()) {
        const atMs = (index + 1) * APART_MS
        for (const pnl of pnls)
          trades.push(
            aTrade(trades.length + 1, contracts.MNQ, {
              realizedPnl: usd(pnl),
              at: later(START, atMs - APART_MS / 2 + trades.length),
            }),
          )
        const made = sumUsd(trades.map(({ realizedPnl }) => realizedPnl ?? usd(0)))
        const moved = index >= at ? amount : 0
        // The residue stays where it is once money was moved: two readings in a row have to find the same distance.
        const balance = usd(500_000_000 + made + moved + (amount === 0 ? residue : 0))
        const { notes } = clockwork.read(0, atMs, { account: anAccount({ balance }), trades })
        alerts += notes.filter((note) => note.kind === 'alert' && note.code === 'balance-unexplained').length
      }
      const isSeenTwice = amount !== 0 && at <= all.length - 2
      expect(alerts).toBe(isSeenTwice ? 1 : 0)
    }),
    { numRuns: propertyRuns() },
  )
})
