import type { RuleCode, TurnRecord } from '@rm/domain'
import { EVALUATION_ORDER, rules } from '@rm/rules'
import type { DurableFacts } from '../oracle/durable-facts.ts'

/** What can become of what a rule finds (reliability S-02). */
export const RULE_OUTCOMES = ['breach', 'over', 'lockout', 'reached', 'moot', 'escalated'] as const
export type RuleOutcome = (typeof RULE_OUTCOMES)[number]
/** What RULE-012 does besides. */
export const ORDER_DEEDS = ['place-order stop', 'place-order target', 'modify-order', 'cancel-order'] as const

export const RULE_CODES: readonly RuleCode[] = EVALUATION_ORDER.map((id) => rules[id].code).toSorted()

/** Rules that can lock (risk rules, section 2). */
const LOCKING: ReadonlySet<RuleCode> = new Set([
  'RULE-003',
  'RULE-006',
  'RULE-007',
  'RULE-009',
  'RULE-010',
  'RULE-011',
  'RULE-013',
])

/** Whether the rule can have the outcome at all. */
export function canHave(rule: RuleCode, outcome: RuleOutcome): boolean {
  return outcome !== 'lockout' || LOCKING.has(rule)
}

/** What the record adds to what was durable before. */
export function* outcomesOf(record: TurnRecord, facts: DurableFacts): Generator<string> {
  for (const { id, rule } of record.breaches) if (!facts.breaches.has(id)) yield `${rule} breach`
  for (const { id } of record.endedBreaches) {
    const rule = facts.breaches.get(id)?.breach.rule
    if (rule !== undefined) yield `${rule} over`
  }
  for (const { id, rule } of record.lockouts) if (!facts.lockouts.has(id)) yield `${rule} lockout`
  for (const { origin, state } of record.goals) {
    if (state === 'pursued') continue
    const breach = record.breaches.find(({ id }) => id === origin.id) ?? facts.breaches.get(origin.id)?.breach
    const lockout = record.lockouts.find(({ id }) => id === origin.id) ?? facts.lockouts.get(origin.id)?.lockout
    const rule = breach?.rule ?? lockout?.rule
    if (rule !== undefined) yield `${rule} ${state}`
  }
  for (const { goalId, state, command } of record.commands) {
    if (goalId !== null || state !== 'sending') continue
    yield `RULE-012 ${command.kind}${command.kind === 'place-order' ? ` ${command.protection}` : ''}`
  }
}
