import { styleText } from 'node:util'
import type { Campaign } from './campaign.ts'
import { coverageLines, coverageNumbers } from './covered/coverage-text.ts'
import type { Finding } from './defect-hunt.ts'
import { FAULT_KINDS, faultKinds } from './fault-kinds.ts'
import type { Plan } from './plan.ts'
import type { Outcome } from './play.ts'
import { scenarioText } from './scenario-text.ts'
import { COUNTS, INVARIANTS, type Invariant, type Tally } from './tally.ts'

export function progressLine({ days, worlds, steps }: Tally): string {
  return `${count(worlds)} seeds, ${count(days)} account-days, ${count(steps)} steps`
}

/** What was played and what was found, as a table within 80 columns or as one JSON object. */
export function renderCampaign(campaign: Campaign, isJson: boolean): string {
  const { tally, seeds, repeated, failure, cpuMs } = campaign
  const perMinute = Math.round((tally.days / cpuMs) * 60_000)
  if (isJson) {
    const { checks, faults } = numbersOf(tally)
    const counts = Object.fromEntries(COUNTS.map((name) => [name, tally[name]]))
    return `${JSON.stringify({ seeds, repeated, accountDaysPerCpuMinute: perMinute, cpuMs, counts, faults, checks, covered: coverageNumbers(tally), failure })}\n`
  }
  const lines = [
    `simulation: ${count(seeds.played)} seeds, ${seeds.first} to ${seeds.last}; ${repeated} played twice with the same trace`,
    '',
    row('account-days', tally.days),
    row('account-days a CPU minute', perMinute),
    row('steps of the worlds', tally.steps),
    row('quotes', tally.quotes),
    row('user events', tally.userEvents),
    row('requests of the program', tally.commands),
    row('readings', tally.readings),
    row('commits', tally.commits),
    row('breaches', tally.breaches),
    row('lockouts', tally.lockouts),
    row('deaths of the program', tally.crashes),
    '',
    'faults injected',
    ...faultKinds.map((kind) => {
      const { rows, tells } = FAULT_KINDS[kind]
      return `  ${hits(tally.faults.get(kind) ?? 0)}  ${kind.padEnd(20)}${rows.padEnd(15)}${tells}`
    }),
    '',
    ...coverageLines(tally),
    '',
    'invariants checked',
    ...invariants().map((id) => `  ${hits(tally.checks.get(id) ?? 0)}  ${id}  ${INVARIANTS[id]}`),
    '',
    `violations: ${failure === null ? painted('green', 'none') : painted('red', '1')}`,
  ]
  if (failure !== null) {
    const { seed, violation, plan, tried } = failure
    lines.push('', `${violation.invariant} ${INVARIANTS[violation.invariant]}`)
    lines.push(`  ${violation.story}`, `  at ${violation.atMs} ms of the day`, '')
    lines.push(`the smallest day that was found in ${tried} tries:`, scenarioText(plan))
    lines.push(`to play it again: npm run -s simulate -- --seed ${seed}`)
  }
  return `${lines.join('\n')}\n`
}

export function renderPlay(plan: Plan, { violation, trace }: Outcome, isJson: boolean): string {
  if (isJson) return `${JSON.stringify({ violation, trace })}\n`
  if (violation === null) return `no violation; trace ${trace}\n`
  const { invariant, story, atMs } = violation
  return `${scenarioText(plan)}\n${invariant} ${INVARIANTS[invariant]}\n  ${story}\n  at ${atMs} ms of the day\n`
}

export function renderFindings(findings: readonly Finding[], isJson: boolean): string {
  if (isJson) return `${JSON.stringify(findings.map(({ defect, found }) => ({ defect: defect.name, found })))}\n`
  const lines = findings.flatMap(({ defect, found }) => [
    found === null
      ? `${painted('red', 'not found')}  ${defect.name}`
      : `${painted('green', 'found')}  ${defect.name.padEnd(32)}seed ${String(found.seed).padEnd(6)}${found.seconds.toFixed(1)} s  ${found.invariant}`,
    `       ${defect.tells}`,
  ])
  return `${lines.join('\n')}\n`
}

function row(name: string, value: number): string {
  return `  ${name.padEnd(28)}${count(value).padStart(14)}`
}

function numbersOf({ checks, faults }: Tally): { readonly checks: object; readonly faults: object } {
  return { checks: Object.fromEntries(checks), faults: Object.fromEntries(faults) }
}

function invariants(): readonly Invariant[] {
  const known: Record<Invariant, string> = INVARIANTS
  return Object.keys(known).filter((id): id is Invariant => id in known)
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ')
}

/** What never happened is said so: a 0 is easily overlooked. */
function hits(times: number): string {
  return (times === 0 ? 'never' : count(times)).padStart(10)
}

function painted(color: 'green' | 'red', text: string): string {
  return process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? styleText(color, text) : text
}
