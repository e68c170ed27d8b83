import {
  AccountId,
  type Command,
  type CommandOutcome,
  type DomainEvent,
  endInstant,
  type Goal,
  instant,
  type TurnRecord,
} from '@rm/domain'
import { isTrusted, type Note } from '@rm/engine'
import type { LedgerEntry } from '@rm/gateway-sim'
import { isTrading } from '@rm/gateway-sim/virtual'
import type { Store } from '@rm/state'
import { createHash } from 'node:crypto'
import type { Plan } from '../plan.ts'
import type { Tally } from '../tally.ts'
import type { SeenReply } from '../virtual-reads.ts'
import type { World } from '../world.ts'
import { AccountWatch } from './account-watch.ts'
import { BookCompare } from './book-compare.ts'
import { lastReset } from './chicago-day.ts'
import { DurableFacts } from './durable-facts.ts'
import { LedgerWatch } from './ledger-watch.ts'
import { owed } from './owed.ts'
import { isFlat, Truth, type TrueAccount } from './truth.ts'
import { Verdicts } from './verdicts.ts'

/** B-3: from what has to be undone to the end of it. */
const UNDONE_MS = 5_000
/** L-06: from the end of an outage until the account is trusted, with the reading itself. */
const TRUSTED_MS = 5_500
/** L-07: a look every second, and business time that is carried by the whole seconds of the `Date`. */
const RELEASED_MS = 5_000
/** L-08: the same, after a start. */
const RESET_MS = 7_000
/** L-03: the reading that counts for a reduction waits for the lag of REST. */
const SETTLED_MS = 9_000
/** E-09: after the exchange has opened. */
const OPENED_MS = 6_000
/** Two empty readings are begun so far apart; the first may leave 10 ms later, when facts of its turn wait for company in a commit. */
const APART_MS = 490
/** Steps between two deep looks lie so far apart. */
const LOOK_EVERY_MS = 100
/** A trade that was taken back unheard is found by the balance: two comparisons, and the reading of the whole day. */
const VOID_FOUND_MS = 95_000
/** A `Date` that is right again is heard of by the next regular comparison at the latest. */
const DATE_RIGHT_MS = 32_000
/** A wrong one that is insisted on for so long may be followed: a minute, less the replies in between. */
const DATE_FOLLOWED_MS = 50_000
/** Business time is behind the truth by no more. */
const LOOSENED_MS = 2_000
/** A word about a position is so much older than its arrival at the most. */
const BEHIND_MS = 1_000
/** Clocks that were wrong may be believed within the skew that the product allows. */
const SKEW_ALLOWED_MS = 3_000
/** L-09: from the last cause of a request to the last request. */
const CLOSING_MS = 10_000
const FIRST_TICK_MS = 1_100
/** A pause that is longer than that of five ticks. */
const STANDSTILL_MS = 6_500
/** Two readings lie half a second apart, but for the first after each request; more would eat the budget of the requests. */
const READINGS_IN_10_S = 24

/** Rules whose breach always brings a lockout. */
const LOCKING: ReadonlySet<string> = new Set(['RULE-003', 'RULE-007', 'RULE-009', 'RULE-013'])

/**
 * Watches everything that crosses the ports of the program, and the exchange behind them, and says what must never be. It computes nothing
 * with the product's code: sizes come from the ledger, money from the published trades, days from a walk over the calendar.
 */
export class Oracle {
  readonly startedAt: ReturnType<typeof instant>
  readonly #world: World
  readonly #tally: Tally
  readonly #verdicts: Verdicts
  readonly #truth: Truth
  readonly #facts = new DurableFacts()
  readonly #ledgerWatch: LedgerWatch
  readonly #books: BookCompare
  readonly #watches = new Map<number, AccountWatch>()
  readonly #plans: ReadonlyMap<number, Plan['accounts'][number]>
  readonly #roots: ReadonlyMap<string, string>
  readonly #hash = createHash('sha256')
  /** Decisions are looked at when they are first heard of, although the disk may refuse them for a while. */
  readonly #known = new WeakSet<TurnRecord>()
  readonly #unwritable = new Set<number>()
  #userStreamUp = false
  #openedMs = 0
  #lookedMs = 0
  #openSinceMs = 0
  #isOpen = false
  #wasClockWrong = false
  #dateWrong = { sinceMs: 0, lastMs: Number.NEGATIVE_INFINITY, ahead: 0 }
  /** True time until which the program may think that it is later than that. */
  #aheadUntil = 0

  constructor(world: World) {
    const { time, tally, exchange, accounts, contracts, violations } = world
    const nowMs = (): number => time.elapsedMs()
    this.#world = world
    this.#tally = tally
    this.startedAt = time.now()
    this.#verdicts = new Verdicts(tally, nowMs, violations)
    const ids = accounts.map(({ id }) => Number(id))
    this.#truth = new Truth(exchange, ids, nowMs)
    this.#ledgerWatch = new LedgerWatch(this.#verdicts)
    this.#books = new BookCompare(this.#verdicts)
    for (const id of ids) this.#watches.set(id, new AccountWatch())
    this.#plans = new Map(accounts.map(({ id, written }) => [Number(id), written]))
    this.#roots = new Map(contracts.map(({ id, root }) => [String(id), root]))
  }

  /** Digest of all that happened: the same plan gives the same one. */
  trace(): string {
    return this.#hash.copy().digest('hex')
  }

  /** A new life of the program finds this on its disk. */
  opened(store: Store): void {
    this.#verdicts.check('S-14', store.verifyAudit().ok, () => 'the audit trail is broken after a start')
    for (const [id, watch] of this.#watches) {
      const missing = this.#facts.missingFrom(id, store.loadAccount(AccountId.parse(id), instant(0)))
      this.#verdicts.check('S-02', missing.length === 0, () => `account ${id}: a start forgot ${missing.join(', ')}`)
      watch.forget(this.#nowMs())
    }
    this.#unwritable.clear()
    this.#openedMs = this.#nowMs()
    this.#userStreamUp = false
    this.#aheadUntil = 0
  }

  died(): void {
    this.#userStreamUp = false
    this.#note('died')
  }

  /** The process did not run for so long: beyond some seconds what it knew is of the past (reliability T-08). */
  stoodStill(forMs: number): void {
    const nowMs = this.#nowMs()
    this.#note('stood still')
    for (const watch of this.#watches.values()) {
      watch.owedSince.clear()
      // Before its first tick a program cannot know how long it stood.
      if (forMs <= STANDSTILL_MS || nowMs - forMs - this.#openedMs < FIRST_TICK_MS) continue
      watch.doubtedMs = nowMs
      watch.wokeMs = nowMs
    }
  }

  reloaded(accountId: number, rule: string): void {
    const watch = this.#watch(accountId)
    watch.reloaded.add(rule)
    watch.reloadedMs = this.#nowMs()
  }

  loosened(accountId: number): void {
    const held = [...this.#facts.lockouts.values()].filter(
      ({ accountId: id, hasEnded, lockout, untilMs }) =>
        id === accountId &&
        !hasEnded &&
        lockout.end.kind !== 'session-start' &&
        lockout.end.kind !== 'config' &&
        // The looser settings themselves may lock at once.
        lockout.from < this.#trueNow() - LOOSENED_MS &&
        untilMs > this.#trueNow() + this.#skewMs(),
    )
    this.#verdicts.check(
      'S-13',
      held.length === 0,
      () => `account ${accountId}: settings loosened under ${held.map(({ lockout }) => lockout.id).join(', ')}`,
    )
  }

  /**
   * The gateway begins to name a wrong time. One that it insists on for a minute is followed, though not trusted, and business time never
   * runs backwards: until the truth has caught up nothing unlocks (L-07 delays while time is untrusted).
   */
  dateWentWrong(ms: number): void {
    const nowMs = this.#nowMs()
    this.#dateWrong = {
      sinceMs: nowMs - this.#dateWrong.lastMs > DATE_RIGHT_MS ? nowMs : this.#dateWrong.sinceMs,
      lastMs: nowMs,
      ahead: Math.max(this.#dateWrong.ahead, ms, 0),
    }
  }

  /** The disk refused them. */
  refused(records: readonly TurnRecord[]): void {
    for (const record of records) {
      this.#unwritable.add(record.accountId)
      this.#decided(record)
    }
  }

  committed(records: readonly TurnRecord[]): void {
    this.#tally.commits += 1
    for (const record of records) {
      this.#unwritable.delete(record.accountId)
      this.#decided(record)
      this.#lookAtCommit(record)
      this.#facts.take(record)
      this.#note(
        `commit ${record.accountId} ${record.cause} ${record.audit.map(({ action, subject }) => `${action} ${subject}`).join()}`,
      )
    }
  }

  sent(command: Command): void {
    this.#tally.commands += 1
    this.#note(`send ${JSON.stringify(command)}`)
    const { accountId } = command
    const nowMs = this.#nowMs()
    const watch = this.#watch(accountId)
    watch.sentMs = nowMs
    watch.departures.push(nowMs)
    const intent = this.#facts.intents.get(command)
    const story = (): string => `${command.kind} ${command.contractId} of account ${accountId} left`
    const isExcused = this.#unwritable.has(accountId) && command.kind !== 'modify-order'
    this.#verdicts.check('S-01', intent !== undefined || isExcused, () => `${story()} without a durable intent`)
    if (intent?.goalId !== undefined && intent.goalId !== null && !isExcused) this.#lookAtOrigin(intent.goalId, story)
    const truth = this.#truth.of(accountId)
    this.#ledgerWatch.lookAtCancel(command, truth, this.#isClosing(accountId, command.contractId), nowMs)
    if (command.kind !== 'close-position' && command.kind !== 'reduce-position') return
    const { contractId } = command
    watch.lastResize.set(contractId, {
      kept: command.kind === 'reduce-position' ? this.#leastKept(accountId, contractId) : 0,
      knownMs: Math.max(watch.positionsSeenMs, watch.observedMs.get(contractId) ?? Number.NEGATIVE_INFINITY),
    })
    const doubt = watch.inDoubt.get(contractId)
    const isSeen =
      doubt === undefined ||
      watch.isObservedSince(contractId, doubt.atMs) ||
      // The stream may have told what became of it before its answer was given up.
      (watch.observedMs.get(contractId) ?? Number.NEGATIVE_INFINITY) > doubt.sentMs
    this.#verdicts.check(
      'S-10',
      !watch.underWay.has(contractId),
      () => `${story()} while another one is under way since ${watch.underWay.get(contractId)}`,
    )
    this.#verdicts.check(
      'S-10',
      isSeen,
      () => `${story()} although nobody looked what became of the one in doubt since ${doubt?.atMs}`,
    )
    watch.inDoubt.delete(contractId)
    watch.underWay.set(contractId, nowMs)
  }

  answered(command: Command, outcome: CommandOutcome): void {
    this.#note(`answer ${command.kind} ${outcome.kind}`)
    if (command.kind !== 'close-position' && command.kind !== 'reduce-position') return
    const watch = this.#watch(command.accountId)
    const sentMs = watch.underWay.get(command.contractId) ?? Number.NEGATIVE_INFINITY
    watch.underWay.delete(command.contractId)
    if (outcome.kind === 'unknown') watch.inDoubt.set(command.contractId, { sentMs, atMs: this.#nowMs() })
  }

  /** A list on its way to the program, before anything of the program reads it. */
  seen(reply: SeenReply): void {
    const watch = this.#watch(reply.accountId)
    watch.take(reply)
    if (reply.list !== 'positions') return
    this.#tally.readings += 1
    const since = this.#nowMs() - 10_000
    const recent = watch.replies.filter(({ list, sentMs }) => list === 'positions' && sentMs >= since).length
    watch.departures = watch.departures.filter((atMs) => atMs >= since - 5_000)
    this.#verdicts.check(
      'S-21',
      recent <= READINGS_IN_10_S + watch.departures.length,
      () => `account ${reply.accountId}: ${recent} readings in 10 s`,
    )
  }

  /** A full reading was handed to the program. */
  reconciled(accountId: number, requestedMs: number, tradesSince: number): void {
    const watch = this.#watch(accountId)
    const { untoldVoids } = this.#truth.of(accountId)
    for (const [id, { publishedMs, at }] of untoldVoids) {
      if (publishedMs < requestedMs && tradesSince <= at) untoldVoids.delete(id)
    }
    watch.reconciledMs = Math.max(watch.reconciledMs, requestedMs)
  }

  heard(event: DomainEvent): void {
    const nowMs = this.#nowMs()
    if (event.kind === 'stream-lost' || event.kind === 'stream-restored') {
      if (event.stream === 'market') return
      this.#userStreamUp = event.kind === 'stream-restored'
      for (const watch of this.#watches.values()) watch.doubtedMs = nowMs
    } else if (event.kind === 'authentication-lost') {
      for (const watch of this.#watches.values()) watch.doubtedMs = nowMs
    } else if (event.kind === 'payload-faulted') {
      this.#watch(event.accountId).doubtedMs = nowMs
    } else if (event.kind === 'position-changed') {
      this.#observed(event.accountId, event.position.contractId)
    } else if (event.kind === 'trade-reported') {
      if (event.trade.voided) this.#truth.of(event.accountId).untoldVoids.delete(event.trade.id)
      this.#observed(event.accountId, event.trade.contractId)
    } else if (event.kind === 'order-changed') {
      this.#observed(event.accountId, event.order.contractId)
    }
  }

  told(accountId: number, notes: readonly Note[]): void {
    for (const note of notes) this.#note(`told ${accountId} ${note.kind}`)
  }

  /** After every step of the world. */
  look(): void {
    this.#tally.steps += 1
    const nowMs = this.#nowMs()
    this.#lookAtLedger(nowMs)
    if (nowMs - this.#lookedMs < LOOK_EVERY_MS) return
    this.#lookedMs = nowMs
    const isOpen = isTrading('globex', this.#trueNow())
    if (isOpen && !this.#isOpen) this.#openSinceMs = nowMs
    this.#isOpen = isOpen
    const { trouble, machineStepMs } = this.#world
    const isDateWrong = trouble.isAt('wrong-date')
    if (machineStepMs !== 0 || isDateWrong) this.#wasClockWrong = true
    if (isDateWrong) {
      this.#dateWrong = { ...this.#dateWrong, lastMs: nowMs }
      const isFollowed = nowMs - this.#dateWrong.sinceMs > DATE_FOLLOWED_MS
      if (isFollowed)
        this.#aheadUntil = Math.max(this.#aheadUntil, this.#trueNow() + this.#dateWrong.ahead + DATE_FOLLOWED_MS)
    }
    const { program } = this.#world
    if (program === null) return
    const healthyMs = trouble.healthySinceMs()
    for (const state of program.kernel.states()) {
      const truth = this.#truth.of(state.accountId)
      const watch = this.#watch(state.accountId)
      this.#lookAtBook(state, truth, watch, healthyMs)
      if (state.accountId === trouble.poisoned) continue
      this.#lookAtDebts(truth, watch, healthyMs)
      this.#lookAtTrust(state, watch, healthyMs)
    }
    this.#lookAtLocks(healthyMs)
  }

  /** When the day is over and everything has healed. */
  lookAtTheEnd(): void {
    const { program, trouble } = this.#world
    const nowMs = this.#nowMs()
    this.#tally.quotes += this.#truth.quotes
    this.#tally.userEvents += this.#truth.userEvents
    this.#tally.lockouts += this.#facts.lockouts.size
    this.#tally.breaches += this.#facts.breaches.size
    if (program === null) {
      this.#verdicts.check('L-05', false, () => 'the program did not come back')
      return
    }
    this.#verdicts.check('S-14', program.store.verifyAudit().ok, () => 'the audit trail is broken at the end')
    const isDeaf = !this.#world.isHubUp('user')
    for (const { id } of this.#world.accounts) {
      if (id === trouble.poisoned || isDeaf || !this.#isOpen) continue
      const watch = this.#watch(id)
      const open = [...this.#facts.goals.values()].filter(
        ({ goal, isOpen }) => goal.accountId === id && isOpen && this.#trueNow() - goal.begunAt > CLOSING_MS,
      )
      const story = (): string =>
        `account ${id}: still owed at the end: ${open.map(({ goal }) => JSON.stringify(goal)).join()}`
      this.#verdicts.check('S-02', open.length === 0, story)
      this.#verdicts.check('L-05', open.length === 0, story)
      const causeMs = Math.max(this.#truth.of(id).traderMs, watch.begunMs)
      this.#verdicts.check(
        'L-09',
        nowMs - watch.sentMs > CLOSING_MS || watch.sentMs - causeMs <= CLOSING_MS || this.#isManaged(id),
        () =>
          `account ${id}: a request ${nowMs - watch.sentMs} ms before the end, its cause ${nowMs - causeMs} ms before it`,
      )
      const stored = program.store.loadAccount(id, instant(0))
      const missing = this.#facts.missingFrom(id, stored)
      this.#verdicts.check('S-02', missing.length === 0, () => `account ${id}: the store lacks ${missing.join(', ')}`)
    }
  }

  /** What was decided, at the moment in which it was. */
  #decided(record: TurnRecord): void {
    if (this.#known.has(record)) return
    this.#known.add(record)
    const { accountId } = record
    for (const { id } of record.endedLockouts) this.#lookAtUnlock(accountId, id)
    const watch = this.#watch(accountId)
    const nowMs = this.#nowMs()
    const ended = record.goals.filter(({ state }) => state === 'reached' || state === 'moot')
    const isWorsened = record.breaches.length > 0
    if (record.endedLockouts.length + ended.length > 0 || (record.endedBreaches.length > 0 && !isWorsened)) {
      const needsTrust =
        record.endedLockouts.length + record.endedBreaches.length > 0 || ended.some(({ goal }) => isFlatGoal(goal))
      const isKnown =
        (this.#userStreamUp && watch.reconciledMs >= watch.doubtedMs) ||
        // What was decided just before is written in the same moment.
        (watch.doubtedMs >= nowMs - 1 && watch.reconciledMs >= watch.wokeMs)
      this.#verdicts.check(
        'S-08',
        !needsTrust || isKnown,
        () =>
          `account ${accountId}: decided in doubt (since ${watch.doubtedMs}, read ${watch.reconciledMs}): ${endsOf(record)}`,
      )
    }
    for (const { goal } of ended) if (isFlatGoal(goal)) this.#lookAtFlat(accountId, goal, watch, nowMs)
  }

  #lookAtUnlock(accountId: number, id: string): void {
    const known = this.#facts.lockouts.get(id)
    if (known === undefined) return
    const { lockout, untilMs } = known
    const early = untilMs - this.#trueNow()
    const holds =
      endInstant(lockout.end) === null ? this.#isConditionMet(accountId, lockout.end.kind) : early <= this.#skewMs()
    const story = (): string => `account ${accountId}: lockout ${id} of ${lockout.rule} ended ${early} ms too early`
    this.#verdicts.check('S-04', holds, story)
    if (this.#wasClockWrong) this.#verdicts.check('S-18', holds, story)
  }

  #isConditionMet(accountId: number, kind: string): boolean {
    const { canTrade, switchedMs } = this.#truth.of(accountId)
    if (kind === 'can-trade') return canTrade || this.#nowMs() - switchedMs < 65_000
    return this.#watch(accountId).reloaded.has('symbol_blocks')
  }

  /** S-09: two explicit empty lists of both kinds, far enough apart, and newer than our last request. */
  #lookAtFlat(accountId: number, goal: Goal, watch: AccountWatch, nowMs: number): void {
    const concerns = (contractId: string): boolean =>
      goal.kind === 'flat-account' || (goal.kind === 'flat-contract' && goal.contractId === contractId)
    const truth = this.#truth.of(accountId)
    const times = watch.cleanTimes(concerns).filter((at) => goal.kind !== 'flat-account' || at >= truth.daemonMs)
    const last = times.at(-1) ?? Number.NEGATIVE_INFINITY
    this.#verdicts.check(
      'S-09',
      times.some((at) => last - at >= APART_MS),
      () =>
        `account ${accountId}: ${goal.kind} was called reached; empty readings at ${times.slice(-5).join(', ')}, now ${nowMs}`,
    )
    const isHealthy = this.#world.trouble.healthySinceMs() <= nowMs
    if (goal.kind !== 'flat-account' || !isHealthy || nowMs - truth.traderMs < 1_500) return
    this.#verdicts.check('S-09', isFlat(truth), () => `account ${accountId} was called flat and is not`)
  }

  #lookAtCommit(record: TurnRecord): void {
    const { accountId } = record
    const watch = this.#watch(accountId)
    watch.firstRecordAt = Math.min(watch.firstRecordAt, record.at)
    if (record.goals.some(({ state }) => state === 'pursued')) watch.begunMs = this.#nowMs()
    for (const { id, state } of record.goals) {
      const known = this.#facts.goals.get(id)
      this.#verdicts.check(
        'S-02',
        known === undefined || known.isOpen,
        () => `goal ${id} became ${state} after its end`,
      )
    }
    const crossed = this.#facts.resets.get(accountId) ?? new Set()
    for (const reset of record.resets) {
      this.#verdicts.check(
        'L-08',
        !crossed.has(reset),
        () => `account ${accountId}: the reset ${reset} was crossed twice`,
      )
      crossed.add(reset)
    }
    this.#facts.resets.set(accountId, crossed)
  }

  /** S-01, S-05: the breach, and the lockout that comes with it, are durable before the first request of the goal. */
  #lookAtOrigin(goalId: string, story: () => string): void {
    const goal = this.#facts.goals.get(goalId)?.goal
    this.#verdicts.check('S-01', goal !== undefined, () => `${story()} for the goal ${goalId}, which is not durable`)
    if (goal === undefined) return
    const { kind, id } = goal.origin
    if (kind === 'lockout') {
      this.#verdicts.check(
        'S-05',
        this.#facts.lockouts.has(id),
        () => `${story()} for the lockout ${id}, which is not durable`,
      )
      return
    }
    const breach = this.#facts.breaches.get(id)?.breach
    this.#verdicts.check('S-01', breach !== undefined, () => `${story()} for the breach ${id}, which is not durable`)
    if (breach === undefined || !LOCKING.has(breach.rule)) return
    const isLocked = [...this.#facts.lockouts.values()].some(
      ({ accountId, lockout, untilMs }) =>
        accountId === breach.accountId && lockout.rule === breach.rule && untilMs >= breach.firstSeenAt,
    )
    this.#verdicts.check('S-05', isLocked, () => `${story()} for ${breach.rule} before its lockout was durable`)
  }

  #lookAtLedger(nowMs: number): void {
    const healthyMs = this.#world.trouble.healthySinceMs()
    const movedBefore = new Map<string, number>()
    for (const { id } of this.#world.accounts) {
      for (const [contractId, atMs] of this.#truth.of(id).filledMs) movedBefore.set(`${id} ${contractId}`, atMs)
    }
    for (const entry of this.#truth.newEntries()) {
      const key = `${entry.accountId} ${entry.contractId}`
      this.#ledgerWatch.look(entry, nowMs, movedBefore.get(key) ?? Number.NEGATIVE_INFINITY, healthyMs <= nowMs)
      this.#lookAtExcess(entry)
      if (entry.kind === 'fill') movedBefore.set(key, nowMs)
      this.#note(`${entry.kind} ${entry.accountId} ${entry.contractId} ${entry.author} ${entry.side} ${entry.size}`)
    }
  }

  /** E-04: a reduction takes what is too much, and no more. What the trader does behind the program's back is his. */
  #lookAtExcess(entry: LedgerEntry): void {
    // Settings that changed may demand more than the goals that are open say.
    if (entry.kind !== 'fill' || this.#world.trouble.isStale() || this.#watch(entry.accountId).reloaded.size > 0) return
    const truth = this.#truth.of(entry.accountId)
    // The trader's own orders, brackets that the venue carries out, and stops and targets of ours that wait there.
    if (entry.author !== 'daemon' || this.#ledgerWatch.isResting(entry.orderId)) {
      truth.otherFilledMs.set(entry.contractId, this.#nowMs())
      return
    }
    const resize = this.#watch(entry.accountId).lastResize.get(entry.contractId)
    const otherMs = truth.otherFilledMs.get(entry.contractId) ?? Number.NEGATIVE_INFINITY
    if (resize === undefined || resize.kept === 0 || otherMs > resize.knownMs - BEHIND_MS) return
    this.#verdicts.check(
      'S-03',
      Math.abs(entry.positionAfter) >= resize.kept,
      () => `a reduction left less than the ${resize.kept} that are allowed: ${JSON.stringify(entry)}`,
    )
  }

  /** The least that everything which is demanded of the contract allows; 0 where more than its size is at stake. */
  #leastKept(accountId: number, contractId: string): number {
    const isLocked = [...this.#facts.lockouts.values()].some((one) => one.accountId === accountId && !one.hasEnded)
    const open = [...this.#facts.goals.values()].filter(({ goal, isOpen }) => isOpen && goal.accountId === accountId)
    const caps = open.map(({ goal: { goal } }) => {
      if (goal.kind !== 'cap') return 0
      return goal.contractId === contractId ? goal.contracts : Number.POSITIVE_INFINITY
    })
    const least = isLocked ? 0 : Math.min(...caps)
    return Number.isFinite(least) ? least : 0
  }

  #lookAtBook(
    state: Parameters<BookCompare['money']>[0],
    truth: TrueAccount,
    watch: AccountWatch,
    healthyMs: number,
  ): void {
    const nowMs = this.#nowMs()
    const trueNow = this.#trueNow()
    const lagMs = this.#world.trouble.isStale() ? 2_000 : 0
    const isExcused = [...truth.untoldVoids.values()].some(
      ({ publishedMs }) => nowMs - Math.max(healthyMs, publishedMs) < VOID_FOUND_MS,
    )
    if (!isExcused && watch.reconciledMs > truth.tradedMs + lagMs && trueNow - lastReset(trueNow) > RESET_MS) {
      this.#books.money(state, truth, trueNow)
    }
    const restMs = Math.max(truth.changedMs, watch.heardMs) + 3_500
    if (healthyMs <= nowMs && watch.reconciledMs > restMs) this.#books.exposure(state, truth)
  }

  /** L-02: what has to be undone is undone in time, counted from the trader's last deed. */
  #lookAtDebts(truth: TrueAccount, watch: AccountWatch, healthyMs: number): void {
    const nowMs = this.#nowMs()
    const plan = this.#plans.get(truth.id)
    if (plan === undefined) return
    const debts = new Set(
      owed(
        truth,
        plan,
        (rule) => !watch.reloaded.has(rule),
        this.#facts,
        this.#trueNow(),
        (id) => this.#roots.get(id) ?? id,
      ),
    )
    for (const key of watch.owedSince.keys()) if (!debts.has(key)) watch.owedSince.delete(key)
    for (const key of debts) {
      const since = watch.owedSince.get(key) ?? nowMs
      watch.owedSince.set(key, since)
      if (!this.#isOpen) continue
      const fromMs = Math.max(since, healthyMs, truth.traderMs, watch.reloadedMs, this.#openSinceMs + OPENED_MS)
      const story = (): string =>
        `account ${truth.id}: ${key} for ${nowMs - fromMs} ms; holds ${JSON.stringify([...truth.sizes])}, ${truth.working.size} orders`
      this.#verdicts.check('L-02', nowMs - fromMs <= UNDONE_MS, story)
      if (this.#world.trouble.poisoned !== null) this.#verdicts.check('S-11', nowMs - fromMs <= UNDONE_MS, story)
    }
  }

  #lookAtTrust(state: Parameters<BookCompare['money']>[0], watch: AccountWatch, healthyMs: number): void {
    const nowMs = this.#nowMs()
    const { accountId, trust, word, inFlight } = state
    if (!this.#userStreamUp) {
      this.#verdicts.check('S-08', !isTrusted(trust), () => `account ${accountId} is ${word} without its stream`)
    } else if (watch.doubtedMs > watch.reconciledMs && watch.doubtedMs < nowMs) {
      this.#verdicts.check('S-08', !isTrusted(trust), () => `account ${accountId} is ${word} before it was read`)
    }
    if (nowMs - Math.max(healthyMs, watch.doubtedMs) > TRUSTED_MS && this.#world.isHubUp('user')) {
      this.#verdicts.check('L-06', isTrusted(trust), () => `account ${accountId} is still ${word}`)
    }
    for (const { record, answeredMs } of inFlight) {
      if (record.state !== 'in-doubt' || answeredMs === null || !this.#isOpen) continue
      const waitedMs = nowMs - Math.max(answeredMs, healthyMs)
      this.#verdicts.check(
        'L-03',
        waitedMs <= SETTLED_MS,
        () => `account ${accountId}: ${record.command.kind} in doubt for ${waitedMs} ms`,
      )
    }
  }

  /** L-07 and L-08, by the true time. */
  #lookAtLocks(healthyMs: number): void {
    const nowMs = this.#nowMs()
    const trueNow = this.#trueNow()
    if (!this.#world.isHubUp('user') || trueNow < this.#aheadUntil) return
    const { poisoned } = this.#world.trouble
    for (const [id, { accountId, untilMs, hasEnded }] of this.#facts.lockouts) {
      if (hasEnded || accountId === poisoned || untilMs >= trueNow) continue
      const lateMs = Math.min(trueNow - untilMs, nowMs - healthyMs - TRUSTED_MS)
      this.#verdicts.check(
        'L-07',
        lateMs <= RELEASED_MS,
        () => `account ${accountId}: lockout ${id} is over for ${lateMs} ms`,
      )
    }
    const reset = lastReset(trueNow)
    const sinceMs = Math.min(trueNow - reset, nowMs - healthyMs)
    if (reset <= this.startedAt || sinceMs <= RESET_MS) return
    for (const { id } of this.#world.accounts) {
      // Where nothing was stored before it there is nothing to reset.
      if (this.#watch(id).firstRecordAt >= reset) continue
      const isCrossed = this.#facts.resets.get(id)?.has(reset) ?? false
      this.#verdicts.check('L-08', isCrossed, () => `account ${id}: the reset of ${sinceMs} ms ago was not crossed`)
    }
  }

  /** Whether something demands that the contract is closed, so that its stop goes with it. */
  #isClosing(accountId: number, contractId: string): boolean {
    return [...this.#facts.goals.values()].some(
      ({ goal, isOpen }) =>
        isOpen && goal.accountId === accountId && (goal.goal.kind !== 'cap' || goal.goal.contractId !== contractId),
    )
  }

  /** RULE-012 follows the market and has no end. */
  #isManaged(accountId: number): boolean {
    return (
      this.#plans.get(accountId)?.rules['trade_management'] !== undefined ||
      this.#watch(accountId).reloaded.has('trade_management')
    )
  }

  #observed(accountId: number, contractId: string): void {
    const watch = this.#watch(accountId)
    watch.heardMs = this.#nowMs()
    watch.observedMs.set(contractId, watch.heardMs)
  }

  #watch(accountId: number): AccountWatch {
    const watch = this.#watches.get(accountId)
    if (watch === undefined) throw new RangeError(`no account ${accountId}`)
    return watch
  }

  #nowMs(): number {
    return this.#world.time.elapsedMs()
  }

  #trueNow(): number {
    return this.#world.time.now()
  }

  /** How far ahead of the truth business time may be. */
  #skewMs(): number {
    return this.#wasClockWrong ? SKEW_ALLOWED_MS : 0
  }

  #note(what: string): void {
    this.#hash.update(`${this.#nowMs()} ${what}\n`)
  }
}

function isFlatGoal({ kind }: Goal): boolean {
  return kind === 'flat-account' || kind === 'flat-contract'
}

function endsOf(record: TurnRecord): string {
  const { endedLockouts, endedBreaches, goals } = record
  return [...endedLockouts, ...endedBreaches, ...goals].map(({ id }) => id).join(', ')
}
