export { type Account, shortAccountName } from './account.ts'
export { ACCOUNT_WORDS, type AccountFacts, type AccountWord, accountWord } from './account-word.ts'
export type {
  AccountView,
  ConnectionFacts,
  DayPnl,
  DayTrade,
  ExitPrices,
  PositionValue,
  PositionView,
  ProtectionMeter,
  UnpricedPosition,
  UnpricedView,
  UnrealizedPnl,
  Unvalued,
} from './account-view.ts'
export { FINDING_ALERT_CODES, type FindingAlert, type FindingAlertCode, type Severity } from './alert.ts'
export type { Breach, BreachScope, Finding, LockoutDemand, Verdict } from './breach.ts'
export type { Clock } from './clock.ts'
export { type Command, type CommandOutcome, describeCommand, type ProtectionKind, type Refusal } from './command.ts'
export { type ContractSpec, isUsableSpec, namesProduct, productOf, rootOf } from './contract.ts'
export { type Decimal, decimalOf, parseDecimal } from './decimal.ts'
export type { Drill, DrilledCommand, DrillStep } from './drill.ts'
export { type EnforcementStory, explain, type OrderStory } from './explanation.ts'
export { ERROR_CODES, type ErrorCode, type ErrorDetails, type Failure, RmError } from './errors.ts'
export { type FilledOrder, filledOrder } from './filled-order.ts'
export { type AccountEvent, describeEvent, type DomainEvent, type SharedEvent, type Stream } from './event.ts'
export { type Baseline, describeGoal, type Goal } from './goal.ts'
export { AccountId, ContractId, OrderId, TradeId } from './ids.ts'
export { earliest, formatInstant, formatInZone, type Instant, instant, instantOf, later, latest } from './instant.ts'
export { invariant, InvariantError, unreachable } from './invariant.ts'
export { instantOfLocal, localDateOf, type WhenTwice } from './local-time.ts'
export {
  describeEnd,
  endInstant,
  extendLockout,
  isActive,
  type Lockout,
  type LockoutEffect,
  type LockoutEnd,
  type LockoutScope,
  longestFirst,
  sameLockout,
  withLockout,
} from './lockout.ts'
export {
  couldEnlarge,
  hasOwnTag,
  isTerminal,
  type Order,
  type OrderSide,
  type OrderStatus,
  type OrderType,
  remainingSize,
  signedRemaining,
} from './order.ts'
export { type Position, type PositionSide, sideOf } from './position.ts'
export type { Quote, QuoteChange } from './quote.ts'
export type { LimitUse } from './limit-use.ts'
export type { RuleCode } from './rule-code.ts'
export {
  type EarlyClose,
  type Holidays,
  NO_HOLIDAYS,
  SessionSchedule,
  type SessionSpec,
  type SessionWindow,
} from './session-schedule.ts'
export type { ReadingKind, Snapshot } from './snapshot.ts'
export { isCovered, type ProtectedPosition, type StopCriteria } from './stop-coverage.ts'
export { type TickFraction, ticks, type Ticks, toPrice, toTickFraction, toTicks } from './ticks.ts'
export type { LockoutTerm, Timers } from './timers.ts'
export { netPnl, signedTradeSize, stampUs, type Trade, type TradeOrigin } from './trade.ts'
export { type ResetSpec, TradingCalendar, type TradingDay, type WeeklyReset } from './trading-calendar.ts'
export { unrealizedPnl } from './unrealized-pnl.ts'
export {
  addUsd,
  formatUsd,
  negateUsd,
  NO_USD,
  parseUsd,
  subtractUsd,
  sumUsd,
  type Usd,
  usd,
  usdOf,
  usdToDecimalText,
} from './usd.ts'
export { type Weekday, weekdayOf, WEEKDAYS } from './weekday.ts'
export { type CycleManagement, type PositionCycle, UNMANAGED } from './position-cycle.ts'
export type { CommandRecord, CommandState, OrderReason, PursuedGoal, PursuitState } from './pursuit.ts'
export { type AuditEntry, emptyTurn, type StoredAccount, type TurnRecord, type WarningMark } from './turn-record.ts'
