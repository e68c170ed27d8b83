import type {
  AuditEntry,
  Breach,
  CommandRecord,
  ContractId,
  DayTrade,
  Instant,
  Lockout,
  PositionCycle,
  PursuedGoal,
  TurnRecord,
  WarningMark,
} from '@rm/domain'
import type { AccountState } from './account-state.ts'
import { updateMemories } from './goal-memory.ts'
import type { Note } from './note.ts'
import type { TurnContext } from './turn.ts'

/**
 * The turn while it is being taken: the next state in the making, and what has to be stored, sent and told. Lives inside one call of
 * `takeTurn` and never outside.
 */
export class TurnDraft {
  state: AccountState
  readonly context: TurnContext
  readonly now: Instant
  readonly cause: string
  /** Monotonic arrival of the event. */
  readonly receivedMs: number
  readonly commands: CommandRecord[] = []
  readonly notes: Note[] = []
  /** The user stream does not deliver what it should. */
  streamDoubted = false
  readonly quotesWanted: ContractId[] = []
  trades: readonly DayTrade[] = []
  cycles: readonly PositionCycle[] = []
  /** Monotonic time at which something that has to wait may be done, `null` for nothing. */
  lookAgainMs: number | null = null
  readonly #breaches = new Map<string, Breach>()
  readonly #endedBreaches: { readonly id: string; readonly at: Instant }[] = []
  readonly #lockouts = new Map<string, Lockout>()
  readonly #endedLockouts: { readonly id: string; readonly at: Instant; readonly cause: string }[] = []
  readonly #goals = new Map<string, PursuedGoal>()
  readonly #commands = new Map<string, CommandRecord>()
  readonly #resets: Instant[] = []
  readonly #warnings: WarningMark[] = []
  readonly #audit: AuditEntry[] = []

  constructor(state: AccountState, context: TurnContext, now: Instant, cause: string, receivedMs: number) {
    this.state = state
    this.context = context
    this.now = now
    this.cause = cause
    this.receivedMs = receivedMs
  }

  get elapsedMs(): number {
    return this.context.elapsedMs
  }

  change(changes: Partial<AccountState>): void {
    this.state = { ...this.state, ...changes }
  }

  /** An id that no other thing of this account ever had or will have. */
  newId(prefix: 'b' | 'l' | 'g' | 'c'): string {
    const sequence = this.state.sequence + 1
    this.change({ sequence })
    return `${prefix}-${this.state.accountId}-${this.context.policy.epoch}-${sequence}`
  }

  note(note: Note): void {
    this.notes.push(note)
  }

  /** The last version of a cycle counts. */
  keepCycle(cycle: PositionCycle): void {
    this.cycles = [...this.cycles.filter(({ id }) => id !== cycle.id), cycle]
  }

  /** Asks for a turn at the monotonic time; the earliest that was asked for counts. */
  lookAgain(atMs: number): void {
    this.lookAgainMs = Math.min(this.lookAgainMs ?? atMs, atMs)
  }

  keepBreach(breach: Breach): void {
    this.#breaches.set(breach.id, breach)
  }

  keepEndedBreach(id: string): void {
    this.#endedBreaches.push({ id, at: this.now })
  }

  keepLockout(lockout: Lockout): void {
    this.#lockouts.set(lockout.id, lockout)
  }

  keepEndedLockout(id: string, cause: string): void {
    this.#endedLockouts.push({ id, at: this.now, cause })
  }

  keepGoal(goal: PursuedGoal): void {
    this.#goals.set(goal.id, goal)
  }

  keepCommand(record: CommandRecord): void {
    this.#commands.set(record.id, record)
    const memories = updateMemories(this.state.memories, record)
    if (memories !== this.state.memories) this.change({ memories })
  }

  keepReset(at: Instant): void {
    this.#resets.push(at)
  }

  keepWarning(mark: WarningMark): void {
    this.#warnings.push(mark)
  }

  audit(action: string, subject: string, detail: AuditEntry['detail']): void {
    this.#audit.push({ actor: 'daemon', action, subject, detail })
  }

  record(): TurnRecord {
    return {
      accountId: this.state.accountId,
      at: this.now,
      cause: this.cause,
      trades: this.trades,
      cycles: this.cycles,
      breaches: [...this.#breaches.values()],
      endedBreaches: this.#endedBreaches,
      lockouts: [...this.#lockouts.values()],
      endedLockouts: this.#endedLockouts,
      goals: [...this.#goals.values()],
      commands: [...this.#commands.values()],
      resets: this.#resets,
      warnings: this.#warnings,
      audit: this.#audit,
    }
  }
}
