import { type Instant } from '@rm/domain'
import { type RuleId, rules } from '@rm/rules'
import { type DrilledRule, drilledRules } from '../../drills/drilled-rules.ts'
import { accountsInWords } from '../../report/accounts-in-words.ts'
import { type DrillRehearsal, drillRehearsal } from '../../drills/drill-rehearsal.ts'
import { type Enforcement, enforcement, provoke, type StagedDrill } from '../../drills/play-drill.ts'
import type { Finding, Measure } from '../../report/validation-report.ts'
import { answer, type Answer, type Check, type CheckContext, type Mode, type NotApplicable } from '../../validator.ts'
import { livingRules } from './living-rules.ts'

/** An account is read some times while something is owed; with more of them the daemon's budget of requests would set the pace. */
const ACCOUNTS_OF_A_DAEMON = 16
/** What `quick` tries over the wire: what bounds a loss and a size. */
const QUICK: readonly RuleId[] = ['daily_realized_loss', 'max_contracts', 'max_contracts_per_instrument']

/** Each enabled rule is proved alive by the daemon, and driven to breach on the simulated exchange with the settings of the account. */
export const rulesBiteCheck: Check = {
  id: 'rules-bite',
  title: 'Every enabled rule is alive and undoes its breach on an exchange',
  from: 'quick',
  limitMs: 240_000,
  run: bite,
}

async function bite(context: CheckContext): Promise<Answer | NotApplicable> {
  const { config, mode, tell } = context
  if (!config.ok) return { notApplicable: 'the configuration is refused; the strategy validator says why' }
  const drilled = drilledRules(config)
  const chosen = drilled.filter(({ rule }) => mode !== 'quick' || QUICK.includes(rule))
  const tried = mode === 'quick' ? firstOfEach(chosen) : chosen
  const findings: Finding[] = []
  const played: Played[] = []
  let proved = 0
  for (const [index, batch] of batches(tried).entries()) {
    const isFirst = index === 0
    const one = await drillRehearsal(context, {
      drilled: batch,
      placement: isFirst ? 'beside' : 'instead',
      name: `stage-${index + 1}`,
    })
    if (isFirst) {
      const living = await livingRules(one)
      proved = living.alive
      findings.push(...living.findings)
    }
    findings.push(...one.unplayable.map(unplayable))
    tell(`${one.staged.length} rules are driven to breach`)
    played.push(...(await playAll(one)))
    // What it would still have to say and to tidy up is gone with the rehearsal.
    await one.daemon.kill()
  }
  findings.push(...played.flatMap((one) => findingOf(one, mode)))
  return answer(
    evidenceOf(proved, drilled, played),
    findings,
    played.flatMap((one) => measureOf(one, context)),
  )
}

function firstOfEach(drilled: readonly DrilledRule[]): readonly DrilledRule[] {
  return [...Map.groupBy(drilled, ({ rule }) => rule).values()].flatMap(([first]) => first ?? [])
}

/** At least one, as the daemon's own proofs are asked for with the first. */
function batches(drilled: readonly DrilledRule[]): readonly (readonly DrilledRule[])[] {
  const count = Math.max(1, Math.ceil(drilled.length / ACCOUNTS_OF_A_DAEMON))
  return Array.from({ length: count }, (_, index) =>
    drilled.slice(index * ACCOUNTS_OF_A_DAEMON, (index + 1) * ACCOUNTS_OF_A_DAEMON),
  )
}

interface Played {
  readonly drilled: DrilledRule
  readonly followed: Enforcement
}

/** What needs no time first, all at once; then what happens at an instant, earliest first, as there is one clock for all. */
async function playAll({ staged, stage }: DrillRehearsal): Promise<readonly Played[]> {
  const later: { readonly one: StagedDrill; readonly until: Instant }[] = []
  const soon = await Promise.all(
    staged.map(async (one) => {
      const until = await provoke(one)
      if (until === null) return [{ drilled: one.drilled, followed: await enforcement(one, stage) }]
      later.push({ one, until })
      return []
    }),
  )
  const played = soon.flat()
  const byInstant = Map.groupBy(later, ({ until }) => until)
  for (const [until, due] of [...byInstant].toSorted(([a], [b]) => a - b)) {
    if (until > (await stage.venue.now())) await stage.venue.jumpTo(until)
    const followed = due.map(async ({ one }) => ({ drilled: one.drilled, followed: await enforcement(one, stage) }))
    played.push(...(await Promise.all(followed)))
  }
  return played
}

function placeOf({ rule, accounts }: DrilledRule): string {
  return `${rules[rule].code} ${rule} of ${accountsInWords(accounts)}`
}

function findingOf({ drilled, followed }: Played, mode: Mode): readonly Finding[] {
  if (followed.kind === 'undone') return []
  return [
    {
      severity: 'error',
      place: placeOf(drilled),
      what: `its breach was not undone on the simulated exchange: ${followed.missing.join('; ')}`,
      remedy: `Do not deploy this build. Repeat with --only risk-engine --mode ${mode}; "risk-manager trace" and docs/troubleshooting.md say where it stops.`,
    },
  ]
}

function unplayable(drilled: DrilledRule): Finding {
  return {
    severity: 'notice',
    place: placeOf(drilled),
    what: 'the simulated exchange lists nothing that the settings speak of, so the rule was proved inside the daemon alone',
    remedy: 'Look whether the product is spelt as the exchange does; otherwise nothing.',
  }
}

function measureOf({ drilled, followed }: Played, { criteria }: CheckContext): readonly Measure[] {
  if (followed.kind !== 'undone') return []
  return [
    {
      name: `${placeOf(drilled)}: from breach to the books`,
      value: Math.round(followed.tookMs),
      unit: 'ms',
      bound: { kind: 'at most', value: criteria.reliability.enforcementMs },
      remedy:
        'Run it alone on a machine that does nothing else; if it stays slow, look at the disk ("risk-manager env").',
      series: [],
    },
  ]
}

function evidenceOf(proved: number, drilled: readonly DrilledRule[], played: readonly Played[]): string {
  const undone = played.flatMap(({ drilled: { rule }, followed }) =>
    followed.kind === 'undone' ? [`${rules[rule].code} ${followed.evidence} in ${Math.round(followed.tookMs)} ms`] : [],
  )
  const count = `${proved} rules of the configured accounts are proved alive by the daemon; of ${drilled.length} different settings ${played.length} were driven to breach on the simulated exchange and ${undone.length} undone`
  return `${count}${undone.length === 0 ? '' : `: ${undone.join(', ')}`}.`
}
