import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { playDay, randomDay } from './random-day.ts'

const RUNS = Number(process.env['RM_RANDOM_DAYS'] ?? 60)

test('whatever the trader, the market and the faults do, the properties hold', { timeout: 600_000 }, async () => {
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
    { numRuns: 5 },
  )
})
