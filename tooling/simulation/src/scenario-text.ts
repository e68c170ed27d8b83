import { unreachable } from '@rm/domain'
import { FAULT_KINDS } from './fault-kinds.ts'
import { type Act, type Fault, type Plan, ROOTS, type Step } from './plan.ts'

/** A plan as somebody would tell it, a line for each thing, within 80 columns. */
export function scenarioText(plan: Plan): string {
  const { accounts, faults, steps, coda, leap, permanent } = plan
  const lines = [`from ${plan.startsAt}, ${accounts.length} account(s)`]
  accounts.forEach(({ rules }, nth) => {
    lines.push(...wrapped(`account ${nth + 1}: ${Object.entries(rules).map(ruleText).join(', ')}`))
  })
  const last = Math.max(steps.length, ...faults.map(({ beforeStep }) => beforeStep + 1))
  for (let nth = 0; nth < last; nth += 1) {
    for (const fault of faults)
      if (fault.beforeStep === nth && nth < steps.length) lines.push(...wrapped(faultText(fault)))
    if (leap.beforeStep === nth && nth < steps.length) {
      lines.push(
        `  the process ${leap.how === 'down' ? 'is dead' : 'stands still'} until ${leap.fromResetMs} ms from the reset`,
      )
    }
    const step = steps[nth]
    if (step !== undefined) lines.push(stepText(step, accounts.length))
  }
  lines.push(`  everything heals${permanent === 'none' ? '' : `, but ${permanent} stays`}`)
  for (const step of coda) lines.push(stepText(step, accounts.length))
  return `${lines.join('\n')}\n`
}

const WIDTH = 78

function stepText({ act, thenMs }: Step, accounts: number): string {
  return `  ${actText(act, accounts)}${thenMs > 0 ? `, then ${thenMs} ms` : ''}`
}

function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length + 1 > WIDTH)
      lines.push(lines.length === 0 ? word : `    ${word}`)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

function ruleText([rule, written]: readonly [string, unknown]): string {
  return `${rule} ${JSON.stringify(written).replaceAll('"', '').replaceAll(',', ', ')}`
}

function faultText({ kind, forMs, share, who, ms, nth }: Fault): string {
  const whom = who === null ? '' : `, account ${who} only`
  return `  ! ${kind} (${FAULT_KINDS[kind].rows}): ${FAULT_KINDS[kind].tells}, for ${forMs} ms, share ${share}, ms ${ms}, nth ${nth}${whom}`
}

function actText(act: Act, accounts: number): string {
  const who = 'who' in act ? `account ${(act.who % accounts) + 1}: ` : ''
  const on = 'on' in act ? (ROOTS[act.on % ROOTS.length] ?? '') : ''
  switch (act.kind) {
    case 'trade':
      return `${who}${act.side} ${act.contracts} ${on}`
    case 'limit':
    case 'stop':
    case 'bracket':
      return `${who}${act.kind} ${act.side} ${act.contracts} ${on}, ${act.awayTicks} ticks away`
    case 'protect':
      return `${who}stop for all ${on}, ${act.awayTicks} ticks away`
    case 'reverse':
    case 'exit':
      return `${who}${act.kind} ${on}`
    case 'cancel':
      return `${who}cancel an order`
    case 'void':
      return `${who}the firm takes the last closing trade back`
    case 'can-trade':
      return `${who}the firm ${act.isAllowed ? 'allows' : 'bars'} trading`
    case 'move':
      return `${on} moves ${act.ticks} ticks`
    case 'drift':
      return `${on} drifts ${act.ticks} ticks in ${act.overMs} ms`
    case 'reload':
      return `${who}${act.rule} becomes ${JSON.stringify(act.written)}`
    default:
      return unreachable(act)
  }
}
