import { type Account, type ConnectionFacts, type ReadingKind, type Snapshot, unreachable } from '@rm/domain'
import {
  applyEvent,
  beginGap,
  type BookContext,
  type BookStep,
  REST_LAG_TOLERANCE_MS,
  withCalendar,
  withStreamRestored,
} from '@rm/state/book'
import { isTrusted, type Reading, type Trust } from './account-state.ts'
import { compareBalance } from './compare-balance.ts'
import { orderPanic } from './order-panic.ts'
import type { RuleProof } from './proof-of-life.ts'
import { postponeResetLockouts } from './standing-goals.ts'
import { claimOwnOrder, claimTaggedOrder } from './claim-orders.ts'
import { settleByObservation } from './settle-commands.ts'
import { takeAnswer } from './take-answer.ts'
import type { TurnInput } from './turn.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Pause after a reading that failed; doubles up to the longest. */
const READING_RETRY_MS = 500
const READING_RETRY_MAX_MS = 5_000
/** The same while something is owed: after an outage it has to be done within 5 s (reliability B-4). */
const READING_RETRY_OWING_MAX_MS = 2_000
/** Readings that fail in a row before a human hears of it. */
const READING_FAILURES_ALERTED = 5
/** A reading that contradicts the stream is repeated after this time: one of the two lags behind. */
const DISPUTE_RETRY_MS = 500
/** A human who was called for a stream that does not deliver is called again after this time (reliability L-12). */
const STREAM_ALERTS_APART_MS = 5 * 60_000

/** What an event changed in the book, as the rules want to know it. */
export type Observation = Pick<BookStep, 'newTrades' | 'enlarged'>

/** Takes in what happened: the book, the answers of commands, what is trusted. Decides nothing. */
export function observe(draft: TurnDraft, input: TurnInput): Observation {
  switch (input.kind) {
    case 'account-changed':
      takeAccount(draft, input.account)
      return applyToBook(draft, input, null)
    case 'order-changed':
      claimOwnOrder(draft, input.order)
      claimTaggedOrder(draft, input.order)
      return applyToBook(draft, input, null)
    case 'trade-reported':
      claimOwnOrder(draft, input.trade)
      return applyToBook(draft, input, null)
    case 'position-changed':
      return applyToBook(draft, input, null)
    case 'snapshot-read':
      return takeSnapshot(draft, input)
    case 'snapshot-failed':
      takeFailedReading(draft, input.reading, input.reason)
      return NOTHING_NEW
    case 'command-settled':
      takeAnswer(draft, input.commandId, input.outcome)
      return NOTHING_NEW
    case 'payload-faulted':
      doubt(draft, {})
      draft.audit('payload-faulted', String(draft.state.accountId), { reason: input.reason })
      draft.note({ kind: 'drift-found', sentences: [`unreadable event: ${input.reason}`] })
      return NOTHING_NEW
    case 'stream-restored':
      if (input.stream === 'user') {
        draft.change({ book: withStreamRestored(draft.state.book) })
        doubt(draft, { userStreamUp: true })
        takeConnection(draft, { userStreamDownSince: null, authenticationLostSince: null })
        if (draft.state.halted === LOGIN_GONE) draft.change({ halted: null })
      } else {
        takeConnection(draft, { marketStreamDownSince: null })
      }
      return NOTHING_NEW
    case 'stream-lost':
      if (input.stream === 'user') {
        draft.change({ book: beginGap(draft.state.book, draft.now) })
        doubt(draft, { userStreamUp: false })
        takeConnection(draft, { userStreamDownSince: draft.state.connection.userStreamDownSince ?? draft.now })
      } else {
        takeConnection(draft, { marketStreamDownSince: draft.state.connection.marketStreamDownSince ?? draft.now })
      }
      return NOTHING_NEW
    case 'authentication-lost':
      doubt(draft, {})
      takeConnection(draft, { authenticationLostSince: draft.state.connection.authenticationLostSince ?? draft.now })
      if (draft.state.halted === null) draft.change({ halted: LOGIN_GONE })
      return NOTHING_NEW
    case 'settings-changed': {
      const { calendar } = draft.context.policy
      draft.change({ book: withCalendar(draft.state.book, calendar) })
      postponeResetLockouts(draft)
      takeProofs(draft, input.proofs)
      return NOTHING_NEW
    }
    case 'rules-proved':
      takeProofs(draft, input.proofs)
      return NOTHING_NEW
    case 'stood-still':
      doubt(draft, {})
      return NOTHING_NEW
    case 'panic-ordered':
      orderPanic(draft, input.reason)
      return NOTHING_NEW
    case 'quote-merged':
    case 'contract-known':
    case 'woken':
      return NOTHING_NEW
    default:
      return unreachable(input)
  }
}

function applyToBook(draft: TurnDraft, event: Parameters<typeof applyEvent>[1], snapshot: Snapshot | null): BookStep {
  const step = applyEvent(draft.state.book, event, bookContext(draft))
  draft.change({ book: step.book })
  draft.trades = step.trades
  draft.cycles = step.cycles
  if (step.drift.length > 0) {
    draft.audit('drift-found', String(draft.state.accountId), { sentences: step.drift })
    draft.note({ kind: 'drift-found', sentences: step.drift })
  }
  if (snapshot !== null) {
    const againMs = step.disputed ? draft.elapsedMs + DISPUTE_RETRY_MS : null
    draft.change({ reading: { ...draft.state.reading, againMs } })
  }
  settleByObservation(draft, snapshot)
  return step
}

/** The stream stands and does not deliver: its subscriptions are lost, or it never told everything (reliability R-04). */
function doubtStream(draft: TurnDraft): void {
  draft.streamDoubted = true
  if (draft.elapsedMs - draft.state.streamDoubtedMs < STREAM_ALERTS_APART_MS) return
  draft.change({ streamDoubtedMs: draft.elapsedMs })
  draft.note({
    kind: 'alert',
    severity: 'error',
    code: 'stream-incomplete',
    text: 'the user stream stands, but a reading shows what it did not tell; it is connected anew',
  })
}

function takeSnapshot(draft: TurnDraft, input: Extract<TurnInput, { kind: 'snapshot-read' }>): Observation {
  const { snapshot } = input
  const wasTrusted = isTrusted(draft.state.trust)
  // The gateway lists the newest first, and the oldest that fits is ours.
  for (const trade of (snapshot.trades ?? []).toSorted((a, b) => a.at - b.at)) claimOwnOrder(draft, trade)
  if (snapshot.account === 'unlisted') {
    takeConnection(draft, { unlistedSince: draft.state.connection.unlistedSince ?? draft.now })
  } else if (snapshot.account !== null) {
    takeAccount(draft, snapshot.account)
  }
  const kind: ReadingKind = snapshot.trades === null ? 'exposure' : 'account'
  const reading: Reading = {
    ...draft.state.reading,
    inFlight: withoutReading(draft, kind),
    failures: 0,
    notBeforeMs: Number.NEGATIVE_INFINITY,
  }
  draft.change({ reading })
  // Only a reading with trades shows everything that a gap may have hidden.
  if (snapshot.trades !== null) {
    draft.change({ trust: { ...draft.state.trust, reconciledMs: snapshot.requestedMs } })
  }
  for (const order of snapshot.history ?? []) claimTaggedOrder(draft, order)
  const observation = applyToBook(draft, input, snapshot)
  if (wasTrusted && observation.missedByStream) doubtStream(draft)
  for (const order of snapshot.orders) claimTaggedOrder(draft, order)
  compareBalance(draft, snapshot)
  return observation
}

function takeFailedReading(draft: TurnDraft, kind: ReadingKind, reason: string): void {
  const failures = draft.state.reading.failures + 1
  const longestMs = draft.state.goals.length > 0 ? READING_RETRY_OWING_MAX_MS : READING_RETRY_MAX_MS
  const pauseMs = Math.min(READING_RETRY_MS * 2 ** (failures - 1), longestMs)
  const reading: Reading = {
    ...draft.state.reading,
    inFlight: withoutReading(draft, kind),
    failures,
    notBeforeMs: draft.elapsedMs + pauseMs,
  }
  draft.change({ reading })
  if (failures === READING_FAILURES_ALERTED) {
    draft.note({
      kind: 'alert',
      severity: 'error',
      code: 'reading-failed',
      text: `${failures} readings of the account failed in a row: ${reason}`,
    })
  }
}

function withoutReading(draft: TurnDraft, kind: ReadingKind): ReadonlySet<ReadingKind> {
  return draft.state.reading.inFlight.difference(new Set([kind]))
}

function takeConnection(draft: TurnDraft, changes: Partial<ConnectionFacts>): void {
  draft.change({ connection: { ...draft.state.connection, ...changes } })
}

function takeAccount(draft: TurnDraft, account: Account): void {
  if (draft.state.connection.unlistedSince !== null) takeConnection(draft, { unlistedSince: null })
  if (account.simulated !== false) {
    if (account.simulated === true && draft.state.halted === NOT_SIMULATED) draft.change({ halted: null })
    return
  }
  if (draft.state.halted !== null) return
  draft.change({ halted: NOT_SIMULATED })
  draft.note({
    kind: 'alert',
    severity: 'critical',
    code: 'account-not-enforceable',
    text: `cannot enforce on ${account.name}: the account is not simulated`,
  })
}

function takeProofs(draft: TurnDraft, proofs: readonly RuleProof[]): void {
  const before = draft.state.proofs
  draft.change({ proofs: new Map(proofs.map((proof) => [proof.rule, proof])) })
  for (const proof of proofs) {
    if (before.get(proof.rule)?.verdict === proof.verdict) continue
    draft.note({ kind: 'rule-proved', proof })
    if (proof.verdict !== 'dead') continue
    draft.note({
      kind: 'alert',
      severity: 'critical',
      code: 'rule-dead',
      text: `${proof.code} failed its proof of life: ${proof.because}; the account is not protected by it`,
    })
  }
}

/** From now on only a full reading makes the account trusted again. */
function doubt(draft: TurnDraft, changes: Partial<Trust>): void {
  const { trust } = draft.state
  const isKnown = trust.reconciledMs !== null
  const confirmedFromMs = isKnown ? draft.elapsedMs + REST_LAG_TOLERANCE_MS : trust.confirmedFromMs
  draft.change({ trust: { ...trust, ...changes, doubtedMs: draft.elapsedMs, confirmedFromMs } })
}

function bookContext(draft: TurnDraft): BookContext {
  const { policy, market } = draft.context
  return {
    now: draft.now,
    calendar: policy.calendar,
    contract: market.contract,
    stopCriteria: policy.stopCriteria,
    ownOrders: draft.state.ownOrders,
  }
}

/** Until the gateway says otherwise. */
const NOT_SIMULATED = 'the account is not simulated; the gateway refuses our cancels and closes'

/** Until the user stream stands again. */
const LOGIN_GONE = 'the gateway no longer accepts our login'

const NOTHING_NEW: Observation = { newTrades: new Set(), enlarged: null }
