import {
  type AccountId,
  type Clock,
  type CommandOutcome,
  type CommandRecord,
  type ContractId,
  type Instant,
  later,
  type ReadingKind,
  type Snapshot,
  type TurnRecord,
} from '@rm/domain'
import { openSizes } from '@rm/state/book'
import { type AccountFace, faceOf } from './account-face.ts'
import type { AccountPolicy, PolicyInForce } from './account-policy.ts'
import { type AccountState, isTrusted } from './account-state.ts'
import { isUnlocked } from './loosening.ts'
import { ordersAskedSince } from './manage-orders.ts'
import type { Note } from './note.ts'
import type { Gateway } from './ports/gateway.ts'
import type { Reporter } from './ports/reporter.ts'
import type { Store } from './ports/store.ts'
import type { TurnWatch } from './ports/turn-watch.ts'
import type { Wakeups } from './ports/wakeups.ts'
import type { ProofOfLife, RuleProof } from './proof-of-life.ts'
import type { QuietPrices } from './quiet-prices.ts'
import { reducesRisk } from './reduces-risk.ts'
import { takeTurn } from './take-turn.ts'
import type { Market, Turn, TurnContext, TurnInput } from './turn.ts'
import type { TurnJournal } from './turn-journal.ts'

/** What an account needs of the kernel that it belongs to. */
export interface RuntimeKernel {
  /** Takes answers and wake-ups the way of all other events. */
  deliver(runtime: AccountRuntime, input: TurnInput): void
  /** The settings of an account that waited have taken effect. */
  loosened(accountId: AccountId): void
  /** The user stream stands and does not deliver. */
  doubtStream(): void
}

/** The world around the engine. */
export interface Ports {
  readonly gateway: Gateway
  readonly store: Store
  readonly clock: Clock
  readonly wakeups: Wakeups
  readonly reporter: Reporter
  readonly proofOfLife: ProofOfLife
  /** Nobody measures without it. */
  readonly watch?: TurnWatch
}

/** A reading after a gap goes back so far before the last one: stamps and clocks may differ (gateway contract 6.6). */
const TRADES_OVERLAP_MS = 5 * 60_000
/** The first reading of a run goes back to the day before the trading day, for trades that come late. */
const DAY_MS = 24 * 60 * 60_000

/** A user stream that does not come up by then is not waited for: the account is read all the same. */
const FIRST_LOOK_MS = 2_000

/**
 * The one place where an account changes. A turn runs from event to decision without an `await`, is made durable, and only then does anything
 * leave. Answers come back as events of their own.
 */
export class AccountRuntime {
  readonly accountId: AccountId
  readonly #ports: Ports
  readonly #market: Market
  readonly #journal: TurnJournal
  readonly #kernel: RuntimeKernel
  #state: AccountState
  #settings: PolicyInForce
  #armed: { readonly dueMs: number; readonly cancel: () => void } | null = null
  #lastFullReadingAt: Instant | null = null
  #quiet: QuietPrices | null = null
  readonly #underWay = new Set<Promise<void>>()

  constructor(
    state: AccountState,
    settings: PolicyInForce,
    market: Market,
    ports: Ports,
    journal: TurnJournal,
    kernel: RuntimeKernel,
  ) {
    this.accountId = state.accountId
    this.#state = state
    this.#settings = settings
    this.#market = market
    this.#ports = ports
    this.#journal = journal
    this.#kernel = kernel
    this.#arm(ports.clock.elapsedMs() + FIRST_LOOK_MS)
  }

  get state(): AccountState {
    return this.#state
  }

  get policy(): AccountPolicy {
    return this.#settings.policy
  }

  /** Other settings from now on; the account is judged by them at once. */
  replaceSettings(settings: PolicyInForce): void {
    this.#settings = settings
    const proofs = this.#prove()
    this.#kernel.deliver(this, { kind: 'settings-changed', proofs, receivedMs: this.#ports.clock.elapsedMs() })
  }

  /** Drives every rule to breach in a sandbox, and takes to heart what comes of it. */
  proveRules(): void {
    const proofs = this.#prove()
    this.#kernel.deliver(this, { kind: 'rules-proved', proofs, receivedMs: this.#ports.clock.elapsedMs() })
  }

  /** Open positions by contract: whose quotes matter. */
  get heldSizes(): ReadonlyMap<ContractId, number> {
    return openSizes(this.#state.book)
  }

  /** Among which prices the account needs no turn; `null`: at no price. */
  get quiet(): QuietPrices | null {
    return this.#quiet
  }

  /** Takes one turn: decide, make durable, then send and tell. */
  handle(input: TurnInput): void {
    const { watch } = this.#ports
    watch?.turnBegun()
    const turn = takeTurn(this.#state, input, this.#context())
    watch?.turnEnded(this.accountId, turn.record.cause)
    this.#state = turn.state
    this.#quiet = turn.quiet
    if (isEmpty(turn.record)) {
      const hasConsequence =
        turn.notes.length > 0 || turn.reading !== null || turn.quotesWanted.length > 0 || turn.mayLoosen
      if (hasConsequence) this.#journal.follow(() => this.#carryOut(turn, null))
    } else {
      const urgency = isDecision(turn.record) ? 'at-once' : 'soon'
      this.#journal.write({ record: turn.record, urgency, after: (failure) => this.#carryOut(turn, failure) })
    }
    this.#arm(turn.wakeMs)
  }

  /** The account as it is now. */
  face(): AccountFace {
    return faceOf(this.#state, this.#settings, this.#context())
  }

  /** Waits until the answers that are under way have been taken, at the most so long as the gateway's own deadlines. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** Stops waking. What is stored continues in the next run. */
  rest(): void {
    this.#armed?.cancel()
    this.#armed = null
  }

  #context(): TurnContext {
    const { clock, watch } = this.#ports
    return {
      policy: this.policy,
      market: this.#market,
      now: clock.now(),
      elapsedMs: clock.elapsedMs(),
      timeTrusted: clock.isTrusted(),
      journalWritable: this.#journal.isWritable(this.accountId),
      ...(watch === undefined ? {} : { watch }),
    }
  }

  #prove(): readonly RuleProof[] {
    const { proofOfLife, clock } = this.#ports
    return proofOfLife.prove(this.policy, clock.now())
  }

  /** Only after the end of the lockouts before it is durable: a death between the two would leave looser settings under a lockout. */
  #loosen(): void {
    const { pending } = this.#settings
    // Turns that were made durable with this one may have locked the account.
    if (pending === null || !isUnlocked(this.#state)) return
    this.replaceSettings({ policy: pending, pending: null })
    this.#kernel.loosened(this.accountId)
  }

  #carryOut(turn: Turn, journalFailure: string | null): void {
    const isDurable = this.#journal.isWritable(this.accountId)
    for (const record of turn.commands) {
      const mayLeave = isDurable || reducesRisk(record.command, turn.state.book)
      this.#track(mayLeave ? this.#send(record) : this.#holdBack(record))
    }
    for (const contractId of turn.quotesWanted) this.#ports.gateway.resubscribeQuotes(contractId)
    if (turn.streamDoubted) this.#kernel.doubtStream()
    if (turn.reading !== null) this.#track(this.#read(turn.reading))
    const notes = journalFailure === null ? turn.notes : [...turn.notes, unjournaled(journalFailure)]
    if (notes.length > 0) this.#ports.reporter.report(this.accountId, turn.record.at, notes)
    if (turn.mayLoosen && isDurable) this.#loosen()
  }

  async #send(record: CommandRecord): Promise<void> {
    this.#answer(record, await this.#ports.gateway.send(record.command, record.id))
  }

  /** What does not reduce a risk waits for a disk that remembers it (reliability S-01). It is wanted again in a later turn. */
  async #holdBack(record: CommandRecord): Promise<void> {
    // As an answer of the gateway would, it comes in a turn of its own.
    await Promise.resolve()
    this.#answer(record, { kind: 'not-sent', cause: 'the journal cannot be written' })
  }

  #answer({ id, command }: CommandRecord, outcome: CommandOutcome): void {
    this.#kernel.deliver(this, {
      kind: 'command-settled',
      accountId: this.accountId,
      commandId: id,
      command,
      outcome,
      receivedMs: this.#ports.clock.elapsedMs(),
    })
  }

  async #read(kind: ReadingKind): Promise<void> {
    const { clock, watch } = this.#ports
    const { accountId } = this
    const begunMs = clock.elapsedMs()
    const begunAt = clock.now()
    const isTimeKnown = clock.isTrusted()
    let snapshot: Snapshot
    try {
      snapshot = await this.#ask(kind, begunAt, isTimeKnown)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#kernel.deliver(this, {
        kind: 'snapshot-failed',
        accountId,
        reading: kind,
        reason,
        receivedMs: clock.elapsedMs(),
      })
      return
    } finally {
      watch?.readingEnded(accountId, kind, clock.elapsedMs() - begunMs)
    }
    // Outside the `try`: a turn that breaks an invariant ends the process, it is no failed reading.
    // By a time that may be ahead the next reading would begin behind the trades that it is for (reliability G-21).
    if (kind === 'account') this.#lastFullReadingAt = isTimeKnown ? begunAt : null
    this.#kernel.deliver(this, { kind: 'snapshot-read', accountId, snapshot, receivedMs: clock.elapsedMs() })
  }

  #ask(kind: ReadingKind, now: Instant, isTimeKnown: boolean): Promise<Snapshot> {
    const { gateway, clock } = this.#ports
    const begin = { now, elapsedMs: clock.elapsedMs(), isTimeKnown, longAgo: this.#longAgo(now) }
    const ordersSince = ordersAskedSince(this.#state, this.policy.rules, begin)
    return kind === 'exposure'
      ? gateway.readExposure(this.accountId, ordersSince)
      : gateway.readAccount(this.accountId, this.#tradesSince(now), ordersSince)
  }

  /** After a gap, and where the balance does not fit the trades, an old trade may have been voided unheard: then the day is read anew. */
  #tradesSince(now: Instant): Instant {
    const { trust, balance } = this.#state
    const isComplete = isTrusted(trust) && (balance === null || balance.apart === null)
    if (isComplete && this.#lastFullReadingAt !== null) return later(this.#lastFullReadingAt, -TRADES_OVERLAP_MS)
    return this.#longAgo(now)
  }

  #longAgo(now: Instant): Instant {
    return later(this.policy.calendar.previousReset(now), -DAY_MS)
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked))
    this.#underWay.add(tracked)
  }

  /** An earlier timer may stand: waking early has no effect, and re-arming on every quote would cost more than the turn. */
  #arm(wakeMs: number | null): void {
    if (wakeMs === null || (this.#armed !== null && this.#armed.dueMs <= wakeMs)) return
    this.#armed?.cancel()
    const { clock, wakeups } = this.#ports
    const cancel = wakeups.after(Math.max(0, wakeMs - clock.elapsedMs()), () => {
      this.#armed = null
      this.#kernel.deliver(this, { kind: 'woken', receivedMs: clock.elapsedMs() })
    })
    this.#armed = { dueMs: wakeMs, cancel }
  }
}

/** Whether the record must be durable before anybody goes on: a breach, a lockout, a goal, an intent. The rest the gateway could give back. */
function isDecision(record: TurnRecord): boolean {
  return (
    record.breaches.length > 0 ||
    record.lockouts.length > 0 ||
    record.endedLockouts.length > 0 ||
    record.goals.length > 0 ||
    record.commands.some((command) => command.state === 'sending')
  )
}

function unjournaled(reason: string): Note {
  const text = `the journal cannot be written (${reason}); commands leave unjournaled`
  return { kind: 'alert', severity: 'critical', code: 'journal-unwritable', text }
}

function isEmpty(record: TurnRecord): boolean {
  return (
    record.trades.length === 0 &&
    record.cycles.length === 0 &&
    record.breaches.length === 0 &&
    record.endedBreaches.length === 0 &&
    record.lockouts.length === 0 &&
    record.endedLockouts.length === 0 &&
    record.goals.length === 0 &&
    record.commands.length === 0 &&
    record.resets.length === 0 &&
    record.warnings.length === 0 &&
    record.audit.length === 0
  )
}
