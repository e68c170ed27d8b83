import type { AccountView, PursuedGoal, ReadingKind } from '@rm/domain'
import { accountCheckMs } from '@rm/rules'
import {
  admissionDueMs,
  confirmableMs,
  exposureOf,
  owedEvents,
  repeatedMs,
  REST_LAG_TOLERANCE_MS,
} from '@rm/state/book'
import { isTrusted } from './account-state.ts'
import { isSatisfied, needsReadings } from './exposure.ts'
import { REENTRIES_ALERTED } from './pursue-violations.ts'
import { EFFECT_OVERDUE_MS } from './command-effect.ts'
import type { TurnDraft } from './turn-draft.ts'
import { CLEAN_READINGS_APART_MS, goalConfirmableMs, lastSettledMs } from './verify-goals.ts'

/** A trusted account is compared with the gateway this often: the stream has no sequence numbers (reliability B-6, 3.5). */
const ANTI_ENTROPY_MS = 30_000
/** The first reading waits so long for the user stream: one that was begun before its subscriptions has to be repeated (reliability 3.5). */
const FIRST_STREAM_MS = 1_000
/** The same while the user stream is down or a goal is still owed. */
const CLOSE_WATCH_MS = 2_000
/** While a trader keeps coming back the stream tells enough, and every request that is not a close is one too many. */
const PERSISTENT_WATCH_MS = 10_000
/** Two readings of one account are never begun closer than this, but for the first after a command settled. */
const READINGS_APART_MS = CLEAN_READINGS_APART_MS
/** That one comes sooner; commands that settle one after the other share it (a guess). */
const ANSWERS_APART_MS = 125
/** Long enough for a reading and its answer. */
const LOOK_BEFORE_CLOSE_MS = 1_500

/** The two events of a fill follow each other within 30 ms; one that is alone for so long is missed by its other half. */
const OWED_POSITION_MS = 500
/** What a reading shows of trades is missed by the stream only when it is so old; sooner it would not be told as such. */
const OWED_TRADES_MS = REST_LAG_TOLERANCE_MS + 1
/** Full readings for that are no closer than this: a stream may lose every trade. */
const OWED_TRADES_APART_MS = 5_000

/** A trader who keeps re-entering is read only when he pauses for so long, so that readings leave the budget to the closes. */
const PERSISTENT_CALM_MS = 1_000

/** The reading that is wanted next. */
export interface WantedReading {
  readonly kind: ReadingKind
  /** Monotonic time at which to begin it. */
  readonly dueMs: number
}

/**
 * Which REST reading the account needs and when. Answers four questions by looking: is the book right, did a command work, is a
 * goal really reached, and what was the truth when stream and REST disagreed?
 */
export function planReading(draft: TurnDraft, view: AccountView): WantedReading | null {
  const { reading } = draft.state
  if (reading.inFlight.has('exposure')) return null
  // A full reading may wait long for its share of the rate budget; what is asked about a goal has a right of its own to leave.
  const wanted = earliestOf(
    draft.elapsedMs,
    ...[...reconciliation(draft), ...questions(draft), ...protectionLooks(draft, view)].filter(
      ({ kind }) => !reading.inFlight.has(kind),
    ),
  )
  return wanted === null ? null : { ...wanted, dueMs: Math.max(wanted.dueMs, reading.notBeforeMs) }
}

function* reconciliation(draft: TurnDraft): Generator<WantedReading> {
  const { trust, reading, goals } = draft.state
  if (!isTrusted(trust)) {
    const isFirst = reading.fullBegunMs === Number.NEGATIVE_INFINITY
    const { userStreamDownSince } = draft.state.connection
    if (isFirst && userStreamDownSince !== null) {
      yield { kind: 'account', dueMs: draft.elapsedMs + (userStreamDownSince + FIRST_STREAM_MS - draft.now) }
      return
    }
    const sinceDoubt = reading.fullBegunMs >= trust.doubtedMs
    const pauseMs = trust.userStreamUp ? READINGS_APART_MS : CLOSE_WATCH_MS
    // A stream of doubts, say of events that nobody can read, must not become one of readings.
    const soonMs = Math.max(draft.elapsedMs, reading.fullBegunMs + READINGS_APART_MS)
    yield { kind: 'account', dueMs: sinceDoubt ? reading.fullBegunMs + pauseMs : soonMs }
    return
  }
  yield { kind: 'account', dueMs: Math.min(reading.fullBegunMs + fullReadingMs(draft), confirmedMs(draft)) }
  const admittedMs = draft.state.lockouts.some(({ end }) => end.kind === 'can-trade')
    ? admissionDueMs(draft.state.book)
    : null
  if (admittedMs !== null) {
    yield { kind: 'account', dueMs: Math.max(admittedMs, reading.fullBegunMs + READINGS_APART_MS) }
  }
  if (goals.length > 0) {
    const watchMs = goals.some((goal) => isPersistent(draft, goal)) ? PERSISTENT_WATCH_MS : CLOSE_WATCH_MS
    yield { kind: 'exposure', dueMs: reading.begunMs + watchMs }
  }
}

/**
 * When what a gap may have hidden is looked for once more; +∞ once that was done. It can be too young for the reading that ended the gap,
 * because REST lags (reliability G-16).
 */
function confirmedMs(draft: TurnDraft): number {
  const { trust, reading } = draft.state
  return reading.fullBegunMs < trust.confirmedFromMs ? trust.confirmedFromMs : Number.POSITIVE_INFINITY
}

/** RULE-010 may want the account record sooner than the comparison does. */
function fullReadingMs(draft: TurnDraft): number {
  return Math.min(ANTI_ENTROPY_MS, accountCheckMs(draft.context.policy.rules) ?? ANTI_ENTROPY_MS)
}

function* questions(draft: TurnDraft): Generator<WantedReading> {
  const { reading, targets, inFlight, goals, book, cleanSince } = draft.state
  const paced = reading.begunMs + READINGS_APART_MS
  const firstAfter = (sinceMs: number): number =>
    sinceMs > reading.begunMs ? Math.max(sinceMs, reading.begunMs + ANSWERS_APART_MS) : paced
  if (reading.againMs !== null) yield { kind: 'exposure', dueMs: reading.againMs }
  for (const contractId of book.contracts.keys()) {
    if (repeatedMs(book, contractId) !== null) yield { kind: 'exposure', dueMs: paced }
    const fromMs = confirmableMs(book, contractId)
    if (fromMs !== null) yield { kind: 'exposure', dueMs: Math.max(paced, fromMs) }
    const { positionMs, tradesMs } = owedEvents(book, contractId)
    if (positionMs !== null) yield { kind: 'exposure', dueMs: Math.max(paced, positionMs + OWED_POSITION_MS) }
    if (tradesMs !== null) {
      yield { kind: 'account', dueMs: Math.max(reading.fullBegunMs + OWED_TRADES_APART_MS, tradesMs + OWED_TRADES_MS) }
    }
  }
  for (const { readSinceMs } of targets.values()) {
    if (readSinceMs !== null) yield { kind: 'exposure', dueMs: firstAfter(readSinceMs) }
  }
  for (const one of inFlight) {
    if (one.answeredMs !== null) yield { kind: 'exposure', dueMs: firstAfter(one.answeredMs + EFFECT_OVERDUE_MS) }
  }
  // While events may be missed nothing is called flat; what is wanted then is the full reading.
  if (inFlight.length > 0 || !isTrusted(draft.state.trust)) return
  const exposure = exposureOf(book)
  for (const pursued of goals) {
    if (!needsReadings(pursued.goal) || !isSatisfied(pursued.goal, exposure, draft.context.market.contract)) continue
    const first = cleanSince.get(pursued.id)
    const calmMs = isPersistent(draft, pursued) ? PERSISTENT_CALM_MS : 0
    const dueMs = first === undefined ? lastSettledMs(draft) + calmMs : first + CLEAN_READINGS_APART_MS
    yield { kind: 'exposure', dueMs: Math.max(paced, dueMs, goalConfirmableMs(draft, pursued.goal) ?? paced) }
  }
}

/**
 * Before a position is closed for want of a stop the gateway is asked once more: the event of a stop can be lost (reliability R-17, E-18).
 */
function* protectionLooks(draft: TurnDraft, view: AccountView): Generator<WantedReading> {
  const rule = draft.context.policy.rules.no_stop_loss_grace
  if (rule === undefined || !isTrusted(draft.state.trust)) return
  for (const { protection } of view.positions) {
    if (protection.covered) continue
    const closesAt = protection.measuredAt + rule.grace_period_seconds * 1_000 - protection.uncoveredMs
    const lookMs = draft.elapsedMs + (closesAt - draft.now) - LOOK_BEFORE_CLOSE_MS
    if (closesAt > draft.now && draft.state.reading.begunMs < lookMs) yield { kind: 'exposure', dueMs: lookMs }
  }
}

function isPersistent(draft: TurnDraft, { origin }: PursuedGoal): boolean {
  return (draft.state.violations.get(origin.id) ?? 0) >= REENTRIES_ALERTED
}

/** The one that is due first. A full reading answers every question that an exposure reading answers, so of two that are due it is taken. */
function earliestOf(nowMs: number, ...wanted: readonly WantedReading[]): WantedReading | null {
  let first: WantedReading | null = null
  for (const { kind, dueMs: askedMs } of wanted) {
    const dueMs = Math.max(askedMs, nowMs)
    if (first === null || dueMs < first.dueMs || (dueMs === first.dueMs && kind === 'account')) first = { kind, dueMs }
  }
  return first
}
