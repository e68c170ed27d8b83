import type { Command, CommandOutcome } from '@rm/domain'
import type { ExchangeEvent } from '@rm/gateway-sim'
import type { CommandFate, EventFate, SeededDice } from '@rm/gateway-sim/virtual'
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts'
import type { Fault } from './plan.ts'
import type { Tally } from './tally.ts'
import type { ReadFate } from './virtual-reads.ts'

/** The faults that are at work now, and what becomes of requests, readings and events under them. */
export class Trouble {
  readonly #dice: SeededDice
  readonly #tally: Tally
  readonly #accounts: readonly number[]
  readonly #now: () => number
  readonly #active = new Set<Fault>()
  /** One account whose requests and readings all fail for good. */
  poisoned: number | null = null
  /** Until when the program may be late for what went wrong before. */
  #lateUntilMs = 0
  /** Until when what the program knows of a size may be older than what it has done. */
  #staleUntilMs = 0
  /** Refusals that were made here, by their fault. */
  readonly #refusals = new WeakMap<CommandOutcome, FaultKind>()

  constructor(dice: SeededDice, tally: Tally, accounts: readonly number[], now: () => number) {
    this.#dice = dice
    this.#tally = tally
    this.#accounts = accounts
    this.#now = now
  }

  begin(fault: Fault): void {
    this.#active.add(fault)
  }

  end(fault: Fault): void {
    if (!this.#active.delete(fault)) return
    if (STALE_KINDS.has(fault.kind)) this.#staleUntilMs = this.#now() + STALE_MS
    const graceMs = fault.kind === 'event-late' ? Math.abs(fault.ms) % LATE_MS_MAX : 0
    this.excuse(FAULT_KINDS[fault.kind].graceMs + graceMs)
  }

  /** Something happened after which the program may need so long. */
  excuse(ms: number): void {
    this.#lateUntilMs = Math.max(this.#lateUntilMs, this.#now() + ms)
  }

  /** Monotonic time since when nothing is wrong and nothing that was can excuse the program. */
  healthySinceMs(): number {
    return this.#active.size > 0 ? Number.POSITIVE_INFINITY : this.#lateUntilMs
  }

  /** Whether an old word about a position may have come late, or one of ours may act late. */
  isStale(): boolean {
    if (this.#now() < this.#staleUntilMs) return true
    for (const { kind } of this.#active) if (STALE_KINDS.has(kind)) return true
    return false
  }

  isAt(kind: FaultKind): boolean {
    return this.#first(kind) !== undefined
  }

  /** Distance of the gateway's `Date` from the truth. */
  dateSkewMs(): number {
    const fault = this.#first('wrong-date')
    if (fault === undefined) return 0
    this.#tally.harmed('wrong-date')
    // Less than the skew that is allowed would be no fault.
    return Math.sign(fault.ms || 1) * (15_000 + Math.abs(fault.ms))
  }

  commandFate(command: Command): CommandFate {
    const { accountId } = command
    if (accountId === this.poisoned) return { kind: 'request-lost' }
    if (this.#hits('login-lost', accountId) !== null) return { kind: 'not-sent' }
    for (const kind of PLAIN_FATES) if (this.#hits(kind, accountId) !== null) return { kind }
    const slow = this.#hits('slow-command', accountId)
    if (slow !== null) return { kind: 'slow', requestMs: 50 + (Math.abs(slow.ms) % 8_000), replyMs: 50 }
    if (command.kind === 'place-order' && this.#hits('rejected-later', accountId) !== null)
      return { kind: 'rejected-later' }
    for (const { kind, code, refusal, message } of REFUSALS) {
      if (this.#hits(kind, accountId) === null) continue
      const outcome = { kind: 'refused', refusal, code, message } as const
      this.#refusals.set(outcome, kind)
      return { kind: 'refused', outcome }
    }
    return { kind: 'served' }
  }

  /** The pace that follows a refusal begins when the program hears of it, which may be after a standstill. */
  answered(outcome: CommandOutcome): void {
    const kind = this.#refusals.get(outcome)
    if (kind !== undefined) this.excuse(FAULT_KINDS[kind].graceMs)
  }

  readFate(accountId: number | null): ReadFate {
    if (accountId !== null && accountId === this.poisoned) return { kind: 'fails', slowMs: 0 }
    if (this.#hits('login-lost', accountId) !== null) return { kind: 'fails', slowMs: 0 }
    const slow = this.#hits('read-slow', accountId)
    const slowMs = slow === null ? 0 : 200 + (Math.abs(slow.ms) % 6_000)
    if (this.#hits('read-fails', accountId) !== null) return { kind: 'fails', slowMs }
    if (this.#hits('list-absent', accountId) !== null) return { kind: 'list-absent' }
    return { kind: 'served', slowMs }
  }

  eventFate(event: ExchangeEvent): EventFate {
    if (this.#active.size === 0 || event.kind === 'quote') return ON_TIME
    const { accountId } = event
    if (this.#first('stream-mute') !== undefined) return this.#harm('stream-mute', LOST)
    if (this.#hits('event-lost', accountId) !== null) return LOST
    if (this.#hits('garbled', accountId) !== null) return { kind: 'garbled', reason: 'a field is of another type' }
    const lateMs: number[] = []
    const late = this.#hits('event-late', accountId)
    const moved = this.#hits('event-reordered', accountId)
    if (late !== null) lateMs.push(1 + (Math.abs(late.ms) % LATE_MS_MAX))
    else if (moved !== null) lateMs.push(this.#dice.integer(1, 500))
    else lateMs.push(0)
    const twice = this.#hits('event-twice', accountId)
    if (twice !== null) lateMs.push(this.#dice.chance(0.5) ? 0 : 1 + (Math.abs(twice.ms) % LATE_MS_MAX))
    return { kind: 'arrives', lateMs }
  }

  /** A lost subscription comes back with a new connection. */
  reconnected(): void {
    for (const fault of this.#active) if (fault.kind === 'stream-mute') this.end(fault)
  }

  #first(kind: FaultKind): Fault | undefined {
    for (const fault of this.#active) if (fault.kind === kind) return fault
    return undefined
  }

  #hits(kind: FaultKind, accountId: number | null): Fault | null {
    for (const fault of this.#active) {
      if (fault.kind !== kind) continue
      const meant = fault.who === null ? null : this.#accounts[fault.who % this.#accounts.length]
      if (meant !== null && accountId !== null && meant !== accountId) continue
      if (!this.#dice.chance(fault.share)) continue
      return this.#harm(kind, fault)
    }
    return null
  }

  #harm<Value>(kind: FaultKind, value: Value): Value {
    this.#tally.harmed(kind)
    return value
  }
}

/** The longest that an event is late (reliability R-15). */
const LATE_MS_MAX = 30_000

const STALE_KINDS: ReadonlySet<FaultKind> = new Set([
  'event-late',
  'event-reordered',
  'event-twice',
  'rest-lag',
  'slow-command',
])
const STALE_MS = LATE_MS_MAX + 6_000

const ON_TIME: EventFate = { kind: 'arrives', lateMs: [0] }
const LOST: EventFate = { kind: 'arrives', lateMs: [] }

const PLAIN_FATES = ['reply-lost', 'request-lost', 'not-sent', 'no-effect'] as const

const REFUSALS = [
  { kind: 'refused', refusal: 'other', code: 5, message: null },
  { kind: 'not-found', refusal: 'not-found', code: 2, message: null },
  { kind: 'market-closed', refusal: 'market-closed', code: 2, message: 'outside trading hours' },
  { kind: 'account-rejected', refusal: 'account-rejected', code: 8, message: null },
] as const
