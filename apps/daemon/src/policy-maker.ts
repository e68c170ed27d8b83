import type { AccountSettings } from '@rm/config'
import { type AccountId, TradingCalendar } from '@rm/domain'
import type { AccountPolicy } from '@rm/engine'
import { stopCriteriaOf } from '@rm/rules'

/** So much of a digest tells two configurations apart. */
const DIGEST_SHOWN = 12

/** Makes of an account's settings what the engine turns by. Accounts with the same days and holidays share a calendar, which remembers its answers. */
export class PolicyMaker {
  readonly #epoch: number
  readonly #calendars = new Map<string, TradingCalendar>()

  /** @param epoch - number of this start */
  constructor(epoch: number) {
    this.#epoch = epoch
  }

  /** @param configuration - digest of the configuration that the settings are of */
  policyOf(
    accountId: AccountId,
    { rules, general, timers, reset, holidays }: AccountSettings,
    configuration: string,
  ): AccountPolicy {
    return {
      accountId,
      rules,
      timers,
      calendar: this.#calendarOf(reset, holidays),
      pnlBasis: general.pnlBasis,
      stopCriteria: stopCriteriaOf(rules),
      guards: {
        staleAfterMs: general.staleAfterMs,
        staleCriticalMs: general.staleCriticalMs,
        onStaleQuotes: general.onStaleQuotes,
        unvaluedGraceMs: general.unvaluedGraceMs,
        onUnvaluedPosition: general.onUnvaluedPosition,
      },
      enforcementDeadlineMs: general.enforcementDeadlineMs,
      evaluationIntervalMs: general.evaluationIntervalMs,
      loosening: general.loosening,
      configuration: configuration.slice(0, DIGEST_SHOWN),
      epoch: this.#epoch,
    }
  }

  #calendarOf(reset: AccountSettings['reset'], holidays: AccountSettings['holidays']): TradingCalendar {
    const key = JSON.stringify([reset, [...holidays.fullDays], holidays.earlyCloses])
    let calendar = this.#calendars.get(key)
    if (calendar === undefined) {
      calendar = new TradingCalendar(reset, holidays)
      this.#calendars.set(key, calendar)
    }
    return calendar
  }
}
