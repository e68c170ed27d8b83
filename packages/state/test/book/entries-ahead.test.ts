import { type Instant, later, TradeId } from '@rm/domain'
import { aTrade, contracts } from '@rm/domain/testing'
import { propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  afterEntry,
  afterGrowth,
  afterReading,
  afterVoidedEntry,
  type EntriesAhead,
  enteredAhead,
  NO_ENTRIES_AHEAD,
} from '../../src/book/entries-ahead.ts'

const START = Date.parse('2026-11-18T15:30:00Z') as Instant

type Told = { readonly kind: 'trade' | 'position'; readonly nth: number; readonly atMs: number }

/** One fill of one contract every so many milliseconds; what is executed after each event, as far as anybody could know. */
function executedAfter(events: readonly Told[], everyMs: number): readonly number[] {
  let ahead: EntriesAhead = NO_ENTRIES_AHEAD
  let position = 0
  return events.map(({ kind, nth, atMs }) => {
    const now = later(START, atMs)
    if (kind === 'trade') ahead = afterEntry(ahead, aTrade(nth, contracts.MNQ, { at: later(START, nth * everyMs) }))
    else {
      ahead = afterGrowth(ahead, position, nth, now)
      position = nth
    }
    return position + enteredAhead(ahead, now)
  })
}

describe('what entries have added and the position does not show yet', () => {
  test.each([0, 50, 200, 600])(
    'counts each fill once when every event takes %i ms longer than the fills are apart',
    (latencyMs) => {
      const everyMs = 100
      const events = [1, 2, 3, 4].flatMap((nth): Told[] => [
        { kind: 'trade', nth, atMs: nth * everyMs + latencyMs },
        { kind: 'position', nth, atMs: nth * everyMs + latencyMs + 10 },
      ])
      expect(executedAfter(events, everyMs)).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
    },
  )

  test('counts a fill once whose position event comes first', () => {
    const events: Told[] = [
      { kind: 'position', nth: 1, atMs: 110 },
      { kind: 'trade', nth: 1, atMs: 120 },
      { kind: 'trade', nth: 2, atMs: 220 },
      { kind: 'position', nth: 2, atMs: 230 },
    ]
    expect(executedAfter(events, 100)).toEqual([1, 1, 2, 2])
  })

  test('in whatever order the events of the fills come, in the end the position is what was executed', () => {
    const events = [1, 2, 3, 4, 5].flatMap((nth): Told[] => [
      { kind: 'trade', nth, atMs: 0 },
      { kind: 'position', nth, atMs: 0 },
    ])
    const positionsInOrder = fc
      .shuffledSubarray(events, { minLength: events.length })
      .map((shuffled) => {
        let nth = 0
        // Position events keep their order among themselves.
        return shuffled.map((event) => (event.kind === 'position' ? { ...event, nth: (nth += 1) } : event))
      })
      .map((shuffled) => shuffled.map((event, index) => ({ ...event, atMs: 600 + index })))
    fc.assert(
      fc.property(positionsInOrder, (told) => {
        expect(executedAfter(told, 100).at(-1)).toBe(5)
      }),
      { numRuns: propertyRuns() },
    )
  })

  test('forgets a position event that was lost', () => {
    const ahead = afterEntry(NO_ENTRIES_AHEAD, aTrade(1, contracts.MNQ, { at: START }))
    expect(enteredAhead(ahead, later(START, 1_000))).toBe(1)
    expect(enteredAhead(ahead, later(START, 1_001))).toBe(0)
  })

  test('a reading explains what the position showed before its trade', () => {
    const grown = afterGrowth(NO_ENTRIES_AHEAD, 0, 2, START)
    const trade = aTrade(1, contracts.MNQ, { at: START, size: 2 })
    expect(enteredAhead(afterEntry(grown, trade), START)).toBe(0)
    expect(enteredAhead(afterEntry(afterReading(grown), trade), START)).toBe(2)
  })

  test('a voided entry adds nothing', () => {
    const trade = aTrade(1, contracts.MNQ, { id: TradeId.parse(1), at: START })
    expect(enteredAhead(afterVoidedEntry(afterEntry(NO_ENTRIES_AHEAD, trade), trade), START)).toBe(0)
  })
})
