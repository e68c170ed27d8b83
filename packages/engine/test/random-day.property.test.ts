import { patienceMs, propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { playDay, randomDay } from './random-day.ts'

/** A day takes a tenth of a second: few in the gate. */
const RUNS = propertyRuns(60)

test('whatever the trader, the market and the faults do, the properties hold', {
  timeout: patienceMs(600_000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(randomDay, async (day) => {
      await playDay(day)
    }),
    { numRuns: RUNS },
  )
})

test('the same day twice is the same story', async () => {
  await fc.assert(
    fc.asyncProperty(randomDay, async (day) => {
      expect(await playDay(day)).toBe(await playDay(day))
    }),
    { numRuns: propertyRuns(5) },
  )
})
