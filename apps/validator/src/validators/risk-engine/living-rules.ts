import type { RuleReport } from '@rm/control-api'
import { EVALUATION_ORDER, rules } from '@rm/rules'
import type { DrillRehearsal } from '../../drills/drill-rehearsal.ts'
import type { RehearsedDaemon } from '../../rehearsal/rehearsed-daemon.ts'
import { accountsInWords } from '../../report/accounts-in-words.ts'
import type { Finding } from '../../report/validation-report.ts'

interface LivingRules {
  /** Rules of the configured accounts that bite. */
  readonly alive: number
  readonly findings: readonly Finding[]
}

/** What the daemon itself proved of the rules of the configured accounts, against what is configured. */
export async function livingRules({ rehearsal, daemon, stage, drillIds }: DrillRehearsal): Promise<LivingRules> {
  const told = await provedRules(daemon, stage.signal)
  const remarks: Remark[] = []
  let alive = 0
  for (const { id, configured } of rehearsal.accounts) {
    if (drillIds.has(id)) continue
    for (const rule of EVALUATION_ORDER) {
      const settings = configured.rules[rule]
      if (settings === undefined) continue
      const { code } = rules[rule]
      const report = told.get(id)?.find((one) => one.rule === code)
      if (report?.proof === 'alive') alive += 1
      for (const one of remarksOn(report)) remarks.push({ ...one, rule: `${code} ${rule}`, account: configured.name })
    }
  }
  return { alive, findings: findingsOf(remarks) }
}

const PROOFS_MS = 10_000

/** The rules of every account, once each is proved; as they are when that takes too long. */
async function provedRules(
  daemon: RehearsedDaemon,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly RuleReport[]>> {
  let newest = new Map<number, readonly RuleReport[]>()
  const areProved = async (): Promise<boolean> => {
    const { accounts } = await daemon.client.call('report', {})
    newest = new Map(accounts.map((account) => [account.id, account.rules]))
    return accounts.every((account) => account.rules.every(({ proof }) => proof !== null))
  }
  // What is not proved by then is told as such below.
  await daemon.awaiting('the proofs of life', areProved, { withinMs: PROOFS_MS, signal }).catch(() => null)
  return newest
}

interface Judgement {
  readonly severity: Finding['severity']
  readonly what: string
  readonly remedy: string
}

interface Remark extends Judgement {
  readonly rule: string
  readonly account: string
}

const DEAD_REMEDY = 'Do not deploy this build; look whether its programs are those of the release (docs/rules).'

function remarksOn(report: RuleReport | undefined): readonly Judgement[] {
  if (report === undefined)
    return [{ severity: 'error', what: 'is configured, and the daemon does not know it', remedy: DEAD_REMEDY }]
  const { proof, proofBecause, mode } = report
  const judged: Judgement[] = []
  if (proof === 'dead' || proof === null) {
    const what = proof === null ? 'was not proved alive' : `is dead: ${proofBecause ?? 'nobody knows why'}`
    judged.push({ severity: 'error', what, remedy: DEAD_REMEDY })
  }
  if (proof === 'idle')
    judged.push({
      severity: 'warning',
      what: `is on and idle: ${proofBecause ?? 'its settings limit nothing'}`,
      remedy: 'Give it a limit that can be reached, or turn it off.',
    })
  if (mode === 'shadow')
    judged.push({
      severity: 'warning',
      what: 'is in shadow mode: it judges and logs, and undoes nothing',
      remedy: 'Write `mode: enforce` when the trial is over.',
    })
  return judged
}

/** Accounts of which the same is to be said share a finding. */
function findingsOf(remarks: readonly Remark[]): readonly Finding[] {
  const alike = Map.groupBy(remarks, ({ severity, rule, what }) => JSON.stringify([severity, rule, what]))
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const { severity, rule, what, remedy } = first
    return [{ severity, place: `${rule} of ${accountsInWords(group.map(({ account }) => account))}`, what, remedy }]
  })
}
