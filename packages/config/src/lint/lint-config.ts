import type { CheckedAccount, TimersSource } from '../cross-checks.ts'
import { type Diagnostic, Report } from '../diagnostic.ts'
import type { RiskSettings } from '../risk-settings.ts'
import { lintClockChanges } from './clock-changes.ts'
import { lintSessions, longestSessionHours } from './closed-sessions.ts'
import { ComingSessions } from './coming-sessions.ts'
import { lintFirmLimits } from './firm-limits.ts'
import { lintShadowedAmounts } from './shadowed-amounts.ts'
import { lintDistances } from './ticks-away.ts'
import { lintReach, lintShadows } from './unreachable-limits.ts'

/** What is linted: a configuration without errors. */
export interface Linted {
  readonly accounts: readonly CheckedAccount[]
  readonly timers: TimersSource
  readonly today: Temporal.PlainDate
}

/**
 * What is allowed, and still not what its author expects: warnings and notices in sentences with numbers. Accounts that are turned off are
 * not looked at. Nothing here decides about money: tick values come from a table of recorded contracts.
 */
export function lintConfig({ accounts, timers, today }: Linted): readonly Diagnostic[] {
  const report = new Report()
  const coming = new ComingSessions(today, timers.settings.reset)
  const watched = accounts.filter(({ layers }) => layers.entry?.enabled === true)
  // Accounts without layers of their own have the same settings, which are looked at once.
  const distinct = new Map(watched.map(({ settings }) => [settings, inForce(settings)]))
  for (const account of watched) {
    const settings = distinct.get(account.settings) ?? account.settings
    lintFirmLimits({ ...account, settings }, report)
  }
  for (const settings of distinct.values()) {
    lintDistances(settings, report)
    lintShadowedAmounts(settings, report)
    lintReach(settings, longestSessionHours(settings, timers, coming), report)
    lintSessions(settings, timers, coming, report)
    lintClockChanges(settings, timers, coming, report)
  }
  lintShadows(
    watched.map(({ settings }) => settings),
    report,
  )
  return report.all()
}

/** Without the rules in shadow mode, which bound nothing. */
function inForce(settings: RiskSettings): RiskSettings {
  const rules = Object.fromEntries(Object.entries(settings.rules).filter(([, { mode }]) => mode === 'enforce'))
  return { ...settings, rules }
}
