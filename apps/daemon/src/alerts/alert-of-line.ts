import { AccountId, type Severity, unreachable } from '@rm/domain'
import { z } from 'zod'
import type { Line, LineLevel } from '../line-queue.ts'

/** What a log line means to people who do not read the log. */
export type AlertEvent =
  /** Something is wrong, or still is. */
  | { readonly kind: 'begun'; readonly alert: AlertFacts }
  /** Known of an incident beside what it began with; without that incident it is one by itself. */
  | { readonly kind: 'joined'; readonly alert: AlertFacts; readonly joins: { readonly code: string } }
  | { readonly kind: 'detailed'; readonly key: string; readonly details: readonly string[] }
  | { readonly kind: 'over'; readonly key: string; readonly text: string }

export interface AlertFacts {
  /** What it is about: while that stands it is one incident. */
  readonly key: string
  readonly code: string
  readonly severity: Severity
  readonly accountId: AccountId | null
  readonly text: string
  readonly details: readonly string[]
}

/**
 * The alert that a line is, or `null`. Every alert of the daemon is told by a line that begins with `Alert: `, those of the engine as well as those
 * of the daemon itself, so no alert can pass the channels by (decision 0040). Breaches and lockouts are alerts by themselves.
 */
export function alertOf(line: Line): AlertEvent | null {
  if (line.message.startsWith(ALERT_LEAD)) return alertByItsLead(line)
  return EVENTS.has(line.facts['event']) ? alertByItsEvent(line) : null
}

function alertByItsLead({ level, message, facts }: Line): AlertEvent | null {
  const read = AlertLine.safeParse(facts)
  const { event, alert, severity, accountId = null, problems } = read.success ? read.data : UNNAMED
  const code = alert ?? event
  const details = problems === undefined ? [] : [problems]
  const text = message.slice(ALERT_LEAD.length)
  const key = keyOf(code, accountId)
  return { kind: 'begun', alert: { key, code, severity: severity ?? SEVERITIES[level], accountId, text, details } }
}

function alertByItsEvent({ message, facts }: Line): AlertEvent | null {
  const read = Facts.safeParse(facts)
  if (!read.success) return null
  const told = read.data
  const { accountId = null } = told
  const text = message.replace(LEAD, '')
  switch (told.event) {
    case 'alert-over':
      return { kind: 'over', key: keyOf(told.alert, accountId), text }
    case 'breach-begun': {
      // It called a human by an alert of its own, which says what to do.
      if (told.calls !== null) return null
      const severity = told.shadow ? 'warning' : 'error'
      const details = [`measured ${told.measured}, limit ${told.limit}`, `triggered by ${told.cause}`]
      const key = keyOf(told.breachId, accountId)
      return { kind: 'begun', alert: { key, code: told.rule, severity, accountId, text, details } }
    }
    case 'breach-ended':
      return { kind: 'over', key: keyOf(told.breachId, accountId), text }
    case 'lockout-set': {
      const key = keyOf(told.lockoutId, accountId)
      const alert = { key, code: told.rule, severity: 'error', accountId, text, details: [told.reason] } as const
      return { kind: 'joined', alert, joins: { code: told.rule } }
    }
    case 'lockout-ended':
      return { kind: 'over', key: keyOf(told.lockoutId, accountId), text }
    case 'goal-ended':
      return { kind: 'detailed', key: keyOf(told.origin, accountId), details: told.explanation }
    case 'limit-near': {
      const key = keyOf(`${told.rule} at ${told.level}`, accountId)
      return { kind: 'begun', alert: { key, code: 'limit-near', severity: 'warning', accountId, text, details: [] } }
    }
    default:
      return unreachable(told)
  }
}

/** What is about an account and a condition, a breach or a lockout of it. */
export function keyOf(what: string, accountId: AccountId | null): string {
  return accountId === null ? what : `${what} of ${accountId}`
}

/** The message says once more what kind of line it is. */
const LEAD = /^(Alert over: [\w-]+: |Breach over: |Breach \(shadow\): |Breach: )/

const SEVERITIES: Readonly<Record<LineLevel, Severity>> = {
  debug: 'warning',
  info: 'warning',
  warn: 'warning',
  error: 'error',
  fatal: 'critical',
}

const ALERT_LEAD = 'Alert: '

const accountId = AccountId.optional()

/** The code of an alert is `alert`, or for one with an event of its own that. */
const AlertLine = z.object({
  event: z.string(),
  alert: z.string().optional(),
  severity: z.enum(['warning', 'error', 'critical']).optional(),
  accountId,
  problems: z.string().optional(),
})

/** Better told without a name than not at all. */
const UNNAMED: z.infer<typeof AlertLine> = { event: 'alert' }

const breachId = z.string()
const rule = z.string()

const EVENTS: ReadonlySet<unknown> = new Set([
  'alert-over',
  'breach-begun',
  'breach-ended',
  'lockout-set',
  'lockout-ended',
  'goal-ended',
  'limit-near',
])

const Facts = z.discriminatedUnion('event', [
  z.object({ event: z.literal('alert-over'), alert: z.string(), accountId }),
  z.object({
    event: z.literal('breach-begun'),
    accountId,
    breachId,
    rule,
    measured: z.string(),
    limit: z.string(),
    cause: z.string(),
    shadow: z.boolean(),
    calls: z.string().nullable(),
  }),
  z.object({ event: z.literal('breach-ended'), accountId, breachId }),
  z.object({ event: z.literal('lockout-set'), accountId, lockoutId: z.string(), rule, reason: z.string() }),
  z.object({ event: z.literal('lockout-ended'), accountId, lockoutId: z.string() }),
  z.object({ event: z.literal('goal-ended'), accountId, origin: z.string(), explanation: z.array(z.string()) }),
  z.object({ event: z.literal('limit-near'), accountId, rule, level: z.number() }),
])
