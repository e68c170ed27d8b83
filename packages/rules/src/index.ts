export { arbitrate, isImplied } from './arbitrate.ts'
export type { CommonSettings } from './common-settings.ts'
export { accountCheckMs } from './auth-loss-guard.ts'
export { lossTiers } from './cooldown-after-loss.ts'
export { allowedRange, type Demands, mayOpen, mustBeFlat, type SideCaps, type SizeRange } from './demands.ts'
export { type DrillContext, drilledAlone, drillOf } from './drill.ts'
export { DAY_MS, lockoutTerm } from './duration.ts'
export {
  evaluateGuards,
  type GuardContext,
  type GuardSettings,
  nextGuardCheck,
  type TickValueDoubt,
} from './data-guards.ts'
export {
  type EnabledRules,
  evaluatePricedRules,
  evaluateRules,
  limitsInUse,
  type Judged,
  nextCheck,
  type RuleVerdict,
} from './evaluate.ts'
export { limitOfUnlisted } from './max-contracts-per-instrument.ts'
export { unitsAllowed, unitsOfRoot, unitsPerContract } from './max-contracts.ts'
export {
  managedOrders,
  type ManagedOrders,
  managementAfter,
  ownOrder,
  sameManagedOrders,
  type WantedOrder,
} from './managed-orders.ts'
export { type OrderWhy, whyPriced, whyRemoved, whyResized, whyStray } from './order-reasons.ts'
export { stopCriteriaOf } from './no-stop-loss-grace.ts'
export { EVALUATION_ORDER, type RuleId, rules, type RuleSettings } from './registry.ts'
export type { Rule, RuleContext } from './rule.ts'
export { TimeZone, Weekdays } from './session-hours.ts'
export type { SettingProblem } from './setting-problem.ts'
export {
  firstOf,
  larger,
  longerTerm,
  narrowerSession,
  smaller,
  smallerLimit,
  strictestByKey,
  strictestRules,
} from './strictest.ts'
export { judgeSuspended } from './suspension.ts'
export { stillBlocks } from './symbol-blocks.ts'
export { SymbolPattern } from './symbol-pattern.ts'
