import type { Command, CommandOutcome, DomainEvent, TurnRecord } from '@rm/domain'
import type { Note } from '@rm/engine'
import type { Store } from '@rm/state'
import { createHash } from 'node:crypto'
import { commandMove } from '../covered/command-moves.ts'
import { outcomesOf } from '../covered/rule-outcomes.ts'
import type { SeenReply } from '../virtual-reads.ts'
import type { World } from '../world.ts'
import { BookIsTrue } from './book-is-true.ts'
import { DebtsArePaid } from './debts-are-paid.ts'
import { DoubtDecidesNothing } from './doubt-decides-nothing.ts'
import { Evidence } from './evidence.ts'
import { FlatIsProved, isFlatGoal } from './flat-is-proved.ts'
import { IntentComesFirst } from './intent-comes-first.ts'
import { LockoutsKeepTheirTime } from './lockouts-keep-their-time.ts'
import { NoMoreThanTooMuch } from './no-more-than-too-much.ts'
import { NothingIsForgotten } from './nothing-is-forgotten.ts'
import { OneRequestAtATime } from './one-request-at-a-time.ts'
import { ReducingOnly } from './reducing-only.ts'
import { RequestsHaveACause } from './requests-have-a-cause.ts'
import { ResetsComeOnce } from './resets-come-once.ts'

/** REST may show the past by so much. */
const REST_LAG_MS = 2_000
/** Steps between two deep looks lie so far apart. */
const LOOK_EVERY_MS = 100

/**
 * Watches everything that crosses the ports of the program, and the exchange behind them, and says what must never be: a class for each
 * group of invariants, over the evidence that they share. It computes nothing with the product's code: sizes come from the ledger, money from
 * the published trades, days from a walk over the calendar.
 */
export class Oracle {
  readonly #evidence: Evidence
  readonly #intentComesFirst: IntentComesFirst
  readonly #oneRequestAtATime: OneRequestAtATime
  readonly #reducingOnly: ReducingOnly
  readonly #noMoreThanTooMuch: NoMoreThanTooMuch
  readonly #lockoutsKeepTheirTime: LockoutsKeepTheirTime
  readonly #resetsComeOnce: ResetsComeOnce
  readonly #flatIsProved: FlatIsProved
  readonly #doubtDecidesNothing: DoubtDecidesNothing
  readonly #bookIsTrue: BookIsTrue
  readonly #debtsArePaid: DebtsArePaid
  readonly #nothingIsForgotten: NothingIsForgotten
  readonly #requestsHaveACause: RequestsHaveACause
  readonly #hash = createHash('sha256')
  /** Decisions are looked at when they are first heard of, although the disk may refuse them for a while. */
  readonly #known = new WeakSet<TurnRecord>()
  #lookedMs = 0

  constructor(world: World) {
    const evidence = new Evidence(world)
    this.#evidence = evidence
    this.#intentComesFirst = new IntentComesFirst(evidence)
    this.#oneRequestAtATime = new OneRequestAtATime(evidence)
    this.#reducingOnly = new ReducingOnly(evidence)
    this.#noMoreThanTooMuch = new NoMoreThanTooMuch(evidence)
    this.#lockoutsKeepTheirTime = new LockoutsKeepTheirTime(evidence)
    this.#resetsComeOnce = new ResetsComeOnce(evidence)
    this.#flatIsProved = new FlatIsProved(evidence)
    this.#doubtDecidesNothing = new DoubtDecidesNothing(evidence)
    this.#bookIsTrue = new BookIsTrue(evidence)
    this.#debtsArePaid = new DebtsArePaid(evidence)
    this.#nothingIsForgotten = new NothingIsForgotten(evidence)
    this.#requestsHaveACause = new RequestsHaveACause(evidence)
  }

  get startedAt(): Evidence['startedAt'] {
    return this.#evidence.startedAt
  }

  /** Digest of all that happened: the same plan gives the same one. */
  trace(): string {
    return this.#hash.copy().digest('hex')
  }

  /** A new life of the program finds this on its disk. */
  opened(store: Store): void {
    this.#nothingIsForgotten.opened(store)
    this.#evidence.opened()
  }

  died(): void {
    this.#evidence.userStreamUp = false
    this.#note('died')
  }

  stoodStill(forMs: number): void {
    this.#note('stood still')
    this.#evidence.stoodStill(forMs)
  }

  /** The configuration names other settings of the rule. */
  reloaded(accountId: number, rule: string): void {
    const watch = this.#evidence.watch(accountId)
    watch.reloaded.add(rule)
    watch.reloadedMs = this.#evidence.nowMs()
  }

  loosened(accountId: number): void {
    this.#lockoutsKeepTheirTime.loosened(accountId)
  }

  dateWentWrong(ms: number): void {
    this.#evidence.clocks.dateWentWrong(ms)
  }

  /** The disk refused them. */
  refused(records: readonly TurnRecord[]): void {
    for (const record of records) {
      this.#evidence.unwritable.add(record.accountId)
      for (const goal of record.goals) this.#evidence.unwrittenGoals.set(goal.id, goal)
      this.#decided(record)
    }
  }

  committed(records: readonly TurnRecord[]): void {
    const { tally, facts, unwritable, unwrittenGoals } = this.#evidence
    tally.commits += 1
    for (const record of records) {
      const { accountId, at, cause, audit } = record
      unwritable.delete(accountId)
      for (const { id } of record.goals) unwrittenGoals.delete(id)
      this.#decided(record)
      const watch = this.#evidence.watch(accountId)
      watch.firstRecordAt = Math.min(watch.firstRecordAt, at)
      this.#requestsHaveACause.committed(record)
      this.#nothingIsForgotten.committed(record)
      this.#resetsComeOnce.committed(record)
      for (const outcome of outcomesOf(record, facts)) tally.covered.hit(outcome)
      for (const { id, command, state } of record.commands) {
        tally.covered.hit(commandMove(command.kind, facts.commands.get(id)?.state, state))
      }
      facts.take(record)
      this.#note(`commit ${accountId} ${cause} ${audit.map(({ action, subject }) => `${action} ${subject}`).join()}`)
    }
  }

  sent(command: Command): void {
    this.#evidence.tally.commands += 1
    this.#note(`send ${JSON.stringify(command)}`)
    this.#requestsHaveACause.sent(command)
    this.#intentComesFirst.sent(command)
    this.#reducingOnly.sent(command)
    this.#noMoreThanTooMuch.sent(command)
    this.#oneRequestAtATime.sent(command)
  }

  answered(command: Command, outcome: CommandOutcome): void {
    this.#note(`answer ${command.kind} ${outcome.kind}`)
    this.#oneRequestAtATime.answered(command, outcome)
  }

  /** A list on its way to the program, before anything of the program reads it. */
  seen(reply: SeenReply): void {
    this.#evidence.watch(reply.accountId).take(reply)
    if (reply.list === 'positions') this.#evidence.tally.readings += 1
    this.#requestsHaveACause.read(reply)
  }

  /** A full reading was handed to the program. */
  reconciled(accountId: number, requestedMs: number, tradesSince: number): void {
    this.#bookIsTrue.reconciled(accountId, requestedMs, tradesSince)
    const watch = this.#evidence.watch(accountId)
    watch.reconciledMs = Math.max(watch.reconciledMs, requestedMs)
    const lagMs = this.#evidence.world.trouble.isStale() ? REST_LAG_MS : 0
    watch.shownMs = Math.max(watch.shownMs, requestedMs - lagMs)
  }

  heard(event: DomainEvent): void {
    this.#evidence.heard(event)
  }

  told(accountId: number, notes: readonly Note[]): void {
    for (const note of notes) this.#note(`told ${accountId} ${note.kind}`)
  }

  /** After every step of the world. */
  look(): void {
    const { tally, world, clocks } = this.#evidence
    tally.steps += 1
    this.#lookAtLedger()
    const nowMs = this.#evidence.nowMs()
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return
    this.#lookedMs = nowMs
    this.#evidence.lookAtTheMarket()
    clocks.look()
    if (world.program === null) return
    for (const state of world.program.kernel.states()) {
      this.#bookIsTrue.look(state)
      if (state.accountId === world.trouble.poisoned) continue
      this.#debtsArePaid.look(state.accountId)
      this.#doubtDecidesNothing.look(state)
    }
    this.#lockoutsKeepTheirTime.look()
    this.#resetsComeOnce.look()
  }

  /** When the day is over and everything has healed. */
  lookAtTheEnd(): void {
    const { tally, truth, facts } = this.#evidence
    tally.quotes += truth.quotes
    tally.userEvents += truth.userEvents
    tally.lockouts += facts.lockouts.size
    tally.breaches += facts.breaches.size
    this.#nothingIsForgotten.lookAtTheEnd()
    this.#requestsHaveACause.lookAtTheEnd()
  }

  /** What was decided, at the moment in which it was. */
  #decided(record: TurnRecord): void {
    if (this.#known.has(record)) return
    this.#known.add(record)
    const { accountId, endedLockouts, goals } = record
    for (const { id } of endedLockouts) this.#lockoutsKeepTheirTime.unlocked(accountId, id)
    this.#doubtDecidesNothing.decided(record)
    for (const { goal, state } of goals) {
      if ((state === 'reached' || state === 'moot') && isFlatGoal(goal)) this.#flatIsProved.calledFlat(accountId, goal)
    }
  }

  #lookAtLedger(): void {
    const { world, truth } = this.#evidence
    const movedMs = new Map<string, number>()
    for (const { id } of world.accounts) {
      for (const [contractId, atMs] of truth.of(id).filledMs) movedMs.set(`${id} ${contractId}`, atMs)
    }
    for (const entry of truth.newEntries()) {
      const { kind, accountId, contractId, author, side, size, orderId } = entry
      const key = `${accountId} ${contractId}`
      this.#reducingOnly.traded(entry, movedMs.get(key) ?? Number.NEGATIVE_INFINITY)
      if (entry.kind === 'fill') {
        this.#noMoreThanTooMuch.filled(entry, this.#reducingOnly.isResting(orderId))
        movedMs.set(key, this.#evidence.nowMs())
      }
      this.#note(`${kind} ${accountId} ${contractId} ${author} ${side} ${size}`)
    }
  }

  #note(what: string): void {
    this.#hash.update(`${this.#evidence.nowMs()} ${what}\n`)
  }
}
