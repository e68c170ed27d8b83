import {
  type AccountView,
  earliest,
  type Finding,
  type Instant,
  later,
  type LimitUse,
  type RuleCode,
  type Verdict,
} from '@rm/domain'
import { keepOnly } from './keep-only.ts'
import { EVALUATION_ORDER, type RuleId, rules, type RuleSettings } from './registry.ts'
import type { RuleContext } from './rule.ts'

/** The settings of the rules that are on, and of no others. */
export type EnabledRules = { readonly [Id in RuleId]?: RuleSettings[Id] }

/** What a rule or a guard said. */
export interface Judged {
  readonly code: RuleCode
  readonly mode: 'enforce' | 'shadow'
  /** Without goals and lockouts in shadow mode. */
  readonly verdict: Verdict
  /** A breach that was found outweighs what could not be seen. */
  readonly result: 'PASS' | 'BREACH' | 'BLIND'
  /** What the rule threw, if it did. */
  readonly fault: Error | null
}

export interface RuleVerdict extends Judged {
  readonly rule: RuleId
}

/** Told of each rule when it has judged. */
export interface EvaluationWatch {
  judged(rule: RuleCode): void
}

/** How soon a rule is asked again that could not say when. */
const FAULT_RECHECK_MS = 1_000

/** Below the tiers of every rule, so that what a rule finds once it works again is a new breach. */
const FAULT_TIER = 0

/**
 * Lets every enabled rule judge the view, also while the account is locked: what it loses then still counts (risk rules, 1.4).
 * A rule that throws is a breach of its own safety, and the account may only reduce.
 */
export function evaluateRules(
  enabled: EnabledRules,
  view: AccountView,
  context: RuleContext,
  watch?: EvaluationWatch,
): readonly RuleVerdict[] {
  return verdictsOf(inOrder(enabled).all, enabled, view, context, watch)
}

/** Lets only those rules judge the view whose verdict depends on prices: of two views that differ in nothing else, the others say the same. */
export function evaluatePricedRules(
  enabled: EnabledRules,
  view: AccountView,
  context: RuleContext,
): readonly RuleVerdict[] {
  return verdictsOf(inOrder(enabled).priced, enabled, view, context)
}

/** The earliest instant at which some verdict could change without an event, or `null`. */
export function nextCheck(enabled: EnabledRules, view: AccountView, context: RuleContext): Instant | null {
  let next: Instant | null = null
  for (const id of inOrder(enabled).all) next = earliest(next, nextCheckOfOne(id, enabled, view, context))
  return next
}

/** How much of every limit is used, for people. Of a rule that throws nothing is told here; its verdict tells what is wrong. */
export function limitsInUse(enabled: EnabledRules, view: AccountView, context: RuleContext): readonly LimitUse[] {
  return inOrder(enabled).all.flatMap((id) => limitsOfOne(id, enabled, view, context))
}

interface OrderedRules {
  readonly all: readonly RuleId[]
  readonly priced: readonly RuleId[]
}

/** Asked at every event; settings never change. */
const remembered = new WeakMap<EnabledRules, OrderedRules>()

/** The rules that are on, in the order of the log. */
function inOrder(enabled: EnabledRules): OrderedRules {
  let order = remembered.get(enabled)
  if (order === undefined) {
    const all = EVALUATION_ORDER.filter((id) => enabled[id] !== undefined)
    order = { all, priced: all.filter((id) => rules[id].readsPrices) }
    remembered.set(enabled, order)
  }
  return order
}

function verdictsOf(
  ids: readonly RuleId[],
  enabled: EnabledRules,
  view: AccountView,
  context: RuleContext,
  watch?: EvaluationWatch,
): readonly RuleVerdict[] {
  const verdicts: RuleVerdict[] = []
  for (const id of ids) {
    const verdict = evaluateOne(id, enabled, view, context)
    if (verdict === null) continue
    verdicts.push(verdict)
    watch?.judged(verdict.code)
  }
  return verdicts
}

/** Takes an answer, or the failure to give one for a breach. */
export function judgedBy(code: RuleCode, view: AccountView, answer: () => Verdict): Judged {
  const mode = 'enforce'
  try {
    const verdict = answer()
    return { code, mode, verdict, result: resultOf(verdict), fault: null }
  } catch (thrown) {
    const { verdict, fault } = faulted(code, view, thrown)
    return { code, mode, verdict, result: resultOf(verdict), fault }
  }
}

function evaluateOne<Id extends RuleId>(
  id: Id,
  enabled: EnabledRules,
  view: AccountView,
  context: RuleContext,
): RuleVerdict | null {
  const settings: RuleSettings[Id] | undefined = enabled[id]
  if (settings === undefined) return null
  const { code } = rules[id]
  const { mode } = settings
  // Asked at every event, thirteen times: without the closure of `judgedBy`.
  let verdict: Verdict
  let fault: Error | null = null
  try {
    verdict = rules[id].evaluate(settings, view, context)
  } catch (thrown) {
    ;({ verdict, fault } = faulted(code, view, thrown))
  }
  if (mode === 'shadow') verdict = withoutEffect(verdict)
  return { rule: id, code, mode, verdict, result: resultOf(verdict), fault }
}

function nextCheckOfOne<Id extends RuleId>(
  id: Id,
  enabled: EnabledRules,
  view: AccountView,
  context: RuleContext,
): Instant | null {
  const settings: RuleSettings[Id] | undefined = enabled[id]
  if (settings === undefined) return null
  try {
    return rules[id].nextCheck(settings, view, context)
  } catch {
    // Its evaluation tells what is wrong; here only the wake-up must not be lost.
    return later(context.now, FAULT_RECHECK_MS)
  }
}

function limitsOfOne<Id extends RuleId>(
  id: Id,
  enabled: EnabledRules,
  view: AccountView,
  context: RuleContext,
): readonly LimitUse[] {
  const settings: RuleSettings[Id] | undefined = enabled[id]
  if (settings === undefined) return []
  try {
    return rules[id].limits(settings, view, context)
  } catch {
    return []
  }
}

function resultOf(verdict: Verdict): Judged['result'] {
  if (verdict.findings.length > 0) return 'BREACH'
  return verdict.blind.length > 0 ? 'BLIND' : 'PASS'
}

/** Nothing is closed, locked or told to a human; what was found stands in the log. */
function withoutEffect(verdict: Verdict): Verdict {
  if (verdict.findings.length === 0) return verdict
  const findings = verdict.findings.map(({ scope, measured, limit, message, tier }) => ({
    scope,
    measured,
    limit,
    message,
    tier,
    goals: [],
    lockout: null,
  }))
  return { ...verdict, findings }
}

function faulted(
  code: RuleCode,
  view: AccountView,
  thrown: unknown,
): { readonly verdict: Verdict; readonly fault: Error } {
  const fault = thrown instanceof Error ? thrown : new Error(String(thrown))
  return { verdict: { findings: [ownSafety(code, fault, view)], blind: [], use: null }, fault }
}

function ownSafety(code: RuleCode, fault: Error, view: AccountView): Finding {
  return {
    scope: 'account',
    measured: 'unknown',
    limit: 'a rule that answers',
    message: `${code} could not judge the account (${fault.message}), so positions may only be reduced.`,
    tier: FAULT_TIER,
    goals: [keepOnly(view)],
    lockout: null,
  }
}
