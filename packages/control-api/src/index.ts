export { AccountDayReport, AccountDaysReport, TradedContract, TradeReport } from './account-day.ts'
export {
  AccountReport,
  BreachReport,
  GoalReport,
  LimitReport,
  LockoutReport,
  OrderReport,
  PnlReport,
  PositionReport,
  RuleReport,
  WeekReport,
} from './account-report.ts'
export { type Change, ControlClient, wireText } from './control-client.ts'
export { DaemonReport, StreamReport } from './daemon-report.ts'
export {
  AlertList,
  AuditPage,
  BreachHistory,
  CalendarReport,
  Explanation,
  Explanations,
  LockoutHistory,
  SettingsReport,
} from './history.ts'
export { Problem, PROBLEM_TYPE } from './problem.ts'
export { accountDayReport, breachReport, lockoutReport, tradedContract } from './report-of-domain.ts'
export {
  type CallInput,
  CHANGES_PATH,
  DAYS_MAX,
  Done,
  HEALTH_PATH,
  METRICS_PATH,
  READY_PATH,
  type Role,
  type Route,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  ROUTES,
} from './routes.ts'
export { socketPath } from './sockets.ts'
