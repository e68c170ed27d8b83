import { AccountId } from '@rm/domain'
import { z } from 'zod'
import { BreachReport, LockoutReport } from './account-report.ts'
import { Moment } from './wire-values.ts'

/** Lockouts of all accounts, in force and past, newest first. */
export const LockoutHistory = z.object({ lockouts: z.array(LockoutReport.extend({ accountId: AccountId })) })
export type LockoutHistory = z.output<typeof LockoutHistory>

/** Breaches of all accounts, newest first. */
export const BreachHistory = z.object({ breaches: z.array(BreachReport.extend({ accountId: AccountId })) })
export type BreachHistory = z.output<typeof BreachHistory>

/** Why something was done: the same sentences as in the log. */
export const Explanation = z.object({
  accountId: AccountId,
  /** The breach, lockout or goal that is explained. */
  id: z.string(),
  lines: z.array(z.string()),
})
export type Explanation = z.output<typeof Explanation>

export const Explanations = z.object({ explanations: z.array(Explanation) })
export type Explanations = z.output<typeof Explanations>

/** A piece of the audit trail. */
export const AuditPage = z.object({
  head: z.object({ seq: z.int(), hash: z.string() }),
  records: z.array(
    z.object({
      seq: z.int(),
      run: z.int(),
      at: Moment,
      /** `null`: it concerns no single account. */
      accountId: AccountId.nullable(),
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      detail: z.unknown(),
      hash: z.string(),
    }),
  ),
  /** What to give as `after` (oldest first) or `before` (newest first) to go on; `null`: there is nothing more. */
  next: z.int().nullable(),
})
export type AuditPage = z.output<typeof AuditPage>

/** What people were called for, newest first. */
export const AlertList = z.object({
  alerts: z.array(
    z.object({
      id: z.string(),
      /** The condition, or the rule. */
      code: z.string(),
      severity: z.enum(['warning', 'error', 'critical']),
      accountId: AccountId.nullable(),
      text: z.string(),
      begunAt: Moment,
      lastSeenAt: Moment,
      seenCount: z.int(),
      /** `null`: it stands. */
      overAt: Moment.nullable(),
      /** `null`: a critical one is repeated until somebody says that he knows. */
      acknowledgedAt: Moment.nullable(),
    }),
  ),
})
export type AlertList = z.output<typeof AlertList>

/** What the clock will do, for one account. */
export const CalendarReport = z.object({
  accounts: z.array(
    z.object({
      accountId: AccountId,
      tradingDay: z.string(),
      nextReset: Moment,
      /** `null`: RULE-009 is off. */
      session: z.object({ open: z.boolean(), nextStart: Moment.nullable(), nextEnd: Moment.nullable() }).nullable(),
    }),
  ),
  /** The next holidays and early closes, soonest first. */
  holidays: z.array(z.object({ date: z.string(), what: z.string() })),
})
export type CalendarReport = z.output<typeof CalendarReport>

/** The settings in force with the place each came from, as text; never a secret. */
export const SettingsReport = z.object({
  configuration: z.string(),
  accounts: z.array(z.object({ accountId: AccountId, rules: z.record(z.string(), z.unknown()), waits: z.boolean() })),
})
export type SettingsReport = z.output<typeof SettingsReport>
