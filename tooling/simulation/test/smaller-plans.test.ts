import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { planFrom } from '../src/campaign.ts'
import type { Plan } from '../src/plan.ts'
import { PlanArbitrary } from '../src/plan-arbitrary.ts'

/** The smallest plan of the seed in which something fails, by a predicate that stands for a whole day. */
function smallest(seed: number, fails: (plan: Plan) => boolean): Plan {
  const { counterexample } = fc.check(
    fc.property(new PlanArbitrary(seed), (plan) => !fails(plan)),
    { seed, numRuns: 1, unbiased: true },
  )
  if (counterexample === null) throw new Error(`seed ${seed} does not fail`)
  return counterexample[0]
}

test('fast-check keeps what a failure needs: one step, its fault, and nothing else', () => {
  const seed = Array.from({ length: 50 }, (_none, nth) => nth).find((nth) => {
    const { faults, steps } = planFrom(nth)
    return faults.length > 3 && steps.some(({ act }) => act.kind === 'reverse')
  })
  const plan = smallest(
    seed ?? 0,
    ({ faults, steps }) => faults.length > 0 && steps.some(({ act }) => act.kind === 'reverse'),
  )
  expect(plan.faults).toHaveLength(1)
  expect(plan.steps.map(({ act, thenMs }) => [act.kind, thenMs])).toEqual([['reverse', 0]])
  expect(plan.coda).toEqual([])
  expect(plan.accounts).toEqual([{ rules: {}, cooldownMs: plan.accounts[0]?.cooldownMs }])
})
