import type { AccountId, StopCriteria, Timers, TradingCalendar } from '@rm/domain'
import type { EnabledRules, GuardSettings } from '@rm/rules'

/** What the configuration says about one account, in the form that turns use. Replaced as a whole, never changed. */
export interface AccountPolicy {
  readonly accountId: AccountId
  readonly rules: EnabledRules
  readonly timers: Timers
  readonly calendar: TradingCalendar
  /** Net of fees and commissions, or gross (`general.pnl_basis`). */
  readonly pnlBasis: 'net' | 'gross'
  readonly stopCriteria: StopCriteria
  /** When a position counts as unvalued, and what then (`general.stale_after_seconds` and what follows it). */
  readonly guards: GuardSettings
  /** A goal that is not reached by then escalates (`general.enforcement_deadline_seconds`). */
  readonly enforcementDeadlineMs: number
  /** Longest wait of a coalesced quote, also while events keep coming (`general.evaluation_interval_ms`). */
  readonly evaluationIntervalMs: number
  /** When looser settings of a later configuration take effect (`general.loosening`). */
  readonly loosening: 'next_reset' | 'immediate'
  /** Short digest of the configuration that the settings are of, for evidence. */
  readonly configuration: string
  /** Why no rule judges the account, in safe mode: then it may only reduce, and nothing that stands ends for want of a judge. */
  readonly suspended?: string
  /** Why rules are in shadow although they are set to enforce; the account is HALTED then. */
  readonly uncertified?: string
  /** Process start number; part of every id, so that ids of two runs never meet. */
  readonly epoch: number
}

/** The policy of an account, and the one that waits because it is looser. */
export interface PolicyInForce {
  readonly policy: AccountPolicy
  /** Takes effect as a whole when loosening is allowed; `null`: nothing waits. */
  readonly pending: AccountPolicy | null
}
