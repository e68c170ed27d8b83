import type { AccountPolicy } from './account-policy.ts'

/** A policy as flat facts, `rules.max_contracts.limit` → `5`. */
export function policyFacts(policy: AccountPolicy): ReadonlyMap<string, string> {
  const facts = new Map<string, string>()
  const { calendar, stopCriteria: _derived, configuration: _named, ...rest } = policy
  const { fullDays, earlyCloses } = calendar.holidays
  flatten('', { ...rest, reset: calendar.reset, holidays: { fullDays: [...fullDays].toSorted(), earlyCloses } }, facts)
  return facts
}

export function isSamePolicy(a: AccountPolicy, b: AccountPolicy): boolean {
  const [facts, others] = [policyFacts(a), policyFacts(b)]
  return facts.size === others.size && [...facts].every(([path, value]) => others.get(path) === value)
}

function flatten(path: string, value: unknown, facts: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    if (value !== undefined) facts.set(path, JSON.stringify(value))
    return
  }
  const prefix = path === '' ? '' : `${path}.`
  for (const [key, part] of Object.entries(value)) flatten(`${prefix}${key}`, part, facts)
}
