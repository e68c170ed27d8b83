import {
  firstOf,
  longerTerm,
  narrowerSession,
  smaller,
  stopCriteriaOf,
  strictestByKey,
  strictestRules,
} from '@rm/rules'
import type { AccountPolicy, PolicyInForce } from './account-policy.ts'
import { isSamePolicy } from './policy-facts.ts'

/**
 * What holds of two policies of one account until the looser parts of the second may take effect: nothing looser than before, everything
 * tighter that can be told to be so (reliability S-13). What cannot be compared stays as it was, the trading calendar among it.
 */
function strictestPolicy(before: AccountPolicy, after: AccountPolicy): AccountPolicy {
  const rules = strictestRules(before.rules, after.rules)
  return { ...strictestParts(before, after), rules, stopCriteria: stopCriteriaOf(rules) }
}

/**
 * What a history of policies amounts to while none of its changes was allowed to loosen anything.
 *
 * @param history - oldest first; the last is the one that the configuration names now
 */
export function policyInForce(history: readonly [AccountPolicy, ...AccountPolicy[]]): PolicyInForce {
  const policy = history.reduce(strictestPolicy)
  const named = history.at(-1) ?? policy
  return isSamePolicy(policy, named) ? { policy: named, pending: null } : { policy, pending: named }
}

/** The parts that do not follow from the rules, nor from how the daemon was started. */
type Parts = Omit<AccountPolicy, 'rules' | 'stopCriteria' | 'suspended' | 'uncertified'>

const strictestParts = strictestByKey<Parts>({
  accountId: (before) => before,
  timers: strictestByKey<Parts['timers']>({
    dailyRealizedLoss: longerTerm,
    dailyRealizedProfit: longerTerm,
    cooldownAfterLoss: longerTerm,
    tradeFrequency: strictestByKey<Parts['timers']['tradeFrequency']>({
      perMinute: longerTerm,
      perHour: longerTerm,
      perSession: longerTerm,
    }),
    sessionHours: narrowerSession<null>,
  }),
  calendar: (before) => before,
  pnlBasis: (before) => before,
  guards: strictestByKey<Parts['guards']>({
    staleAfterMs: smaller<number>,
    staleCriticalMs: smaller<number>,
    onStaleQuotes: firstOf('close', 'alert'),
    unvaluedGraceMs: smaller<number>,
    onUnvaluedPosition: firstOf('close', 'alert'),
  }),
  enforcementDeadlineMs: smaller<number>,
  evaluationIntervalMs: smaller<number>,
  loosening: firstOf('next_reset', 'immediate'),
  configuration: (_before, after) => after,
  epoch: (before) => before,
})
