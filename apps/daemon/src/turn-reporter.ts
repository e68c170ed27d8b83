import {
  type AccountId,
  describeCommand,
  describeEnd,
  describeGoal,
  explain,
  endInstant,
  formatInstant,
  formatInZone,
  type Instant,
  type Severity,
  unreachable,
} from '@rm/domain'
import type { Note, Reporter } from '@rm/engine'
import { checkpointMessage } from '@rm/runtime-pack'
import type { Line, LineLevel, LineQueue } from './line-queue.ts'
import type { RunFigures } from './run-figures.ts'

/** Turns the notes of a turn into log lines: the one way in which the engine's doings become text. */
export class TurnReporter implements Reporter {
  readonly #queue: LineQueue
  readonly #figures: RunFigures
  readonly #elapsedMs: () => number
  readonly #timeZone: string

  /** @param timeZone - in which times are written for people (`general.timezone`); facts stay in UTC */
  constructor(queue: LineQueue, figures: RunFigures, elapsedMs: () => number, timeZone: string) {
    this.#queue = queue
    this.#figures = figures
    this.#elapsedMs = elapsedMs
    this.#timeZone = timeZone
  }

  report(accountId: AccountId, at: Instant, notes: readonly Note[]): void {
    const elapsedMs = this.#elapsedMs()
    for (const note of notes) {
      if (note.kind === 'breach-begun') this.#figures.breaches += 1
      if (note.kind === 'command-sent' && note.record.goalId !== null)
        this.#figures.countEnforcement(elapsedMs - note.causedMs)
      const told = lineOf(note, { elapsedMs, decidedMs: this.#figures.decidedMs }, this.#timeZone)
      this.#queue.add({ ...told, facts: { accountId, at: formatInstant(at), ...told.facts } })
    }
  }
}

/** Monotonic milliseconds. What is told now was decided when the commit before it began. */
interface Told {
  readonly elapsedMs: number
  readonly decidedMs: number
}

function lineOf(note: Note, { elapsedMs, decidedMs }: Told, timeZone: string): Line {
  switch (note.kind) {
    case 'rule-evaluated': {
      const { rule, result, because } = note
      return line(result === 'PASS' ? 'info' : 'warn', checkpointMessage('rule-evaluated', { rule, result }), {
        event: note.kind,
        rule,
        result,
        because,
      })
    }
    case 'rule-proved': {
      const { code, verdict, because, tookMs } = note.proof
      return line(verdict === 'dead' ? 'error' : 'info', `Proof of life: ${code} is ${verdict}: ${because}`, {
        event: note.kind,
        rule: code,
        verdict,
        because,
        tookMs: Math.round(tookMs * 1000) / 1000,
      })
    }
    case 'breach-begun': {
      const { id, rule, scope, measured, limit, message, cause, alert } = note.breach
      const { shadow } = note
      const facts = { event: note.kind, breachId: id, rule, scope, measured, limit, cause, shadow, calls: alert }
      return enforcement('warn', `${shadow ? 'Breach (shadow)' : 'Breach'}: ${rule}: ${message}`, facts)
    }
    case 'breach-ended':
      return enforcement('info', `Breach over: ${note.breach.rule} ${note.breach.scope}`, {
        event: note.kind,
        breachId: note.breach.id,
        rule: note.breach.rule,
      })
    case 'lockout-set':
    case 'lockout-extended': {
      const { id, rule, scope, effect, end, reason, evidence } = note.lockout
      const verb = note.kind === 'lockout-set' ? 'Lockout set' : 'Lockout extended'
      const at = endInstant(end)
      const until = at === null ? null : formatInstant(at)
      const shown = at === null ? describeEnd(end) : `${formatInZone(at, timeZone)} (${describeEnd(end)})`
      return enforcement('warn', `${verb}: ${scope} ${effect} until ${shown}`, {
        event: note.kind,
        lockoutId: id,
        rule,
        scope,
        effect,
        until,
        endsWith: end.kind,
        reason,
        ...evidence,
      })
    }
    case 'lockout-ended':
      return enforcement('info', `Lockout ended: ${note.lockout.rule} ${note.lockout.scope}`, {
        event: note.kind,
        lockoutId: note.lockout.id,
        rule: note.lockout.rule,
      })
    case 'goal-begun':
      return enforcement('info', `Goal: ${describeGoal(note.goal.goal)}`, {
        event: note.kind,
        goalId: note.goal.id,
        origin: note.goal.origin.id,
      })
    case 'goal-ended':
      return enforcement('info', `Goal ${note.goal.state}, verified: ${describeGoal(note.goal.goal)}`, {
        event: note.kind,
        goalId: note.goal.id,
        origin: note.goal.origin.id,
        state: note.goal.state,
        tookMs: note.tookMs,
        explanation: explain(note.story, timeZone),
      })
    case 'command-sent': {
      const { id, goalId, attempt, command } = note.record
      const action = describeCommand(command)
      const facts = {
        event: note.kind,
        commandId: id,
        goalId,
        attempt,
        eventToDecisionMs: thousandths(decidedMs - note.causedMs),
        eventToRequestMs: thousandths(elapsedMs - note.causedMs),
      }
      // An order that is kept in place is no enforcement.
      if (goalId === null) return enforcement('info', `Trade management: ${action}`, facts)
      return enforcement('warn', checkpointMessage('enforcement-triggered', { action }), facts)
    }
    case 'command-answered': {
      const { id, outcome, latencyMs, command } = note.record
      const level = outcome?.kind === 'accepted' ? 'info' : 'warn'
      return enforcement(level, `Gateway answered ${describeCommand(command)}: ${outcome?.kind ?? 'nothing'}`, {
        event: note.kind,
        commandId: id,
        latencyMs,
        outcome,
      })
    }
    case 'command-settled':
      return enforcement('info', `Command ${note.record.state}: ${describeCommand(note.record.command)}`, {
        event: note.kind,
        commandId: note.record.id,
        state: note.record.state,
        by: note.record.settledBy,
      })
    case 'order-managed': {
      const { record, tookMs } = note.story
      return enforcement('info', `Trade management ${record.state}: ${describeCommand(record.command)}`, {
        event: note.kind,
        commandId: record.id,
        state: record.state,
        tookMs,
        explanation: explain(note.story, timeZone),
      })
    }
    case 'word-changed':
      return line(note.to === 'ACTIVE' ? 'info' : 'warn', `Account is ${note.to} (was ${note.from}): ${note.because}`, {
        event: note.kind,
        from: note.from,
        to: note.to,
      })
    case 'reset-crossed':
      return line('info', `Daily reset: trading day ${note.day.label} begins`, {
        event: note.kind,
        resetAt: formatInstant(note.at),
        day: note.day.label,
      })
    case 'limit-near':
      return line('warn', `${note.rule}: ${Math.floor(note.use * 100)} % of the limit is used`, {
        event: note.kind,
        rule: note.rule,
        level: note.level,
        use: note.use,
      })
    case 'drift-found':
      return line('warn', `The book was corrected: ${note.sentences.join('; ')}`, { event: note.kind })
    case 'alert':
      return enforcement(SEVERITY_LEVELS[note.severity], `Alert: ${note.text}`, {
        event: note.kind,
        alert: note.code,
        severity: note.severity,
      })
    case 'alert-over':
      return enforcement('info', `Alert over: ${note.code}: ${note.text}`, { event: note.kind, alert: note.code })
    default:
      return unreachable(note)
  }
}

function thousandths(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

const SEVERITY_LEVELS: Readonly<Record<Severity, LineLevel>> = { warning: 'warn', error: 'error', critical: 'fatal' }

function line(level: LineLevel, message: string, facts: Line['facts']): Line {
  return { level, message, topic: null, facts }
}

function enforcement(level: LineLevel, message: string, facts: Line['facts']): Line {
  return { level, message, topic: 'enforcement', facts }
}
