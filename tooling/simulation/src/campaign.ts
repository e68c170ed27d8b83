import * as fc from 'fast-check'
import type { Plan } from './plan.ts'
import { type Outcome, play } from './play.ts'
import { PlanArbitrary } from './plan-arbitrary.ts'
import { Tally, type Violation } from './tally.ts'

/** Of the seeds one in so many is played twice, and has to leave the same trace (reliability 5.1: 1 %). */
const TWICE_EVERY = 100

/** A seed that went wrong, with the smallest plan that still does. */
interface Failure {
  readonly seed: number
  readonly violation: Violation
  readonly plan: Plan
  /** Plans that were tried to make it smaller. */
  readonly tried: number
}

export interface Campaign {
  readonly tally: Tally
  readonly seeds: { readonly first: number; readonly last: number; readonly played: number }
  /** Seeds that were played twice with the same trace. */
  readonly repeated: number
  readonly failure: Failure | null
  readonly cpuMs: number
}

interface CampaignOptions {
  readonly firstSeed: number
  /** Asked before each seed, with how many were played. */
  readonly goesOn: (played: number) => boolean
  readonly shrinkMs: number
  readonly onSeed?: (seed: number, tally: Tally) => void
}

/** Plays one seed after another until somebody says stop or something is found. */
export async function playSeeds({ firstSeed, goesOn, shrinkMs, onSeed }: CampaignOptions): Promise<Campaign> {
  const tally = new Tally()
  const start = process.cpuUsage()
  let played = 0
  let repeated = 0
  let failure: Failure | null = null
  for (let seed = firstSeed; failure === null && goesOn(played); seed += 1) {
    const plan = planFrom(seed)
    const outcome = await play(plan)
    played += 1
    tally.add(outcome.tally)
    if (outcome.violation === null && seed % TWICE_EVERY === 0) {
      await playAgain(plan, outcome)
      repeated += 1
    }
    if (outcome.violation !== null) failure = await smallest(seed, outcome.violation, plan, shrinkMs)
    onSeed?.(seed, tally)
  }
  const { user, system } = process.cpuUsage(start)
  const seeds = { first: firstSeed, last: firstSeed + played - 1, played }
  return { tally, seeds, repeated, failure, cpuMs: (user + system) / 1_000 }
}

/** The plan that a seed means. */
export function planFrom(seed: number): Plan {
  const [plan] = fc.sample(new PlanArbitrary(seed), parametersOf(seed))
  if (plan === undefined) throw new RangeError(`seed ${seed} gives no plan`)
  return plan
}

/** Throws when the same plan does not leave the same trace: then no seed could be replayed. */
async function playAgain(plan: Plan, { trace }: Outcome): Promise<void> {
  const again = await play(plan)
  if (again.trace !== trace) throw new Error(`seed ${plan.seed} is not deterministic: ${trace} and ${again.trace}`)
}

/** fast-check makes the plan smaller as long as the same property is violated and there is time. */
async function smallest(seed: number, violation: Violation, plan: Plan, shrinkMs: number): Promise<Failure> {
  const until = performance.now() + shrinkMs
  let found = { plan, violation }
  let tried = 0
  const isFine = async (candidate: Plan): Promise<boolean> => {
    if (performance.now() > until && tried > 0) return true
    tried += 1
    const outcome = await play(candidate)
    if (outcome.violation?.invariant !== violation.invariant) return true
    found = { plan: candidate, violation: outcome.violation }
    return false
  }
  if (shrinkMs > 0) await fc.check(fc.asyncProperty(new PlanArbitrary(seed), isFine), parametersOf(seed))
  return { seed, tried, ...found }
}

function parametersOf(seed: number): { seed: number; numRuns: number; unbiased: boolean } {
  return { seed, numRuns: 1, unbiased: true }
}
