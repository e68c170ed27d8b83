/** What a figure of the daemon does while somebody trades and is stopped. */
interface DaemonMetric {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** Whether a breach that is undone makes it grow. */
  readonly growsWithBreach: boolean
}

/** Every figure that people and dashboards may rely on (docs/operating.md, Ask and order the daemon). */
export const DAEMON_METRICS: readonly DaemonMetric[] = [
  { name: 'risk_manager_build_info', kind: 'gauge', growsWithBreach: false },
  { name: 'risk_manager_account_state', kind: 'gauge', growsWithBreach: false },
  { name: 'risk_manager_stream_up', kind: 'gauge', growsWithBreach: false },
  { name: 'risk_manager_stream_silent_seconds', kind: 'gauge', growsWithBreach: false },
  { name: 'risk_manager_events', kind: 'gauge', growsWithBreach: true },
  { name: 'risk_manager_requests_left', kind: 'gauge', growsWithBreach: false },
  { name: 'risk_manager_time_trusted', kind: 'gauge', growsWithBreach: false },
  { name: 'risk_manager_breaches_total', kind: 'counter', growsWithBreach: true },
  { name: 'risk_manager_lockouts_total', kind: 'counter', growsWithBreach: false },
  { name: 'risk_manager_alerts_total', kind: 'counter', growsWithBreach: false },
  { name: 'risk_manager_event_to_request_seconds', kind: 'histogram', growsWithBreach: true },
  { name: 'risk_manager_enforcement_seconds', kind: 'histogram', growsWithBreach: true },
  { name: 'risk_manager_commit_seconds', kind: 'histogram', growsWithBreach: true },
  { name: 'process_cpu_seconds_total', kind: 'counter', growsWithBreach: true },
  { name: 'process_resident_memory_bytes', kind: 'gauge', growsWithBreach: false },
  { name: 'nodejs_eventloop_lag_p99_seconds', kind: 'gauge', growsWithBreach: false },
]
