import { AccountId } from '@rm/domain'
import { z } from 'zod'
import { AccountDaysReport } from './account-day.ts'
import { DaemonReport } from './daemon-report.ts'
import {
  AlertList,
  AuditPage,
  BreachHistory,
  CalendarReport,
  Explanations,
  LockoutHistory,
  SettingsReport,
} from './history.ts'

/** Who may call a route. The socket that a call comes in by says who calls: whoever may open the administrator's file is one. */
export type Role = 'trader' | 'admin'

/** Answer of a route that acts: what was done, in one sentence. */
export const Done = z.object({ done: z.string() })
export type Done = z.output<typeof Done>

const Newest = z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) })
const Nothing = z.object({})

/** Trading days that are told at once: a year would hold up the enforcement of the daemon (reliability B-9). */
export const DAYS_MAX = 7
const Account = z.coerce.number().pipe(AccountId)

/**
 * Every route of the daemon's local API. The server implements each, the client can call each, and neither compiles with one missing. There
 * is none that unlocks, for nobody.
 */
export const ROUTES = {
  report: { method: 'GET', path: '/v1/report', role: 'trader', input: Nothing, output: DaemonReport },
  lockouts: { method: 'GET', path: '/v1/lockouts', role: 'trader', input: Newest, output: LockoutHistory },
  breaches: { method: 'GET', path: '/v1/breaches', role: 'trader', input: Newest, output: BreachHistory },
  explanations: {
    method: 'GET',
    path: '/v1/explanations',
    role: 'trader',
    /** One breach, lockout or goal by its id; without one the newest. */
    input: z.object({ id: z.string().optional(), limit: z.coerce.number().int().min(1).max(100).default(1) }),
    output: Explanations,
  },
  calendar: { method: 'GET', path: '/v1/calendar', role: 'trader', input: Nothing, output: CalendarReport },
  days: {
    method: 'GET',
    path: '/v1/days',
    role: 'trader',
    /** Labels of the first and the last trading day, at most {@link DAYS_MAX}. */
    input: z
      .object({ account: Account, from: z.iso.date(), to: z.iso.date() })
      .refine(({ from, to }) => areFewDays(from, to), {
        error: `expected dates of the calendar, at most ${DAYS_MAX} days`,
      }),
    output: AccountDaysReport,
  },
  settings: { method: 'GET', path: '/v1/settings', role: 'trader', input: Nothing, output: SettingsReport },
  audit: {
    method: 'GET',
    path: '/v1/audit',
    role: 'admin',
    /** Records between two sequence numbers. One question looks at so many of them: an answer may be short and still name a `next`. */
    input: z.object({
      after: z.coerce.number().int().min(0).default(0),
      before: z.coerce.number().int().min(1).default(Number.MAX_SAFE_INTEGER),
      order: z.enum(['oldest', 'newest']).default('oldest'),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      action: z.string().min(1).optional(),
      actor: z.string().min(1).optional(),
      account: Account.optional(),
    }),
    output: AuditPage,
  },
  alerts: { method: 'GET', path: '/v1/alerts', role: 'trader', input: Newest, output: AlertList },
  acknowledge: {
    method: 'POST',
    path: '/v1/alerts/acknowledge',
    role: 'admin',
    input: z.object({ id: z.string().min(1) }),
    output: Done,
  },
  reload: { method: 'POST', path: '/v1/reload', role: 'admin', input: Nothing, output: Done },
  panic: {
    method: 'POST',
    path: '/v1/panic',
    role: 'admin',
    /** Accounts by id or name; `all` for every one. */
    input: z.object({
      account: z.string().min(1),
      reason: z.string().min(1).max(200).default('ordered by the administrator'),
    }),
    output: Done,
  },
  stop: {
    method: 'POST',
    path: '/v1/stop',
    role: 'admin',
    /** Needed while a position is open or a lockout is in force. */
    input: z.object({ yes: z.boolean().default(false) }),
    output: Done,
  },
} as const satisfies Readonly<Record<string, Route>>

function areFewDays(from: string, to: string): boolean {
  try {
    return Temporal.PlainDate.from(from).until(to, { largestUnit: 'day' }).days < DAYS_MAX
  } catch {
    // Well-formed, and no day of the calendar, such as November 31st.
    return false
  }
}

/** A route: what goes in is the query of a GET and the body of a POST. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: `/v1/${string}`
  readonly role: Role
  readonly input: z.ZodObject
  readonly output: z.ZodType
}

export type RouteName = keyof typeof ROUTES
/** What a caller gives, defaults left out. */
export type CallInput<Name extends RouteName> = z.input<(typeof ROUTES)[Name]['input']>
/** What the server's handler is given. */
export type RouteInput<Name extends RouteName> = z.output<(typeof ROUTES)[Name]['input']>
export type RouteOutput<Name extends RouteName> = z.output<(typeof ROUTES)[Name]['output']>

/** The stream of changes (server-sent events): `report` after every change, `line` for each line of the log as it is written. */
export const CHANGES_PATH = '/v1/changes'
export const METRICS_PATH = '/metrics'
/** 200 while the event loop turns. */
export const HEALTH_PATH = '/healthz'
/** 200 while every account is judged by data that is trusted, else 503 with the reasons. */
export const READY_PATH = '/readyz'
