import type { AccountPlan } from '../plan.ts'
import { naiveNet } from './book-is-true.ts'
import { lastReset } from './chicago-day.ts'
import type { DurableFacts } from './durable-facts.ts'
import type { Evidence } from './evidence.ts'
import { isFlat, type TrueAccount } from './truth.ts'

/** What an account owes at this moment by the plain words of its rules: each with a key that lasts as long as it is owed. */
export function* owed(evidence: Evidence, truth: TrueAccount): Generator<string> {
  const { facts } = evidence
  const trueNow = evidence.trueNow()
  const { reloaded } = evidence.watch(truth.id)
  const rootOf = (contractId: string): string => evidence.rootOf(contractId)
  const untouched = (rule: string): boolean => !reloaded.has(rule)
  for (const [id, { accountId, lockout, untilMs, hasEnded }] of facts.lockouts) {
    if (accountId !== truth.id || hasEnded || trueNow >= untilMs || lockout.effect !== 'flat') continue
    const holds =
      lockout.scope === 'account'
        ? isFlat(truth)
        : ![...truth.sizes.keys()].some((contractId) => lockout.scope === `product:${rootOf(contractId)}`)
    if (!holds) yield `lockout ${id} (${lockout.rule}, ${lockout.scope})`
  }
  const { rules } = evidence.planOf(truth.id)
  const limit = numberOf(rules['max_contracts'], 'limit')
  if (limit !== null && untouched('max_contracts') && !has(rules['max_contracts'], 'include_working_orders')) {
    const gross = [...truth.sizes.values()].reduce((sum, size) => sum + Math.abs(size), 0)
    if (gross > limit) yield `max_contracts: ${gross} of ${limit}`
  }
  const loss = numberOf(rules['daily_realized_loss'], 'limit')
  if (loss !== null && untouched('daily_realized_loss') && !has(rules['daily_realized_loss'], 'lockout')) {
    const net = naiveNet(truth, lastReset(trueNow))
    if (net <= loss * 10_000 && !isLockedBy('RULE-003', truth, facts, trueNow))
      yield `daily_realized_loss: ${net / 10_000}`
  }
  const blocked = untouched('symbol_blocks') ? listOf(rules['symbol_blocks'], 'blocked_symbols') : []
  for (const contractId of truth.sizes.keys()) {
    if (blocked.includes(rootOf(contractId))) yield `symbol_blocks: ${contractId}`
  }
}

function isLockedBy(rule: string, truth: TrueAccount, facts: DurableFacts, trueNow: number): boolean {
  return [...facts.lockouts.values()].some(
    ({ accountId, lockout, untilMs, hasEnded }) =>
      accountId === truth.id && lockout.rule === rule && !hasEnded && untilMs > trueNow,
  )
}

type Written = AccountPlan['rules'][string] | undefined

function has(written: Written, key: string): boolean {
  return typeof written === 'object' && written !== null && key in written
}

function valueOf(written: Written, key: string): unknown {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined
  return written[key]
}

function numberOf(written: Written, key: string): number | null {
  const value = valueOf(written, key)
  return typeof value === 'number' ? value : null
}

function listOf(written: Written, key: string): readonly unknown[] {
  const value = valueOf(written, key)
  return Array.isArray(value) ? value : []
}
