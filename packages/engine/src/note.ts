import type {
  AccountWord,
  Breach,
  CommandRecord,
  EnforcementStory,
  FindingAlertCode,
  Instant,
  Lockout,
  OrderStory,
  PursuedGoal,
  RuleCode,
  Severity,
  TradingDay,
} from '@rm/domain'
import type { RuleProof } from './proof-of-life.ts'

/** Something that people should know of a turn. Notes are the one source of log lines, alerts and the story on the terminal. */
export type Note =
  /** The first result of a rule, and every change of it. */
  | { readonly kind: 'rule-evaluated'; readonly rule: RuleCode; readonly result: RuleResult; readonly because: string }
  /** A rule was proved alive, dead or idle, and was not before. */
  | { readonly kind: 'rule-proved'; readonly proof: RuleProof }
  | { readonly kind: 'breach-begun'; readonly breach: Breach; readonly shadow: boolean }
  | { readonly kind: 'breach-ended'; readonly breach: Breach }
  | { readonly kind: 'lockout-set'; readonly lockout: Lockout }
  | { readonly kind: 'lockout-extended'; readonly lockout: Lockout }
  | { readonly kind: 'lockout-ended'; readonly lockout: Lockout }
  | { readonly kind: 'goal-begun'; readonly goal: PursuedGoal }
  | {
      readonly kind: 'goal-ended'
      readonly goal: PursuedGoal
      readonly tookMs: number
      readonly story: EnforcementStory
    }
  | {
      readonly kind: 'command-sent'
      readonly record: CommandRecord
      /** Monotonic arrival of the event that caused it; the reporter measures event → request from here. */
      readonly causedMs: number
    }
  | { readonly kind: 'command-answered'; readonly record: CommandRecord }
  | { readonly kind: 'command-settled'; readonly record: CommandRecord }
  /** An order of RULE-012 was placed, moved or removed, or was not. */
  | { readonly kind: 'order-managed'; readonly story: OrderStory }
  | { readonly kind: 'word-changed'; readonly from: AccountWord; readonly to: AccountWord; readonly because: string }
  | { readonly kind: 'reset-crossed'; readonly at: Instant; readonly day: TradingDay }
  /** A measured value reached a share of its limit (`warn_at`). */
  | { readonly kind: 'limit-near'; readonly rule: RuleCode; readonly level: number; readonly use: number }
  /** What a reading corrected in the book. */
  | { readonly kind: 'drift-found'; readonly sentences: readonly string[] }
  | { readonly kind: 'alert'; readonly severity: Severity; readonly code: AlertCode; readonly text: string }
  /** What a human was called for is over. */
  | { readonly kind: 'alert-over'; readonly code: FindingAlertCode; readonly text: string }

export type RuleResult = 'PASS' | 'BREACH' | 'BLIND'

/** Conditions that call a human. */
export type AlertCode =
  | FindingAlertCode
  | 'enforcement-late'
  | 'enforcement-overdue'
  | 'enforcement-refused'
  | 'market-closed'
  | 'account-not-enforceable'
  | 'rule-faulted'
  | 'rule-dead'
  | 'journal-unwritable'
  | 'reading-failed'
  | 'comparison-late'
  | 'stream-incomplete'
  | 'repeated-reentry'
  | 'call-ceiling'
  | 'balance-unexplained'
