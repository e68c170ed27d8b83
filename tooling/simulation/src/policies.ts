import { type AccountId, type Timers, TradingCalendar } from '@rm/domain'
import type { AccountPolicy } from '@rm/engine'
import { type EnabledRules, EVALUATION_ORDER, type GuardSettings, type RuleId, rules, stopCriteriaOf } from '@rm/rules'
import type { AccountPlan } from './plan.ts'

/** The firm's day: from 17:00 in Chicago to the next, from Sunday to Thursday. */
export const CALENDAR: TradingCalendar = new TradingCalendar({
  time: '17:00',
  timeZone: 'America/Chicago',
  days: ['sun', 'mon', 'tue', 'wed', 'thu'],
})

const GUARDS: GuardSettings = {
  staleAfterMs: 10_000,
  staleCriticalMs: 60_000,
  onStaleQuotes: 'alert',
  unvaluedGraceMs: 30_000,
  onUnvaluedPosition: 'alert',
}

const ENFORCEMENT_DEADLINE_MS = 10_000

/** What a plan says about an account, as the engine wants it. */
export function policyOf(accountId: AccountId, { rules: written, cooldownMs }: AccountPlan): AccountPolicy {
  const enabled = enabledRules(written)
  return {
    accountId,
    rules: enabled,
    timers: timersOf(cooldownMs),
    calendar: CALENDAR,
    pnlBasis: 'net',
    stopCriteria: stopCriteriaOf(enabled),
    guards: GUARDS,
    evaluationIntervalMs: 100,
    enforcementDeadlineMs: ENFORCEMENT_DEADLINE_MS,
    loosening: 'next_reset',
    configuration: 'simulated',
    epoch: 0,
  }
}

function enabledRules(written: AccountPlan['rules']): EnabledRules {
  const enabled: { [Id in RuleId]?: EnabledRules[Id] } = {}
  for (const id of EVALUATION_ORDER) read(id, written, enabled)
  return enabled
}

function read<Id extends RuleId>(
  id: Id,
  written: AccountPlan['rules'],
  enabled: { [Each in RuleId]?: EnabledRules[Each] },
): void {
  const settings = written[id]
  if (settings !== undefined && settings !== null) enabled[id] = rules[id].settings.parse(settings)
}

function timersOf(cooldownMs: number): Timers {
  return {
    dailyRealizedLoss: { kind: 'until-reset' },
    dailyRealizedProfit: { kind: 'until-reset' },
    cooldownAfterLoss: { kind: 'for', ms: cooldownMs },
    tradeFrequency: {
      perMinute: { kind: 'for', ms: cooldownMs },
      perHour: { kind: 'for', ms: cooldownMs },
      perSession: { kind: 'for', ms: cooldownMs },
    },
    sessionHours: null,
  }
}
