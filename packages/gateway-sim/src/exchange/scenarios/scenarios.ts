import type { Scenario } from '../trader-script.ts'
import { practiceDay } from './practice-day.ts'
import { quietMorning } from './quiet-morning.ts'
import { stubbornTrader } from './stubborn-trader.ts'

/** The scenarios that are known by name. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [practiceDay, quietMorning, stubbornTrader].map((scenario) => [scenario.name, scenario]),
)
