import { type Goal, unreachable } from '@rm/domain'
import type { EnabledRules } from '../src/evaluate.ts'
import { type RuleId, rules, type RuleSettings } from '../src/registry.ts'
import type { Rule } from '../src/rule.ts'

// The wires of the registry that must not compile when they are missing. The type check is the test.

type Registry = { readonly [Id in RuleId]: Rule<Id> }

const { max_contracts, ...withoutMaxContracts } = rules

// @ts-expect-error a rule id without a rule
export const missing: Registry = withoutMaxContracts

// @ts-expect-error a rule that no settings belong to
export const superfluous: Registry = { ...rules, max_profit: max_contracts }

// @ts-expect-error a rule under the key of another
export const misplaced: Registry = { ...rules, daily_realized_loss: max_contracts }

export const misshapen: Registry = {
  ...rules,
  max_contracts: {
    ...max_contracts,
    // @ts-expect-error settings of another rule
    settings: rules.daily_realized_loss.settings,
  },
}

export const peeking: Rule<'max_contracts'> = {
  ...max_contracts,
  readsPrices: false,
  // @ts-expect-error the price of a position in a rule that says it reads none: quotes would not be judged by it
  evaluate: (_settings, { positions }) => ({ findings: [], blind: [], use: positions[0]?.exit === null ? 0 : 1 }),
}

export const waiting: Rule<'max_contracts'> = {
  ...max_contracts,
  // @ts-expect-error a rule that awaits: nothing could be judged until it is back, and it may never be (P-07)
  evaluate: async () => ({ findings: [], blind: [], use: null }),
}

// @ts-expect-error a limit in place of all settings
export const incomplete: RuleSettings['max_contracts'] = { limit: 5 }

// @ts-expect-error enabled under a key that no rule has
export const unknownRule: EnabledRules = { max_contract: max_contracts.settings.parse({ limit: 5 }) }

export function forgottenArm(goal: Exclude<Goal, { kind: 'flat-account' }>): never {
  // @ts-expect-error the arms that a switch forgot do not reach its end
  return unreachable(goal)
}
