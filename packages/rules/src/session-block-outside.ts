import {
  type Baseline,
  earliest,
  type Finding,
  formatInZone,
  type Goal,
  type Instant,
  later,
  latest,
  type LockoutDemand,
  type LockoutScope,
  namesProduct,
  type SessionSpec,
  type TradingCalendar,
} from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import type { Rule, RuleContext } from './rule.ts'
import { SessionHours } from './session-hours.ts'
import { TradingHours } from './trading-hours.ts'

export const SessionBlockOutsideSettings = z.strictObject({
  ...commonSettings(true),
  global_session: SessionHours.optional().describe(
    'Hours of the account, in place of `session_hours` in the timers file, never beside it.',
  ),
  per_instrument_sessions: z
    .record(z.string().min(1), SessionHours)
    .default({})
    .describe(
      'Hours by exchange root, product code or contract id; each narrows the session of the account, or stands alone without one.',
    ),
  close_positions_at_session_end: z
    .boolean()
    .default(true)
    .describe('`false` keeps what is open and lets it only be reduced.'),
  // A grace after the end would be a breach with permission.
  close_lead_seconds: z.int().min(0).max(3_600).default(0).describe('Acts so many seconds before the end.'),
  respect_holidays: z
    .boolean()
    .default(true)
    .describe('Whether the holidays and early closes of the timers file hold.'),
})
type Settings = z.infer<typeof SessionBlockOutsideSettings>

/** RULE-009: outside its session an account, or a product, is flat and stays so until the next session starts. */
export const sessionBlockOutside: Rule<'session_block_outside'> = {
  code: 'RULE-009',
  title: 'Session block outside',
  enabledByDefault: true,
  readsPrices: false,
  settings: SessionBlockOutsideSettings,
  renamedKeys: {
    session_close_grace: 'close_lead_seconds, which acts before the end',
    session_close_grace_seconds: 'close_lead_seconds, which acts before the end',
    session_hours: 'global_session here, or session_hours in timers_config.yaml',
    start: 'global_session.start',
    end: 'global_session.end',
    timezone: 'global_session.timezone',
    allowed_days: 'global_session.allowed_days',
    close_positions: 'close_positions_at_session_end',
    lockout_outside_session: 'nothing: outside the session it always locks',
  },

  evaluate(settings, view, context) {
    const findings: Finding[] = []
    let isAccountClosed = false
    for (const scope of scopesOf(settings, context)) {
      const closure = closureOf(scope, settings, context.now)
      if (closure === null) continue
      if (scope.lockoutScope === 'account') isAccountClosed = true
      // The account's own lockout covers what only closes early on single days.
      if (scope.isImplicit && isAccountClosed) continue
      const baseline = new Map(
        view.positions
          .filter(
            ({ contractId, contract }) => scope.product === null || namesProduct(scope.product, contractId, contract),
          )
          .map(({ contractId, signedSize }) => [contractId, signedSize]),
      )
      findings.push(finding(scope, closure, goalOf(scope, settings, baseline), settings))
    }
    return { findings, blind: [], use: null }
  },

  limits: () => [],

  nextCheck(settings, _view, context) {
    let next: Instant | null = null
    for (const { hours } of scopesOf(settings, context)) {
      const status = hours.at(context.now)
      if (!status.isOpen) {
        next = earliest(next, status.opensAt)
        continue
      }
      const leadAt = later(status.closesAt, -leadMsOf(settings))
      next = earliest(next, leadAt > context.now ? leadAt : status.closesAt)
    }
    return next
  },
}

/** From when on the account, or the first product with hours of its own, is outside its session; `null` without any session. */
export function firstClosure(
  settings: Settings,
  context: Pick<RuleContext, 'now' | 'calendar' | 'timers'>,
): { readonly at: Instant; readonly product: string | null } | null {
  const [scope] = scopesOf(settings, context)
  if (scope === undefined) return null
  const status = scope.hours.at(context.now)
  const at = status.isOpen ? later(status.closesAt, -leadMsOf(settings)) : context.now
  return { at: latest(at, context.now), product: scope.product }
}

interface Scope {
  readonly lockoutScope: LockoutScope
  readonly product: string | null
  readonly hours: TradingHours
  /** The session as people know it. */
  readonly spec: SessionSpec
  /** Not configured as a session: a product of the global one that closes early on some days. */
  readonly isImplicit: boolean
}

interface RememberedScopes {
  readonly calendar: TradingCalendar
  readonly sessionHours: SessionSpec | null
  readonly scopes: readonly Scope[]
}

const remembered = new WeakMap<Settings, RememberedScopes>()

/** The account first. */
function scopesOf(
  settings: Settings,
  { calendar, timers: { sessionHours } }: Pick<RuleContext, 'calendar' | 'timers'>,
): readonly Scope[] {
  const known = remembered.get(settings)
  if (known !== undefined && known.calendar === calendar && known.sessionHours === sessionHours) return known.scopes
  const scopes = buildScopes(settings, calendar, sessionHours)
  remembered.set(settings, { calendar, sessionHours, scopes })
  return scopes
}

function buildScopes(
  settings: Settings,
  calendar: TradingCalendar,
  sessionHours: SessionSpec | null,
): readonly Scope[] {
  const global = withHolidays(settings.global_session === undefined ? sessionHours : settings.global_session, settings)
  const scopes: Scope[] = []
  if (global !== null) {
    const hours = new TradingHours([calendar.session(global, null)])
    scopes.push({ lockoutScope: 'account', product: null, hours, spec: global, isImplicit: false })
  }
  for (const [product, written] of Object.entries(settings.per_instrument_sessions)) {
    const own = withHolidays(written, settings)
    if (own === null) continue
    const specs = global === null ? [own] : [own, global]
    const hours = new TradingHours(specs.map((spec) => calendar.session(spec, product)))
    scopes.push({ lockoutScope: `product:${product}`, product, hours, spec: own, isImplicit: false })
  }
  for (const product of productsClosingEarly(settings, calendar, global)) {
    if (global === null || scopes.some((scope) => scope.product === product)) continue
    const hours = new TradingHours([calendar.session(global, product)])
    scopes.push({ lockoutScope: `product:${product}`, product, hours, spec: global, isImplicit: true })
  }
  return scopes
}

function withHolidays(spec: SessionSpec | null, settings: Settings): SessionSpec | null {
  if (spec === null || spec.respectHolidays === settings.respect_holidays) return spec
  return { ...spec, respectHolidays: settings.respect_holidays }
}

function productsClosingEarly(
  settings: Settings,
  calendar: TradingCalendar,
  global: SessionSpec | null,
): ReadonlySet<string> {
  if (global === null || !settings.respect_holidays) return new Set()
  return new Set(calendar.holidays.earlyCloses.flatMap((early) => early.products ?? []))
}

interface Closure {
  readonly opensAt: Instant | null
  /** The end that is near, `null` once it has passed. */
  readonly closesAt: Instant | null
}

/** Outside the session, or so close to its end that it counts as over. */
function closureOf(scope: Scope, settings: Settings, now: Instant): Closure | null {
  const status = scope.hours.at(now)
  if (!status.isOpen) return { opensAt: status.opensAt, closesAt: null }
  if (now < status.closesAt - leadMsOf(settings)) return null
  return { opensAt: scope.hours.opensFrom(status.closesAt), closesAt: status.closesAt }
}

function leadMsOf(settings: Settings): number {
  return settings.close_lead_seconds * 1_000
}

function goalOf(scope: Scope, settings: Settings, baseline: Baseline): Goal {
  const { product } = scope
  if (!settings.close_positions_at_session_end) {
    return product === null ? { kind: 'reduce-only', baseline } : { kind: 'reduce-only', baseline, product }
  }
  return product === null ? { kind: 'flat-account' } : { kind: 'flat-product', product }
}

function finding(scope: Scope, closure: Closure, goal: Goal, settings: Settings): Finding {
  const { spec, product, lockoutScope } = scope
  const { opensAt, closesAt } = closure
  const zone = spec.timeZone
  const hours = spec.allDay ? 'all day' : `${spec.start}–${spec.end}`
  const limit = `${hours} ${zone}, ${spec.days.join(' ')}`
  const measured = closesAt === null ? 'outside' : `${settings.close_lead_seconds} s before the end`
  const when =
    closesAt === null ? 'outside its session' : `near the end of its session at ${formatInZone(closesAt, zone)}`
  const next = opensAt === null ? 'no session comes' : `the next one starts ${formatInZone(opensAt, zone)}`
  // Sessions that never meet are a mistake of the configuration; its correction must not wait for more than a day.
  const until: LockoutDemand['until'] =
    opensAt === null ? { kind: 'next-reset' } : { kind: 'session-start', at: opensAt }
  return {
    scope: lockoutScope,
    measured,
    limit,
    message: `${product ?? 'The account'} is ${when} (${limit}); ${next}.`,
    tier: 1,
    goals: [goal],
    lockout: {
      scope: lockoutScope,
      effect: settings.close_positions_at_session_end ? 'flat' : 'reduce-only',
      until,
    },
  }
}
