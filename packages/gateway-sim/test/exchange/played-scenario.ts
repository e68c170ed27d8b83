import { steppedClock } from '../../src/clock.ts'
import { Exchange } from '../../src/exchange/exchange.ts'
import { type PlayedStep, playScenario, type ScenarioRun } from '../../src/exchange/scenario-run.ts'
import { type Scenario, scenarioStartMs } from '../../src/exchange/trader-script.ts'
import { FaultPlan } from '../../src/fault-plan.ts'
import { KnobBoard } from '../../src/knobs.ts'
import type { LedgerEntry } from '../../src/seam.ts'

export type Fill = Extract<LedgerEntry, { kind: 'fill' }>

/** A scenario after so many milliseconds. */
export interface PlayedScenario {
  readonly exchange: Exchange
  readonly told: readonly PlayedStep[]
  /** What happened to the hubs: when, in milliseconds since the beginning, to which, and what. */
  readonly faults: readonly string[]
  readonly run: ScenarioRun
}

/** Plays a scenario without any risk manager, or with one that acts as `guard` does. */
export function playedScenario(
  scenario: Scenario,
  seed: number,
  forMs: number,
  guard: (exchange: Exchange) => void = () => undefined,
): PlayedScenario {
  const startMs = scenarioStartMs(scenario)
  const clock = steppedClock(startMs)
  const { accounts, regimes } = scenario
  const exchange = new Exchange({ seed, clock, accounts, regimes })
  const told: PlayedStep[] = []
  const acted: string[] = []
  const faults = new FaultPlan(seed, {
    act: (hub, { verb }) => {
      acted.push(`${clock.now() - startMs} ${hub} ${verb}`)
      return undefined
    },
    reachBack: () => undefined,
  })
  guard(exchange)
  const run = playScenario(
    scenario,
    { exchange, clock, faults, knobs: new KnobBoard({}), inject: () => undefined },
    (step) => told.push(step),
  )
  clock.advance(forMs)
  return { exchange, told, faults: acted, run }
}

export function fillsOf(exchange: Exchange, accountId: number): Fill[] {
  return exchange.ledger().filter((entry): entry is Fill => entry.kind === 'fill' && entry.accountId === accountId)
}
