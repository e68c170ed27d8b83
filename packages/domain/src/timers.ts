import type { SessionSpec } from './session-schedule.ts'

/** How long a lockout lasts: until the next daily reset, or for a duration. */
export type LockoutTerm = { readonly kind: 'until-reset' } | { readonly kind: 'for'; readonly ms: number }

/** What `timers_config.yaml` says beside the calendar, in the form that the rules read. */
export interface Timers {
  /** RULE-003, unless the rule's own `lockout` says otherwise. */
  readonly dailyRealizedLoss: LockoutTerm
  /** RULE-013, unless the rule's own `lockout` says otherwise. */
  readonly dailyRealizedProfit: LockoutTerm
  /** RULE-007, when it has a single `loss_threshold`. */
  readonly cooldownAfterLoss: LockoutTerm
  /** RULE-006, by the window that was exceeded. */
  readonly tradeFrequency: {
    readonly perMinute: LockoutTerm
    readonly perHour: LockoutTerm
    readonly perSession: LockoutTerm
  }
  /** RULE-009, unless the rule names a session of its own. `null`: none configured. */
  readonly sessionHours: SessionSpec | null
}
