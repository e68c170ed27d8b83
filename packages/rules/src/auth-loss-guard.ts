import { type UnpricedView, earliest, type Finding, type Instant, later, type Severity } from '@rm/domain'
import { z } from 'zod'
import { commonSettings } from './common-settings.ts'
import type { EnabledRules } from './evaluate.ts'
import type { Rule, RuleContext } from './rule.ts'

export const AuthLossGuardSettings = z.strictObject({
  ...commonSettings(true),
  alert_on_disconnect: z.boolean().default(true).describe('Whether a hub that is down is told.'),
  alert_on_auth_failure: z.boolean().default(true).describe('Whether a refused login is told.'),
  disconnect_alert_after_seconds: z
    .int()
    .min(0)
    .max(600)
    .default(5)
    .describe('A hub that is down for less, in seconds, is only logged.'),
  on_cannot_trade: z
    .enum(['lockout', 'alert'])
    .default('lockout')
    .describe('Whether an account that the firm bars is locked here as well, or only told.'),
  check_interval_seconds: z
    .int()
    .min(10)
    .default(30)
    .describe('The account is read at least so often, in seconds; every 30 seconds it is read anyway.'),
})
type Settings = z.infer<typeof AuthLossGuardSettings>

/** So long may a connection be away with a position open before it is critical (risk rules, RULE-010). */
const CRITICAL_MS = 60_000

/**
 * RULE-010, two halves under one name. A connection or a login that is gone calls a human and can do no more: without it nothing can be
 * enforced. An account that the firm does not let trade is locked for as long, so that status, audit and expiry are right.
 */
export const authLossGuard: Rule<'auth_loss_guard'> = {
  code: 'RULE-010',
  title: 'Auth loss guard',
  enabledByDefault: true,
  readsPrices: false,
  settings: AuthLossGuardSettings,
  renamedKeys: {
    enforcement: 'on_cannot_trade',
    lockout: 'on_cannot_trade',
    lockout_permanent: 'nothing: the lockout ends when the firm allows trading again',
    auth_bypass_detection: 'nothing: this gateway has no such thing',
    alert_on_auth_loss: 'alert_on_auth_failure',
    disconnect_grace_seconds: 'disconnect_alert_after_seconds',
  },

  evaluate(settings, view, context) {
    const findings = lossesOf(settings, view).flatMap((loss) => findingOf(loss, view, context))
    const { account, connection } = view
    const cannotTrade = account?.canTrade === false
    if (cannotTrade) findings.push(cannotTradeFinding(settings))
    // An account that is not listed is a finding already.
    const isUnseen = account === null && connection.unlistedSince === null
    return { findings, blind: isUnseen ? ['the gateway has not described the account yet'] : [], use: null }
  },

  limits: () => [],

  /** When what is down has been so for long enough. */
  nextCheck(settings, view, context) {
    let next: Instant | null = null
    for (const { since, afterMs } of lossesOf(settings, view)) {
      for (const due of [later(since, afterMs), later(since, CRITICAL_MS)]) {
        if (due > context.now) next = earliest(next, due)
      }
    }
    return next
  },
}

/** How often, in milliseconds, the account has to be read for this rule; `null` while it is off. */
export function accountCheckMs({ auth_loss_guard }: EnabledRules): number | null {
  return auth_loss_guard === undefined ? null : auth_loss_guard.check_interval_seconds * 1_000
}

/** Something that does not reach us. */
interface Loss {
  readonly scope: `connection:${string}`
  readonly since: Instant
  readonly afterMs: number
  readonly severity: Severity
  readonly code: 'stream-down' | 'authentication-lost' | 'account-unlisted'
  readonly what: string
  readonly remedy: string
}

function lossesOf(settings: Settings, { connection }: UnpricedView): readonly Loss[] {
  const afterMs = settings.disconnect_alert_after_seconds * 1_000
  const { userStreamDownSince, marketStreamDownSince, authenticationLostSince, unlistedSince } = connection
  const losses: Loss[] = []
  const down = { afterMs, severity: 'warning', code: 'stream-down' } as const
  if (settings.alert_on_disconnect && userStreamDownSince !== null) {
    const remedy = 'It is being connected again; look at the network and at the status page of the firm.'
    losses.push({ ...down, scope: 'connection:user', since: userStreamDownSince, what: 'The user hub is down', remedy })
  }
  if (settings.alert_on_disconnect && marketStreamDownSince !== null) {
    const what = 'The market hub is down, so open positions lose their prices'
    const remedy = 'It is being connected again; look at the network and at the status page of the firm.'
    losses.push({ ...down, scope: 'connection:market', since: marketStreamDownSince, what, remedy })
  }
  const failed = { afterMs: 0, severity: 'error' } as const
  if (settings.alert_on_auth_failure && authenticationLostSince !== null) {
    losses.push({
      ...failed,
      scope: 'connection:login',
      since: authenticationLostSince,
      code: 'authentication-lost',
      what: 'The gateway no longer accepts the login',
      remedy: 'It is tried again; if it stays so, renew the API key in the environment file.',
    })
  }
  if (unlistedSince !== null) {
    losses.push({
      ...failed,
      scope: 'connection:listing',
      since: unlistedSince,
      code: 'account-unlisted',
      what: 'The gateway does not list the account any more',
      remedy: 'Compare accounts.yaml with the accounts of the login; ask the firm if it is missing there.',
    })
  }
  return losses
}

function findingOf(loss: Loss, view: UnpricedView, context: RuleContext): readonly Finding[] {
  const { scope, since, afterMs, code, what, remedy } = loss
  const lostMs = context.now - since
  if (lostMs < afterMs) return []
  const isCritical = lostMs >= CRITICAL_MS && view.positions.length > 0
  const seconds = Math.floor(lostMs / 1_000)
  const exposed = isCritical ? ', with a position open that nobody can protect' : ''
  const message = `${what} for ${seconds} s${exposed}.`
  return [
    {
      scope,
      measured: `${seconds} s`,
      limit: `${afterMs / 1_000} s`,
      message,
      tier: isCritical ? 2 : 1,
      goals: [],
      lockout: null,
      alert: { severity: isCritical ? 'critical' : loss.severity, code, text: `${message} ${remedy}` },
    },
  ]
}

function cannotTradeFinding(settings: Settings): Finding {
  const locks = settings.on_cannot_trade === 'lockout'
  const message = 'The firm does not let the account trade.'
  return {
    scope: 'account',
    measured: 'canTrade false',
    limit: 'canTrade true',
    message,
    tier: 1,
    goals: locks ? [{ kind: 'flat-account' }] : [],
    lockout: locks ? { scope: 'account', effect: 'flat', until: { kind: 'can-trade' } } : null,
    alert: {
      severity: 'error',
      code: 'cannot-trade',
      text: `${message} Nothing here can change that; the firm's dashboard says why.`,
    },
  }
}
