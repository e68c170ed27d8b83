/** How loudly a human is called. */
export type Severity = 'warning' | 'error' | 'critical'

/** Conditions of the account or of its connection that call a human without a goal of their own. */
export const FINDING_ALERT_CODES = [
  'stream-down',
  'authentication-lost',
  'account-unlisted',
  'cannot-trade',
  'product-unknown',
  'quotes-stale',
  'position-unvalued',
  'tick-value-changed',
  'safe-boot',
] as const
export type FindingAlertCode = (typeof FINDING_ALERT_CODES)[number]

/** What a finding tells a human, once when its breach begins and again when it worsens; that it is over is told as well. */
export interface FindingAlert {
  readonly severity: Severity
  readonly code: FindingAlertCode
  /** What was found and what to do about it. */
  readonly text: string
}
