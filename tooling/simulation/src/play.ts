import type { Plan } from './plan.ts'
import { Tally, type Violation } from './tally.ts'
import { World } from './world.ts'

/** How a day went. */
export interface Outcome {
  readonly violation: Violation | null
  readonly tally: Tally
  /** Digest of all that happened. */
  readonly trace: string
}

/** From the end of all faults until the trader goes on: the grace of most faults. */
const HEALED_MS = 36_000
/** From his last deed to the last look: the slowest pace of repeats, and the bounds themselves. */
const CALM_MS = 45_000
/** Played between two looks at whether something is wrong. */
const STRIDE_MS = 1_000

/** Plays a plan to its end, or to the first violation. */
export async function play(plan: Plan): Promise<Outcome> {
  const tally = new Tally()
  const world = new World(plan, tally)
  let thrown: unknown = null
  const onRejection = (error: unknown): void => {
    thrown ??= error
  }
  process.on('unhandledRejection', onRejection)
  try {
    await playThrough(plan, world)
    // A promise of the program that nobody waits for is told of in the next pass of the real event loop.
    await new Promise((resolve) => setImmediate(resolve))
  } catch (error) {
    thrown ??= error
  } finally {
    process.off('unhandledRejection', onRejection)
    world.close()
  }
  if (thrown !== null) {
    const story = thrown instanceof Error ? (thrown.stack ?? thrown.message) : JSON.stringify(thrown)
    world.violations.unshift({ invariant: 'P-06', atMs: world.time.elapsedMs(), story })
  }
  tally.checked('P-06')
  tally.worlds = 1
  tally.days = plan.accounts.length
  return { violation: world.violations[0] ?? null, tally, trace: world.oracle.trace() }
}

async function playThrough(plan: Plan, world: World): Promise<void> {
  const isOver = (): boolean => world.violations.length > 0
  await world.start()
  for (let nth = 0; nth < plan.steps.length && !isOver(); nth += 1) await world.take(nth)
  if (isOver()) return
  await world.crossReset()
  world.heal()
  const rest = async (forMs: number): Promise<void> => {
    for (let ms = 0; ms < forMs && !isOver(); ms += STRIDE_MS) await world.time.run(STRIDE_MS)
  }
  await rest(HEALED_MS)
  for (const step of plan.coda) if (!isOver()) await world.do(step)
  await rest(CALM_MS)
  if (!isOver()) world.oracle.lookAtTheEnd()
}
