export { type Activity, beginActivity, listenToActivities, type StreamNews } from './activity.ts'
export type { BridgeLog, BridgeLogLevel } from './bridge-log.ts'
export { drillEvents } from './drill-events.ts'
export { GatewayClock } from './gateway-clock.ts'
export { createGateway, type Gateway, type GatewayCounts } from './gateway.ts'
export type { QuarantinedPayload } from './quarantine.ts'
export type {
  CircuitBreakerSettings,
  Credentials,
  Environment,
  GatewayOptions,
  RateBudgetSettings,
  ReconnectSettings,
  RetrySettings,
  Timeouts,
  TrafficSettings,
} from './options.ts'
export { AccountReads, type ReadsPort } from './rest/account-reads.ts'
export { ReadRefused } from './rest/reads.ts'
