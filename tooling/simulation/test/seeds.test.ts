import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { planFrom, playSeeds } from '../src/campaign.ts'
import { faultKinds } from '../src/fault-kinds.ts'
import { planSchema } from '../src/plan.ts'
import { play } from '../src/play.ts'
import { renderCampaign } from '../src/report.ts'

const FIXED_SEEDS = 20
/** More of them are for the nights. */
const FRESH_MS = Number(process.env['RM_SIMULATION_SECONDS'] ?? 10) * 1_000
const SHRINK_MS = 20_000
const PATIENCE_MS = FRESH_MS + 180_000

const regressionSeeds = z
  .array(z.strictObject({ seed: z.int(), found: z.string() }))
  .parse(JSON.parse(readFileSync(new URL('../regression-seeds.json', import.meta.url), 'utf8')))

/** Plays seeds and tells all about the one that fails. */
async function checkSeeds(firstSeed: number, goesOn: (played: number) => boolean): Promise<void> {
  const campaign = await playSeeds({ firstSeed, goesOn, shrinkMs: SHRINK_MS })
  if (campaign.failure !== null) throw new Error(renderCampaign(campaign, false))
  expect(campaign.tally.days).toBeGreaterThan(0)
}

describe('no property is violated', { timeout: PATIENCE_MS }, () => {
  test(`in ${FIXED_SEEDS} fixed seeds`, () => checkSeeds(1, (played) => played < FIXED_SEEDS))

  test.for(regressionSeeds)('in seed $seed, in which once $found', ({ seed }) =>
    checkSeeds(seed, (played) => played < 1),
  )

  test('in fresh seeds', () => {
    const until = performance.now() + FRESH_MS
    return checkSeeds(Math.floor(Date.now() / 1_000), () => performance.now() < until)
  })
})

test('the same seed twice is the same day', async () => {
  for (const seed of [2, 3, 5]) {
    const [first, second] = [await play(planFrom(seed)), await play(planFrom(seed))]
    expect(second.trace).toBe(first.trace)
    expect(second.tally.steps).toBe(first.tally.steps)
  }
})

test('a plan that was written as JSON and read again is the same plan', () => {
  for (const seed of [1, 2, 3]) {
    const plan = planFrom(seed)
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
  }
})

test('every kind of fault is drawn by some seed, and some seeds draw none', () => {
  const plans = Array.from({ length: 200 }, (_none, seed) => planFrom(seed))
  const drawn = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)))
  expect(faultKinds.filter((kind) => !drawn.has(kind))).toEqual([])
  expect(plans.some(({ faults }) => faults.length === 0)).toBe(true)
})
