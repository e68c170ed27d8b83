import * as fc from 'fast-check'
import type { Plan, Step } from './plan.ts'
import { planOfSeed } from './swarm.ts'

/** Where the search for a smaller plan stands: what was tried before and did not help is not tried again. */
interface Place {
  readonly stage: number
  readonly chunk: number
  readonly start: number
}

/**
 * The plans of a seed for fast-check, with a way of our own to make one smaller: first without faults, then without steps, then without
 * waits, then without rules and accounts; in each first by halves, at last one by one (reliability 5.3).
 */
export class PlanArbitrary extends fc.Arbitrary<Plan> {
  readonly #drawn: fc.Arbitrary<Plan>

  constructor(seed: number) {
    super()
    this.#drawn = planOfSeed(seed)
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Plan> {
    return new fc.Value(this.#drawn.generate(random, biasFactor).value, undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is Plan {
    return typeof value === 'object' && value !== null && 'steps' in value
  }

  override shrink(plan: Plan, context: unknown): fc.Stream<fc.Value<Plan>> {
    return fc.stream(smallerPlans(plan, isPlace(context) ? context : null))
  }
}

function* smallerPlans(plan: Plan, from: Place | null): Generator<fc.Value<Plan>> {
  for (let stage = from?.stage ?? 0; stage < STAGES.length; stage += 1) {
    const reduce = STAGES[stage]
    if (reduce === undefined) return
    const { count } = reduce
    const isResumed = from !== null && stage === from.stage
    let chunk = isResumed ? Math.min(from.chunk, count(plan)) : count(plan)
    let start = isResumed ? from.start : 0
    for (; chunk >= 1; chunk = Math.floor(chunk / 2), start = 0) {
      for (; start < count(plan); start += chunk) {
        const smaller = reduce.without(plan, start, start + chunk)
        // What was cut is gone, so the next piece stands at the same place.
        if (smaller !== null)
          yield new fc.Value(smaller, { stage, chunk, start: reduce.removes ? start : start + chunk })
      }
    }
  }
}

interface Stage {
  readonly count: (plan: Plan) => number
  /** Whether what it makes smaller becomes fewer. */
  readonly removes: boolean
  /** The plan without that range, or `null` when nothing would change. */
  readonly without: (plan: Plan, from: number, to: number) => Plan | null
}

const STAGES: readonly Stage[] = [
  {
    count: ({ faults }) => faults.length,
    removes: true,
    without: (plan, from, to) => ({ ...plan, faults: plan.faults.toSpliced(from, to - from) }),
  },
  {
    count: ({ coda }) => coda.length,
    removes: true,
    without: (plan, from, to) => ({ ...plan, coda: plan.coda.toSpliced(from, to - from) }),
  },
  {
    count: ({ steps }) => steps.length,
    removes: true,
    without: (plan, from, to) => withoutSteps(plan, from, to),
  },
  {
    count: ({ steps }) => steps.length,
    removes: false,
    without: (plan, from, to) => {
      const steps = plan.steps.map((step, nth): Step => (nth >= from && nth < to ? { ...step, thenMs: 0 } : step))
      return plan.steps.slice(from, to).every(({ thenMs }) => thenMs === 0) ? null : { ...plan, steps }
    },
  },
  {
    count: ({ accounts }) => accounts.length,
    removes: false,
    without: (plan, from, to) => {
      const accounts = plan.accounts.map((account, nth) =>
        nth >= from && nth < to ? { ...account, rules: {} } : account,
      )
      return plan.accounts.slice(from, to).every(({ rules }) => Object.keys(rules).length === 0)
        ? null
        : { ...plan, accounts }
    },
  },
  {
    count: ({ accounts }) => accounts.length,
    removes: true,
    without: (plan, from, to) => {
      const accounts = plan.accounts.toSpliced(from, to - from)
      return accounts.length === 0 ? null : { ...plan, accounts }
    },
  },
]

/** What begins before a step keeps its place among those that are left. */
function withoutSteps(plan: Plan, from: number, to: number): Plan {
  const moved = (beforeStep: number): number => {
    if (beforeStep <= from) return beforeStep
    return beforeStep < to ? from : beforeStep - (to - from)
  }
  return {
    ...plan,
    steps: plan.steps.toSpliced(from, to - from),
    faults: plan.faults.map((fault) => ({ ...fault, beforeStep: moved(fault.beforeStep) })),
    leap: { ...plan.leap, beforeStep: moved(plan.leap.beforeStep) },
  }
}

function isPlace(context: unknown): context is Place {
  return typeof context === 'object' && context !== null && 'stage' in context
}
