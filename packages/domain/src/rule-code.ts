/** A rule as people and logs call it: `RULE-003`. The settings key (`daily_realized_loss`) is its other name. */
export type RuleCode = `RULE-${string}`
