import type { AccountView } from '@rm/domain'
import { type Judged, judgedBy } from './evaluate.ts'
import { keepOnly } from './keep-only.ts'

/**
 * GUARD-BOOT: what stands in for all rules of an account while none of them judges it. As with a rule that throws (risk rules, 1.4) what is held may
 * be kept and reduced, and nothing opened; the account is blind.
 *
 * @param why - for people
 */
export function judgeSuspended(why: string, view: AccountView): Judged {
  const message = `No rule judges the account (${why}), so positions may only be reduced.`
  return judgedBy('GUARD-BOOT', view, () => ({
    findings: [
      {
        scope: 'account',
        measured: why,
        limit: 'rules that judge',
        message,
        tier: 1,
        goals: [keepOnly(view)],
        lockout: null,
        alert: { severity: 'critical', code: 'safe-boot', text: `${message} Lockouts stay in force.` },
      },
    ],
    blind: [why],
    use: null,
  }))
}
