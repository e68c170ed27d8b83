import { type AccountView, earliest, type Finding, type Instant, later, type RuleCode, type Verdict } from '@rm/domain'
import { EVALUATION_ORDER, type RuleId, rules, type RuleSettings } from './registry.ts'
import type { RuleContext } from './rule.ts'

/** The settings of the rules that are on, and of no others. */
export type EnabledRules = { readonly [Id in RuleId]?: RuleSettings[Id] }

export interface RuleVerdict {
  readonly rule: RuleId
  readonly code: RuleCode
  readonly mode: 'enforce' | 'shadow'
  /** Without goals and lockouts in shadow mode. */
  readonly verdict: Verdict
  /** A breach that was found outweighs what could not be seen. */
  readonly result: 'PASS' | 'BREACH' | 'BLIND'
  /** What the rule threw, if it did. */
  readonly fault: Error | null
}

/** How soon a rule is asked again that could not say when. */
const FAULT_RECHECK_MS = 1_000

/** Below the tiers of every rule, so that what a rule finds once it works again is a new breach. */
const FAULT_TIER = 0

/**
 * Lets every enabled rule judge the view, also while the account is locked: what it loses then still counts (risk rules, 1.4).
 * A rule that throws is a breach of its own safety, and the account may only reduce.
 */
export function evaluateRules(enabled: EnabledRules, view: AccountView, context: RuleContext): readonly RuleVerdict[] {
  const verdicts: RuleVerdict[] = []
  for (const id of EVALUATION_ORDER) {
    const verdict = evaluateOne(id, enabled, view, context)
    if (verdict !== null) verdicts.push(verdict)
  }
  return verdicts
}

/** The earliest instant at which some verdict could change without an event, or `null`. */
export function nextCheck(enabled: EnabledRules, view: AccountView, context: RuleContext): Instant | null {
  return earliest(...EVALUATION_ORDER.map((id) => nextCheckOfOne(id, enabled, view, context)))
}

/** Whether some enabled rule has to know what open positions are worth. */
export function anyNeedsQuotes(enabled: EnabledRules): boolean {
  return EVALUATION_ORDER.some((id) => needsQuotes(id, enabled))
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
  try {
    const found = rules[id].evaluate(settings, view, context)
    const verdict = mode === 'shadow' ? withoutEffect(found) : found
    return { rule: id, code, mode, verdict, result: resultOf(verdict), fault: null }
  } catch (thrown) {
    const fault = thrown instanceof Error ? thrown : new Error(String(thrown))
    const broken: Verdict = { findings: [ownSafety(code, fault, view)], blind: [], use: null }
    const verdict = mode === 'shadow' ? withoutEffect(broken) : broken
    return { rule: id, code, mode, verdict, result: 'BREACH', fault }
  }
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

function needsQuotes<Id extends RuleId>(id: Id, enabled: EnabledRules): boolean {
  const settings: RuleSettings[Id] | undefined = enabled[id]
  return settings !== undefined && rules[id].needsQuotes(settings)
}

function resultOf(verdict: Verdict): RuleVerdict['result'] {
  if (verdict.findings.length > 0) return 'BREACH'
  return verdict.blind.length > 0 ? 'BLIND' : 'PASS'
}

function withoutEffect(verdict: Verdict): Verdict {
  if (verdict.findings.length === 0) return verdict
  return { ...verdict, findings: verdict.findings.map((finding) => ({ ...finding, goals: [], lockout: null })) }
}

function ownSafety(code: RuleCode, fault: Error, view: AccountView): Finding {
  return {
    scope: 'account',
    measured: 'unknown',
    limit: 'a rule that answers',
    message: `${code} could not judge the account (${fault.message}), so positions may only be reduced.`,
    tier: FAULT_TIER,
    goals: [
      {
        kind: 'reduce-only',
        baseline: new Map(view.positions.map((position) => [position.contractId, position.signedSize])),
      },
    ],
    lockout: null,
  }
}
