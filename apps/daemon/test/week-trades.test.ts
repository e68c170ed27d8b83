import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  emptyTurn,
  formatInstant,
  formatUsd,
  type Instant,
  instantOf,
  parseUsd,
  type Trade,
  TradingCalendar,
  usd,
} from '@rm/domain'
import { aTrade, contracts, ManualClock, TEST_ACCOUNT } from '@rm/domain/testing'
import { openStore, type Store } from '@rm/state'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WeekTrades } from '../src/week-trades.ts'

const RESET = { time: '17:00', timeZone: 'America/Chicago', days: ['sun', 'mon', 'tue', 'wed', 'thu'] } as const
const HOLIDAYS = { fullDays: new Set<string>(), earlyCloses: [] }
const MONDAY = { day: 'mon', time: '17:00', timeZone: 'America/New_York' } as const
const COUNTED = new TradingCalendar(RESET, HOLIDAYS, MONDAY)
const HOUR_MS = 3_600_000

/** Monday's reset is at 22:00 UTC; the trading day of this Thursday has begun on Wednesday at 23:00. */
const THURSDAY = '2026-11-19T16:00:00Z'

let folder: string
let store: Store
let clock: ManualClock
/** What the venue has of the account. */
let venue: Trade[]
let asked: string[]
let isDown: boolean
let told: string[]
let week: WeekTrades

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rm-week-'))
  clock = new ManualClock(THURSDAY)
  const file = path.join(folder, 'state.db')
  store = await openStore({ path: file, secondFolder: null, now: () => clock.now(), program: { version: '0.1.0' } })
  ;[venue, asked, told, isDown] = [[], [], [], false]
  week = new WeekTrades(
    {
      gateway: {
        clock,
        trades: (_, since: Instant) => {
          asked.push(formatInstant(since))
          return isDown
            ? Promise.reject(new Error('no answer'))
            : Promise.resolve(venue.filter(({ at }) => at >= since))
        },
      },
      store,
      lines: { add: ({ message }) => told.push(message) },
    },
    COUNTED,
  )
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A round trip's closing half with a dollar of fees and forty cents of commission. */
function closed(id: number, at: string, pnl: string, changes: Partial<Trade> = {}): Trade {
  const costs = { fees: usd(10_000), commissions: usd(4_000) }
  return aTrade(id, contracts.MNQ, { at: instantOf(at), realizedPnl: parseUsd(pnl), ...costs, ...changes })
}

/** What is shown while the book has these trades of today. */
function shown(today: readonly Trade[] = [], isRead = true): unknown {
  const { start } = COUNTED.dayOf(clock.now())
  const trades = today.map((trade) => ({ trade, origin: 'trader' as const }))
  const report = week.reportOf({ accountId: TEST_ACCOUNT, isRead, day: { start }, trades })
  if (report === null) return null
  const { since, knownFrom, net, gross, costs } = report
  const text = [gross, costs, net].map((amount) => (amount === null ? 'unknown' : formatUsd(amount)))
  return [formatInstant(since), knownFrom === null ? null : formatInstant(knownFrom), ...text]
}

const MONDAYS = '2026-11-16T22:00:00.000Z'

test('the week is what the venue has since its reset, each trade once, with the costs of the halves that only open', async () => {
  venue = [
    closed(1, '2026-11-16T21:59:59.999Z', '-900.00'),
    closed(2, '2026-11-16T22:00:00Z', '-100.00'),
    closed(3, '2026-11-18T15:00:00Z', '250.50'),
    closed(4, '2026-11-18T15:05:00Z', '77.00', { voided: true }),
    closed(5, '2026-11-18T15:10:00Z', '0.00', { realizedPnl: null }),
    closed(6, '2026-11-19T15:00:00Z', '10.00'),
  ]
  await week.look([TEST_ACCOUNT])
  expect(asked).toEqual([MONDAYS])
  // Today's are the book's: one of them is not in the list that was read.
  const today = [closed(6, '2026-11-19T15:00:00Z', '10.00'), closed(7, '2026-11-19T15:30:00Z', '-20.00')]
  expect(shown(today)).toEqual([MONDAYS, MONDAYS, '$140.50', '$7.00', '$133.50'])
  // Read again, nothing counts twice.
  clock.advance(HOUR_MS)
  await week.look([TEST_ACCOUNT])
  expect(shown(today)).toEqual([MONDAYS, MONDAYS, '$140.50', '$7.00', '$133.50'])
})

test('nothing is 0 that nobody knows: before the account and its week are read', async () => {
  const unknown = ['unknown', 'unknown', 'unknown']
  expect(shown()).toEqual([MONDAYS, null, ...unknown])
  isDown = true
  await week.look([TEST_ACCOUNT])
  expect(told).toEqual(['The trades of the week could not be read: no answer'])
  expect(shown()).toEqual([MONDAYS, null, ...unknown])
  // Not at once, so that a gateway in trouble is not asked every second.
  isDown = false
  clock.advance(59_000)
  await week.look([TEST_ACCOUNT])
  expect(asked).toHaveLength(1)
  clock.advance(1_000)
  await week.look([TEST_ACCOUNT])
  expect(shown([], false)).toEqual([MONDAYS, null, ...unknown])
  expect(shown()).toEqual([MONDAYS, MONDAYS, '$0.00', '$0.00', '$0.00'])
})

test('a list that is older than what the engine reads by itself proves nothing', async () => {
  await week.look([TEST_ACCOUNT])
  isDown = true
  clock.advance(24 * HOUR_MS)
  await week.look([TEST_ACCOUNT])
  expect(shown()).toEqual([MONDAYS, null, 'unknown', 'unknown', 'unknown'])
})

test('a day that is over goes on counting, and its corrections as well', async () => {
  venue = [closed(3, '2026-11-18T15:00:00Z', '250.50')]
  await week.look([TEST_ACCOUNT])
  expect(shown()).toEqual([MONDAYS, MONDAYS, '$250.50', '$1.40', '$249.10'])
  const voided = closed(3, '2026-11-18T15:00:00Z', '250.50', { voided: true })
  const turn = { accountId: TEST_ACCOUNT, trades: [{ trade: voided, origin: 'trader' as const }] }
  store.commit([{ ...emptyTurn(TEST_ACCOUNT, instantOf(THURSDAY), 'a correction'), ...turn }])
  week.committed([turn])
  expect(shown()).toEqual([MONDAYS, MONDAYS, '$0.00', '$0.00', '$0.00'])
  // A void absorbs whatever is said later.
  clock.advance(HOUR_MS)
  await week.look([TEST_ACCOUNT])
  expect(shown()).toEqual([MONDAYS, MONDAYS, '$0.00', '$0.00', '$0.00'])
})

test('the next reset begins a week, which within a day of it needs no reading', async () => {
  venue = [closed(3, '2026-11-18T15:00:00Z', '250.50'), closed(8, '2026-11-23T21:30:00Z', '-40.00')]
  clock.advanceTo('2026-11-23T22:30:00Z')
  await week.look([TEST_ACCOUNT])
  expect(asked).toEqual([])
  const next = '2026-11-23T22:00:00.000Z'
  const today = [closed(8, '2026-11-23T21:30:00Z', '-40.00'), closed(9, '2026-11-23T22:10:00Z', '15.00')]
  // The week changes an hour before the trading day: of this day only one trade is in it.
  expect(shown(today)).toEqual([next, next, '$15.00', '$1.40', '$13.60'])
})

test('a reset that is set back asks for more, and none at all shows no week', async () => {
  await week.look([TEST_ACCOUNT])
  week.follow(new TradingCalendar(RESET, HOLIDAYS, { ...MONDAY, day: 'fri' }))
  const friday = '2026-11-13T22:00:00.000Z'
  expect(shown()).toEqual([friday, MONDAYS, 'unknown', 'unknown', 'unknown'])
  await week.look([TEST_ACCOUNT])
  expect(shown()).toEqual([friday, friday, '$0.00', '$0.00', '$0.00'])
  week.follow(new TradingCalendar(RESET, HOLIDAYS))
  expect(shown()).toBeNull()
})
