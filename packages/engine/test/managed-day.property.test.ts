import { patienceMs, propertyRuns } from '@rm/package-config/property-runs'
import * as fc from 'fast-check'
import { test } from 'vitest'
import { calmManagedDay, managedDay, playDay } from './random-day.ts'

/** A day takes a tenth of a second: few in the gate. */
const RUNS = propertyRuns(60)

test('orders of ours never enlarge or turn over, and a stop of ours never loosens', {
  timeout: patienceMs(600_000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(calmManagedDay, async (day) => {
      await playDay(day)
    }),
    { numRuns: RUNS },
  )
})

test('whatever fails, at most one stop of ours stands, and none without its position in the end', {
  timeout: patienceMs(600_000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(managedDay, async (day) => {
      await playDay(day)
    }),
    { numRuns: RUNS },
  )
})
