import type { Breach } from './breach.ts'
import { describeCommand } from './command.ts'
import { describeGoal } from './goal.ts'
import { formatInZone } from './instant.ts'
import { unreachable } from './invariant.ts'
import { describeEnd, endInstant, type Lockout } from './lockout.ts'
import type { CommandRecord, OrderReason, PursuedGoal } from './pursuit.ts'

/** Everything that is known of one goal: why it was taken on, what was done for it, and how it ended. */
export interface EnforcementStory {
  readonly goal: PursuedGoal
  /** The breach that demanded it; `null` when only its lockout is known. */
  readonly breach: Breach | null
  /** The lockout that stands behind it, or that the breach set. */
  readonly lockout: Lockout | null
  /** In the order of sending. */
  readonly commands: readonly CommandRecord[]
  /** The configuration that was in force, as its short digest. */
  readonly configuration: string
  /** From the decision to the proof; `null` while it is pursued. */
  readonly tookMs: number | null
}

/** Everything that is known of one request that keeps an order of RULE-012 as it must stand. */
export interface OrderStory {
  readonly record: CommandRecord
  readonly reason: OrderReason
  /** From the decision to the proof; `null` while it is awaited. */
  readonly tookMs: number | null
}

/**
 * Why something was enforced, what was done, what the gateway answered, and how it is known to be done: one sentence or fact a line. The one
 * text that log, command line, alerts and reports show.
 *
 * @param timeZone - in which times are written
 */
export function explain(story: EnforcementStory | OrderStory, timeZone: string): readonly string[] {
  return 'goal' in story ? explainGoal(story, timeZone) : explainOrder(story, timeZone)
}

function explainOrder({ record, reason, tookMs }: OrderStory, timeZone: string): readonly string[] {
  return [
    `RULE-012 at ${formatInZone(record.sentAt, timeZone)}: ${reason.message}`,
    `measured ${reason.measured}, limit ${reason.limit}`,
    `triggered by ${reason.cause}; configuration ${reason.configuration}`,
    describeAttempt(record),
    outcomeOfOrder(record, tookMs),
  ]
}

function explainGoal(story: EnforcementStory, timeZone: string): readonly string[] {
  const { goal, breach, lockout, commands, configuration } = story
  const lines: string[] = []
  if (breach !== null) {
    lines.push(`${breach.rule} at ${formatInZone(breach.firstSeenAt, timeZone)}: ${breach.message}`)
    lines.push(`measured ${breach.measured}, limit ${breach.limit}`)
    lines.push(`triggered by ${breach.cause}; configuration ${configuration}`)
  } else if (lockout !== null) {
    lines.push(
      `${lockout.rule}: ${lockout.scope} is held ${lockout.effect} since ${formatInZone(lockout.from, timeZone)}`,
    )
    lines.push(`because ${lockout.reason}`)
    lines.push(...evidenceOf(lockout, configuration))
  }
  lines.push(`demanded: ${describeGoal(goal.goal)}`)
  for (const command of commands) lines.push(describeAttempt(command))
  lines.push(outcomeOf(story))
  if (lockout !== null) lines.push(`${lockout.scope} ${lockout.effect} ${untilOf(lockout, timeZone)}`)
  return lines
}

/** A lockout may have been set by an earlier run, under another configuration. */
function evidenceOf({ evidence }: Lockout, configuration: string): readonly string[] {
  if (evidence === null) return [`configuration ${configuration}`]
  const isSame = evidence.configuration === configuration
  return [
    `measured ${evidence.measured}, limit ${evidence.limit}`,
    `configuration ${evidence.configuration}${isSame ? '' : ` when it was set, ${configuration} now`}`,
  ]
}

function describeAttempt({ command, attempt, outcome, latencyMs, state, settledBy }: CommandRecord): string {
  const answer =
    outcome === null
      ? 'no answer yet'
      : `${outcome.kind}${'message' in outcome && outcome.message !== null ? ` (${outcome.message})` : ''}${'cause' in outcome ? ` (${outcome.cause})` : ''}`
  const after = latencyMs === null ? '' : ` after ${Math.round(latencyMs)} ms`
  const effect = settledBy === null ? '' : `, ${state} as the ${settledBy} shows`
  return `sent: ${describeCommand(command)}, attempt ${attempt}; the gateway answered ${answer}${after}${effect}`
}

function outcomeOf({ goal, tookMs }: EnforcementStory): string {
  const after = tookMs === null ? '' : ` after ${(tookMs / 1_000).toFixed(1)} s`
  switch (goal.state) {
    case 'pursued':
      return 'not reached yet, pursued'
    case 'escalated':
      return 'not reached in time, pursued further, a human was called'
    case 'reached':
      return `reached${after}, proved by ${proofOf(goal)}`
    case 'moot':
      return `was so already${after}, proved by ${proofOf(goal)}`
    default:
      return unreachable(goal.state)
  }
}

function outcomeOfOrder(record: CommandRecord, tookMs: number | null): string {
  const afterMs = tookMs === null ? '' : ` after ${tookMs} ms`
  switch (record.state) {
    case 'effective':
      return `done${afterMs}, proved by ${proofOfOrder(record)}`
    case 'superseded':
      return `without effect${afterMs}; what must stand is compared again`
    case 'refused':
    case 'not-sent':
      return 'not done; what must stand is compared again'
    case 'sending':
    case 'acked':
    case 'in-doubt':
      return 'not proved yet'
    default:
      return unreachable(record.state)
  }
}

function proofOfOrder({ command, settledBy }: CommandRecord): string {
  switch (command.kind) {
    case 'place-order':
      return `the ${settledBy}, which shows an order with our tag`
    case 'modify-order':
      return `the ${settledBy}, which shows the order as it was asked for or tighter`
    case 'cancel-order':
      return `the ${settledBy}, which no longer shows the order at work`
    case 'close-position':
    case 'reduce-position':
      return `the ${settledBy}, which shows the position`
    default:
      return unreachable(command)
  }
}

function proofOf({ goal }: PursuedGoal): string {
  switch (goal.kind) {
    case 'flat-account':
    case 'flat-product':
    case 'flat-contract':
      return 'two readings of the gateway, half a second apart, that show no position and no working order'
    case 'cap':
    case 'reduce-only':
    case 'order-cancelled':
      return 'what stream or reading showed after the last request'
    default:
      return unreachable(goal)
  }
}

function untilOf({ end }: Lockout, timeZone: string): string {
  const at = endInstant(end)
  return at === null ? `until ${describeEnd(end)}` : `until ${formatInZone(at, timeZone)} (${describeEnd(end)})`
}
