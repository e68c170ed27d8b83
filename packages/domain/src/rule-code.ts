/**
 * A rule as people and logs call it: `RULE-003`. The settings key (`daily_realized_loss`) is its other name. A `GUARD-…` is no rule of the
 * trader's but of the data: it acts whatever rules are on. `ADMIN-PANIC` is an order of the administrator.
 */
export type RuleCode = `RULE-${string}` | `GUARD-${string}` | `ADMIN-${string}`
