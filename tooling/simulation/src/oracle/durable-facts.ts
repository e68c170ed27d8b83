import type { Breach, CommandRecord, Lockout, PursuedGoal, StoredAccount, TurnRecord } from '@rm/domain'

interface DurableLockout {
  readonly accountId: number
  /** Newest version. */
  lockout: Lockout
  /** The latest end that it ever had; +∞ for one that waits for a condition. */
  untilMs: number
  hasEnded: boolean
}

interface DurableGoal {
  goal: PursuedGoal
  isOpen: boolean
}

/** What the commits said, as plain maps that only grow: the memory that no crash may lose (reliability S-02, S-04). */
export class DurableFacts {
  readonly lockouts = new Map<string, DurableLockout>()
  readonly goals = new Map<string, DurableGoal>()
  readonly breaches = new Map<string, { breach: Breach; isOpen: boolean }>()
  readonly commands = new Map<string, CommandRecord>()
  /** By identity: the request that leaves is the very one that was written. */
  readonly intents = new Map<CommandRecord['command'], CommandRecord>()
  readonly resets = new Map<number, Set<number>>()

  take(record: TurnRecord): void {
    for (const breach of record.breaches) this.breaches.set(breach.id, { breach, isOpen: true })
    for (const { id } of record.endedBreaches) {
      const known = this.breaches.get(id)
      if (known !== undefined) known.isOpen = false
    }
    for (const lockout of record.lockouts) this.#lock(lockout)
    for (const { id } of record.endedLockouts) {
      const known = this.lockouts.get(id)
      if (known !== undefined) known.hasEnded = true
    }
    for (const goal of record.goals) {
      this.goals.set(goal.id, { goal, isOpen: goal.state === 'pursued' || goal.state === 'escalated' })
    }
    for (const command of record.commands) {
      this.commands.set(command.id, command)
      if (command.state === 'sending') this.intents.set(command.command, command)
    }
  }

  /** What a start found in the store lacks, in words; empty when nothing was forgotten. */
  missingFrom(accountId: number, stored: StoredAccount): readonly string[] {
    const found = new Set([...stored.lockouts, ...stored.goals, ...stored.breaches].map(({ id }) => id))
    const missing: string[] = []
    for (const [id, known] of this.lockouts) {
      if (known.accountId === accountId && !known.hasEnded && !found.has(id)) missing.push(`lockout ${id}`)
    }
    for (const [id, { goal, isOpen }] of this.goals) {
      if (goal.accountId === accountId && isOpen && !found.has(id)) missing.push(`goal ${id}`)
    }
    for (const [id, { breach, isOpen }] of this.breaches) {
      if (breach.accountId === accountId && isOpen && !found.has(id)) missing.push(`breach ${id}`)
    }
    return missing
  }

  #lock(lockout: Lockout): void {
    const untilMs = 'at' in lockout.end ? lockout.end.at : Number.POSITIVE_INFINITY
    const known = this.lockouts.get(lockout.id)
    if (known === undefined) {
      this.lockouts.set(lockout.id, { accountId: lockout.accountId, lockout, untilMs, hasEnded: false })
      return
    }
    known.lockout = lockout
    known.untilMs = Math.max(known.untilMs, untilMs)
  }
}
