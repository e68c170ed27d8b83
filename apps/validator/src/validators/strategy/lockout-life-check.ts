import { setTimeout as pause } from 'node:timers/promises'
import type { LoadedConfig } from '@rm/config'
import type { LockoutReport } from '@rm/control-api'
import { type RuleId, rules } from '@rm/rules'
import { type DrillRehearsal, drillRehearsal } from '../../drills/drill-rehearsal.ts'
import { type DrilledRule, drilledRules } from '../../drills/drilled-rules.ts'
import { type DrillStage, enforcement, provoke, type StagedDrill } from '../../drills/play-drill.ts'
import { accountsInWords } from '../../report/accounts-in-words.ts'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { answer, type Answer, type Check, type CheckContext, type NotApplicable } from '../../validator.ts'

/** Lockouts that end by time or by the firm's word. Those that end with a session or a changed configuration are tried by their rules alone. */
const LOCKING: readonly RuleId[] = [
  'auth_loss_guard',
  'daily_realized_loss',
  'daily_realized_profit',
  'cooldown_after_loss',
  'trade_frequency_limit',
]

/** A lockout of each rule that locks, from before it to after it, on simulated time. */
export const lockoutLifeCheck: Check = {
  id: 'lockout-life',
  title: 'Lockouts hold against re-entry, last until their end and no longer',
  from: 'standard',
  limitMs: 120_000,
  run: live,
}

async function live(context: CheckContext): Promise<Answer | NotApplicable> {
  const { config, tell } = context
  if (!config.ok) return { notApplicable: 'the configuration is refused; the first question says why' }
  const drilled = lockingRules(config)
  if (drilled.length === 0) return { notApplicable: 'no rule that is on locks an account until a time or a condition' }
  const one = await drillRehearsal(context, { drilled, placement: 'instead', name: 'life' })
  const locking = one.staged.filter(({ drill }) => drill.lockout !== null)
  if (locking.length === 0) return { notApplicable: 'no rule that is on locks an account until a time or a condition' }
  tell(`${locking.length} lockouts are lived through`)
  const lives = await Promise.all(locking.map((staged) => begin(staged, one.stage)))
  await endThem(lives, one)
  // What it would still have to say and to tidy up is gone with the rehearsal.
  await one.daemon.kill()
  const done = lives.map(({ staged, lived }) => `${rules[staged.drilled.rule].code} (${lived.join(', ')})`)
  const evidence = `${lives.length} lockouts were lived through on simulated time: ${done.join('; ')}.`
  const measures = lives.flatMap((life) => life.measures)
  return answer(
    evidence,
    lives.flatMap(({ findings }) => findings),
    measures,
  )
}

/** The first settings of each rule. */
function lockingRules(config: LoadedConfig): readonly DrilledRule[] {
  const byRule = Map.groupBy(drilledRules(config), ({ rule }) => rule)
  return LOCKING.flatMap((rule) => byRule.get(rule)?.[0] ?? [])
}

/** A lockout on its way, and what was seen of it. */
interface Life {
  readonly staged: StagedDrill
  readonly lived: string[]
  readonly findings: Finding[]
  readonly measures: Measure[]
  /** `null`: it is not in force, so that nothing more can be tried. */
  lockout: LockoutReport | null
}

async function begin(staged: StagedDrill, stage: DrillStage): Promise<Life> {
  const life: Life = { staged, lived: [], findings: [], measures: [], lockout: null }
  if ((await lockoutOf(life, stage)) !== null) return fails(life, 'before anything happened a lockout is in force')
  life.lived.push('free')
  await provoke(staged)
  const followed = await enforcement(staged, stage)
  if (followed.kind === 'not undone')
    return fails(life, `the breach brought no lockout: ${followed.missing.join('; ')}`)
  life.lockout = await lockoutOf(life, stage)
  if (life.lockout === null) return fails(life, 'the lockout is gone at once')
  life.lived.push('in force')
  if (isBarred(staged)) {
    life.lived.push('re-entry refused by the exchange')
    return settled(life, stage)
  }
  // While the breach's own goal is pursued every entry is undone, also without a lockout.
  await settled(life, stage)
  if (life.lockout === null) return life
  const contract = await staged.trader.enterOther()
  const isUndone = await within(stage.withinMs, stage, async () => !(await holds(life, contract.id, stage)))
  if (!isUndone) return fails(life, `1 ${contract.name} that was bought while locked is still open`)
  if ((await lockoutOf(life, stage)) === null) return fails(life, 'the lockout ended with a re-entry')
  life.lived.push('re-entry undone')
  return settled(life, stage)
}

/** Until the daemon has proved what it did: a goal is pursued so long, also beyond the end of its lockout. */
async function settled(life: Life, stage: DrillStage): Promise<Life> {
  const isSettled = await within(stage.withinMs, stage, async () => {
    const { accounts } = await stage.daemon.client.call('report', {})
    const goals = accounts.find(({ id }) => id === life.staged.drilled.accountId)?.goals ?? []
    return goals.every(({ state }) => state === 'reached' || state === 'moot')
  })
  return isSettled ? life : fails(life, `its goals were not proved within ${stage.withinMs / 1_000} s`)
}

/** The exchange itself refuses every order then. */
function isBarred({ drill }: StagedDrill): boolean {
  return drill.steps.some((step) => step.kind === 'trading-is' && !step.isAllowed)
}

/** First those that end by the firm's word, then by time, the earliest first: there is one clock for all. */
async function endThem(lives: readonly Life[], { stage }: DrillRehearsal): Promise<void> {
  const standing = lives.filter(({ lockout }) => lockout !== null)
  const [timed, conditional] = partition(standing, ({ lockout }) => lockout?.until !== null)
  for (const life of conditional) {
    await stage.venue.setCanTrade(life.staged.drilled.accountId, true)
    life.lived.push('its condition met')
    await release(life, stage)
  }
  for (const life of timed.toSorted((a, b) => (a.lockout?.until ?? 0) - (b.lockout?.until ?? 0)))
    await endByTime(life, stage)
}

/** So long before its end it has to hold. */
const JUST_BEFORE_MS = 5_000
const HOLDS_MS = 400

async function endByTime(life: Life, stage: DrillStage): Promise<void> {
  const { venue } = stage
  const until = life.lockout?.until ?? 0
  if (until - JUST_BEFORE_MS > (await venue.now())) {
    await venue.jumpTo(until - JUST_BEFORE_MS)
    await pause(HOLDS_MS, undefined, { signal: stage.signal })
    const isEarly = (await venue.now()) < until
    if (isEarly && (await lockoutOf(life, stage)) === null) {
      fails(life, 'it ended before its time')
      return
    }
    life.lived.push('in force until just before its end')
  }
  if (until > (await venue.now())) await venue.jumpTo(until)
  life.lived.push('over')
  await release(life, stage)
}

const STAYS_MS = 700

async function release(life: Life, stage: DrillStage): Promise<void> {
  const { staged, lockout } = life
  const startedMs = await stage.venue.now()
  const isOver = await within(stage.withinMs, stage, async () => (await lockoutOf(life, stage))?.id !== lockout?.id)
  if (!isOver) {
    fails(life, `it is in force ${stage.withinMs / 1_000} s after its end (${lockout?.endsWith ?? 'a condition'})`)
    return
  }
  life.measures.push(endMeasure(life, (await stage.venue.now()) - startedMs, stage))
  if ((await lockoutOf(life, stage)) !== null) {
    life.findings.push(lockedAnew(life))
    return
  }
  const contract = await staged.trader.enterOther()
  await pause(STAYS_MS, undefined, { signal: stage.signal })
  if (await holds(life, contract.id, stage)) life.lived.push('released')
  else fails(life, `1 ${contract.name} that was bought after its end was closed again`)
}

/** A lockout that ends before the day does: what led to it still holds. */
function lockedAnew(life: Life): Finding {
  return {
    severity: 'warning',
    place: placeOf(life),
    what: 'when it ends the same loss or profit of the day locks the account anew',
    remedy: 'Write `until_reset` as its length, unless this is meant.',
  }
}

function endMeasure({ staged }: Life, value: number, { withinMs }: DrillStage): Measure {
  return {
    name: `lockout of ${rules[staged.drilled.rule].code}: from its end to the release`,
    value,
    unit: 'ms',
    bound: { kind: 'at most', value: withinMs },
    remedy: 'Run it alone on a machine that does nothing else.',
    series: [],
  }
}

/** The lockout of the rule that is in force, or `null`. */
async function lockoutOf({ staged }: Life, { daemon }: DrillStage): Promise<LockoutReport | null> {
  const { accountId, rule } = staged.drilled
  const { accounts } = await daemon.client.call('report', {})
  const lockouts = accounts.find(({ id }) => id === accountId)?.lockouts ?? []
  return lockouts.find((one) => one.rule === rules[rule].code && one.endedAt === null) ?? null
}

async function holds({ staged }: Life, contractId: string, { venue }: DrillStage): Promise<boolean> {
  return (await venue.positions(staged.drilled.accountId)).has(contractId)
}

const LOOK_MS = 25

/** Whether it comes about in time. */
async function within(ms: number, { signal }: DrillStage, look: () => Promise<boolean>): Promise<boolean> {
  for (let leftMs = ms; leftMs > 0; leftMs -= LOOK_MS) {
    if (await look()) return true
    await pause(LOOK_MS, undefined, { signal })
  }
  return false
}

/** The life ends here. */
function fails(life: Life, what: string): Life {
  const place = placeOf(life)
  const remedy = `Do not deploy this build. It was ${life.lived.join(', ') || 'not begun'} before; docs/rules says what the lockout should do.`
  life.findings.push({ severity: 'error', place, what, remedy })
  life.lockout = null
  return life
}

function placeOf({ staged: { drilled } }: Life): string {
  return `lockout of ${rules[drilled.rule].code} ${drilled.rule} of ${accountsInWords(drilled.accounts)}`
}

function partition<One>(
  all: readonly One[],
  isFirst: (one: One) => boolean,
): readonly [readonly One[], readonly One[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}
