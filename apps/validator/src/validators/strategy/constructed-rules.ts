import type { ConfiguredAccount, LoadedConfig } from '@rm/config'
import { instant, TradingCalendar } from '@rm/domain'
import { drillOf, EVALUATION_ORDER, rules } from '@rm/rules'
import type { Finding } from '../../report/validation-report.ts'
import { wallClockMs } from '../../system-clock.ts'

interface ConstructedRules {
  readonly made: number
  /** On, and their settings limit nothing. */
  readonly idle: readonly string[]
  readonly findings: readonly Finding[]
}

/** Makes every enabled rule of the accounts and the situation in which it is breached. */
export function constructedRules(
  accounts: readonly ConfiguredAccount[],
  { reset, holidays, timers }: LoadedConfig,
): ConstructedRules {
  const context = { now: instant(wallClockMs()), calendar: new TradingCalendar(reset, holidays), timers }
  const findings: Finding[] = []
  const idle: string[] = []
  let made = 0
  for (const account of accounts)
    for (const id of EVALUATION_ORDER.filter((one) => account.rules[one] !== undefined)) {
      const place = `${rules[id].code} ${id} of ${account.name}`
      try {
        if (drillOf(id, account.rules, context) === null) idle.push(place)
        else made += 1
      } catch (error) {
        const what = `cannot be made with its settings: ${error instanceof Error ? error.message : String(error)}`
        findings.push({ severity: 'error', place, what, remedy: 'Correct its settings; docs/rules explains each.' })
      }
    }
  return { made, idle, findings }
}

/** A rule that is on and protects from nothing. */
export function idleFinding(place: string): Finding {
  return {
    severity: 'warning',
    place,
    what: 'is on, and its settings limit nothing',
    remedy: 'Give it a limit that can be reached, or turn it off.',
  }
}
