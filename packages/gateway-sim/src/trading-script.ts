import { replayTrades, type ReplayTerms } from './exchange/replay.ts'
import { playScenario, type PlayedStep, type ScenarioStage } from './exchange/scenario-run.ts'
import type { Scenario } from './exchange/trader-script.ts'
import type { RoundTrip } from './exchange/trades-export.ts'

/** What the simulator's traders do by themselves, once it is begun. */
export interface TradingScript {
  readonly name: string
  begin(stage: ScenarioStage, tell: (step: PlayedStep) => void): ScriptRun
}

export interface ScriptRun {
  readonly isOver: boolean
  stop(): void
}

/** Traders that act step by step. */
export function scenarioScript(scenario: Scenario): TradingScript {
  return { name: scenario.name, begin: (stage, tell) => playScenario(scenario, stage, tell) }
}

/** A trade history that one account lives through again. */
export function replayScript(trips: readonly RoundTrip[], terms: ReplayTerms): TradingScript {
  return { name: 'replay', begin: ({ exchange, clock }) => replayTrades(trips, terms, exchange, clock) }
}
