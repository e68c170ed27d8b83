import {
  type AccountView,
  type Breach,
  describeGoal,
  earliest,
  type Finding,
  type Goal,
  type Instant,
  isActive,
  later,
  namesProduct,
  type PursuedGoal,
} from '@rm/domain'
import {
  evaluateGuards,
  evaluateRules,
  isImplied,
  type Judged,
  judgeSuspended,
  nextCheck,
  nextGuardCheck,
  type RuleContext,
  type RuleId,
  type RuleVerdict,
} from '@rm/rules'
import { type BookStep, executedSizes, exposureOf, viewOf } from '@rm/state/book'
import { breachKey, isTrusted } from './account-state.ts'
import { rememberPrices } from './cycle-memory.ts'
import { isSatisfied } from './exposure.ts'
import { rememberGoal } from './goal-memory.ts'
import { marketBook } from './market-book.ts'
import { setLockout } from './set-lockout.ts'
import { demandsOf } from './standing-goals.ts'
import type { TurnDraft } from './turn-draft.ts'

/** What the rules saw, and when one of them wants to look again. */
export interface Judgement {
  readonly view: AccountView
  readonly nextCheck: Instant | null
}

/**
 * Lets every enabled rule look at the account and turns what they find into facts: a finding that was not there before is a breach,
 * with its goals and its lockout; one that is gone ends it. All rules look, always, also while locked (risk rules 1.4).
 */
export function judge(draft: TurnDraft, step: Pick<BookStep, 'newTrades' | 'enlarged'>): Judgement {
  const { policy } = draft.context
  const inputs = marketBook(draft, demandsOf(draft.state))
  const seen = viewOf(draft.state.book, step, inputs)
  const view = rememberPrices(draft, seen) ? viewOf(draft.state.book, step, inputs) : seen
  const context = ruleContextOf(draft)
  const guarded = evaluateGuards(policy.guards, view, {
    now: draft.now,
    tickValueDoubt: draft.context.market.tickValueDoubt,
  })
  const looked = policy.suspended === undefined ? guarded : [...guarded, judgeSuspended(policy.suspended, view)]
  for (const guard of looked) takeFindings(draft, guard)
  const { watch } = draft.context
  watch?.rulesBegun()
  const verdicts = evaluateRules(policy.rules, view, context, watch)
  for (const verdict of verdicts) {
    takeFindings(draft, verdict)
    takeResult(draft, verdict)
    warn(draft, verdict, view.day.label)
  }
  const judged: readonly Judged[] = looked.length === 0 ? verdicts : [...looked, ...verdicts]
  endBreaches(draft, judged)
  takeBlindness(draft, judged, verdicts)
  const next = earliest(nextCheck(policy.rules, view, context), nextGuardCheck(policy.guards, view, draft.now))
  return { view, nextCheck: next }
}

/** What rules know beside the account. */
export function ruleContextOf(draft: TurnDraft): RuleContext {
  const { policy, market } = draft.context
  return {
    now: draft.now,
    calendar: policy.calendar,
    timers: policy.timers,
    pnlBasis: policy.pnlBasis,
    contract: market.contract,
    lockouts: draft.state.lockouts,
  }
}

function takeFindings(draft: TurnDraft, { code, mode, verdict, fault }: Judged): void {
  for (const finding of verdict.findings) {
    const standing = draft.state.breaches.get(breachKey({ rule: code, scope: finding.scope }))
    if (standing === undefined || finding.tier > standing.tier) {
      if (standing !== undefined) forgetBreach(draft, standing)
      beginBreach(draft, code, finding, mode === 'shadow')
      if (fault !== null) alertFault(draft, code, fault)
    } else {
      pursueMore(draft, standing, finding)
    }
  }
}

function beginBreach(draft: TurnDraft, rule: Breach['rule'], finding: Finding, shadow: boolean): void {
  const breach: Breach = {
    id: draft.newId('b'),
    accountId: draft.state.accountId,
    rule,
    scope: finding.scope,
    tier: finding.tier,
    measured: finding.measured,
    limit: finding.limit,
    message: finding.message,
    goals: finding.goals.map((goal) => withBaseline(draft, goal)),
    alert: finding.alert?.code ?? null,
    firstSeenAt: draft.now,
    lastSeenAt: draft.now,
    cause: draft.cause,
  }
  draft.change({ breaches: new Map(draft.state.breaches).set(breachKey(breach), breach) })
  draft.keepBreach(breach)
  draft.audit('breach-begun', breach.id, {
    rule,
    scope: breach.scope,
    measured: breach.measured,
    limit: breach.limit,
    message: breach.message,
    goals: breach.goals.map(describeGoal),
    cause: breach.cause,
    configuration: draft.context.policy.configuration,
    shadow,
  })
  draft.note({ kind: 'breach-begun', breach, shadow })
  if (finding.alert !== undefined) draft.note({ kind: 'alert', ...finding.alert })
  if (finding.quotesWanted !== undefined) draft.quotesWanted.push(finding.quotesWanted)
  pursue(draft, breach, breach.goals)
  if (finding.lockout !== null) setLockout(draft, finding.lockout, breach, breach.message)
}

/** What may be kept is what was held when the breach began, whichever event of the last fill came first. */
function withBaseline(draft: TurnDraft, goal: Goal): Goal {
  if (goal.kind !== 'reduce-only') return goal
  const { product } = goal
  const { contract } = draft.context.market
  const held = [...executedSizes(draft.state.book, draft.now)]
  const baseline = new Map(held.filter(([id]) => product === undefined || namesProduct(product, id, contract(id))))
  return { ...goal, baseline }
}

/** A breach that lasts may need more than it asked for at first: another fill while its reduction is under way. */
function pursueMore(draft: TurnDraft, breach: Breach, finding: Finding): void {
  const { contract } = draft.context.market
  const exposure = exposureOf(draft.state.book)
  // What is met needs no further proof: a lockout that ended before its breach would else be verified for ever.
  const unmet = finding.goals.filter((goal) => !isSatisfied(goal, exposure, contract))
  pursue(draft, breach, unmet)
  // A lockout that ends with the condition itself stands again if its end came too early, say by a calendar that changed.
  const { lockout } = finding
  if (lockout === null || lockout.until.kind === 'for') return
  // One whose time is over waits for certainty only, and says nothing of the day that has begun.
  const { timeTrusted } = draft.context
  const isStanding = draft.state.lockouts.some(
    (one) =>
      one.rule === breach.rule &&
      one.scope === lockout.scope &&
      one.effect === lockout.effect &&
      (!timeTrusted || isActive(one, draft.now)),
  )
  if (!isStanding) setLockout(draft, lockout, breach, breach.message)
}

function pursue(draft: TurnDraft, breach: Breach, goals: readonly Goal[]): void {
  for (const goal of goals) {
    // Reduce-only stands as long as its breach or lockout does; it is never "reached once".
    if (goal.kind === 'reduce-only') continue
    if (isImplied(demandsOf(draft.state), goal, draft.context.market.contract)) continue
    beginPursuit(draft, { kind: 'breach', id: breach.id }, goal)
  }
}

/** Takes a goal on until it has been reached once. */
export function beginPursuit(draft: TurnDraft, origin: PursuedGoal['origin'], goal: Goal): void {
  const pursued: PursuedGoal = {
    id: draft.newId('g'),
    accountId: draft.state.accountId,
    origin,
    goal,
    begunAt: draft.now,
    deadline: later(draft.now, draft.context.policy.enforcementDeadlineMs),
    state: 'pursued',
    endedAt: null,
  }
  draft.change({ goals: [...draft.state.goals, pursued] })
  rememberGoal(draft, pursued)
  draft.keepGoal(pursued)
  draft.audit('goal-begun', pursued.id, { goal: describeGoal(goal), origin: origin.id })
  draft.note({ kind: 'goal-begun', goal: pursued })
}

/** Ends breaches whose condition is gone. What is unknown ends nothing: the account has to be trusted and the rule able to see. */
function endBreaches(draft: TurnDraft, verdicts: readonly Judged[]): void {
  if (draft.state.breaches.size === 0 || !isTrusted(draft.state.trust)) return
  for (const breach of draft.state.breaches.values()) {
    const judged = verdicts.find((one) => one.code === breach.rule)
    const lasts =
      judged === undefined
        ? draft.context.policy.suspended !== undefined
        : judged.verdict.blind.length > 0 || judged.verdict.findings.some((finding) => finding.scope === breach.scope)
    if (lasts) continue
    forgetBreach(draft, breach)
    draft.note({ kind: 'breach-ended', breach })
    if (breach.alert !== null) draft.note({ kind: 'alert-over', code: breach.alert, text: breach.message })
  }
}

/** Its condition is gone, or a worse one takes its place. */
function forgetBreach(draft: TurnDraft, breach: Breach): void {
  const breaches = new Map(draft.state.breaches)
  breaches.delete(breachKey(breach))
  draft.change({ breaches })
  draft.keepBreach({ ...breach, lastSeenAt: draft.now })
  draft.keepEndedBreach(breach.id)
  draft.audit('breach-ended', breach.id, { rule: breach.rule, scope: breach.scope })
}

function takeResult(draft: TurnDraft, { rule, code, result, verdict }: RuleVerdict): void {
  if (draft.state.results.get(rule) === result) return
  draft.change({ results: new Map(draft.state.results).set(rule, result) })
  const because = verdict.findings[0]?.message ?? verdict.blind[0] ?? 'within its limit'
  draft.note({ kind: 'rule-evaluated', rule: code, result, because })
}

function takeBlindness(draft: TurnDraft, judged: readonly Judged[], verdicts: readonly RuleVerdict[]): void {
  let blind: string[] | null = draft.context.journalWritable ? null : ['the journal cannot be written']
  for (const { rule, code } of verdicts) {
    const proof = draft.state.proofs.get(rule)
    if (proof === undefined || proof.verdict === 'dead') {
      blind ??= []
      blind.push(`${code} ${proof === undefined ? 'is not proved alive yet' : `is dead: ${proof.because}`}`)
    }
  }
  for (const { code, verdict, fault } of judged) {
    if (fault !== null) {
      blind ??= []
      blind.push(`${code} threw: ${fault.message}`)
    }
    for (const missing of verdict.blind) {
      blind ??= []
      blind.push(`${code}: ${missing}`)
    }
  }
  if (blind !== null || draft.state.blind.length > 0) draft.change({ blind: blind ?? [] })
}

function warn(draft: TurnDraft, { rule, code, verdict }: RuleVerdict, day: string): void {
  const { use } = verdict
  if (use === null || use <= 0) return
  for (const level of dueWarnings(draft, rule, use, day)) {
    draft.change({ warned: new Set(draft.state.warned).add(warningKey(rule, level, day)) })
    draft.keepWarning({ rule, level, day })
    if (use < 1) draft.note({ kind: 'limit-near', rule: code, level, use })
  }
}

/** The levels of `warn_at` that this much of the limit reaches and that were not told on the day. */
export function dueWarnings(draft: TurnDraft, rule: RuleId, use: number, day: string): readonly number[] {
  const levels = draft.context.policy.rules[rule]?.warn_at ?? []
  return levels.filter((level) => use >= level && !draft.state.warned.has(warningKey(rule, level, day)))
}

/** Identity of a warning: it is given once per trading day and level. */
export function warningKey(rule: string, level: number, day: string): string {
  return `${rule}|${level}|${day}`
}

function alertFault(draft: TurnDraft, code: Breach['rule'], fault: Error): void {
  draft.note({
    kind: 'alert',
    severity: 'critical',
    code: 'rule-faulted',
    text: `${code} threw (${fault.message}); the account may only reduce until it works again`,
  })
}
