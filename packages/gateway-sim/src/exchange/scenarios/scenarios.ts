import type { Scenario } from '../trader-script.ts'
import { allRules } from './all-rules.ts'
import { longDay } from './long-day.ts'
import { practiceDay } from './practice-day.ts'
import { quietMorning } from './quiet-morning.ts'
import { stubbornTrader } from './stubborn-trader.ts'

/** The scenarios that are known by name. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [practiceDay, allRules, quietMorning, stubbornTrader, longDay].map((scenario) => [scenario.name, scenario]),
)
