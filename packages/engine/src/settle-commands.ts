import {
  type CommandOutcome,
  type CommandRecord,
  type CommandState,
  type ContractId,
  type Order,
  type Refusal,
  type Snapshot,
  type Trade,
  unreachable,
} from '@rm/domain'
import { type Book, hasFilled, observedMs, signedSize, workingOrder } from '@rm/state/book'
import { type InFlight, isPositionCommand, type TargetHistory, type TargetKey } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** An accepted command that shows no effect for so long is looked at by REST (reliability 3.3, ACKED). */
export const EFFECT_OVERDUE_MS = 2_000
/** Attempts in a row without effect before only the slow pace is kept. */
const FAST_ATTEMPTS = 3
/** Slow pace of repeats: after a definite refusal or three attempts without effect (reliability E-01, G-14). */
const SLOW_RETRY_MS = 5_000
/** Slower still where only time can help: market closed, account not enforceable (risk rules 1.6). */
const PARKED_RETRY_MS = 30_000
/** First pause after a request that never left; doubles up to the slow pace. */
const UNSENT_RETRY_MS = 250
/** How far a REST reading may lag behind: a reduction in doubt is judged only by a reading this much later (a guess, gateway contract 10). */
const READING_LAG_MS = 2_500

const FRESH: TargetHistory = {
  attempts: 0,
  failures: 0,
  notBeforeMs: Number.NEGATIVE_INFINITY,
  readSinceMs: null,
  settledMs: Number.NEGATIVE_INFINITY,
  exactNext: false,
}

export function historyOf(draft: TurnDraft, key: TargetKey): TargetHistory {
  return draft.state.targets.get(key) ?? FRESH
}

export function targetOf(record: CommandRecord): TargetKey {
  return record.command.kind === 'cancel-order'
    ? `order:${record.command.orderId}`
    : `position:${record.command.contractId}`
}

/** Takes the gateway's answer to a command. The answer alone never proves the effect (gateway contract 2.3). */
export function takeAnswer(draft: TurnDraft, commandId: string, outcome: CommandOutcome): void {
  const inFlight = draft.state.inFlight.find((one) => one.record.id === commandId)
  if (inFlight === undefined) return // settled by observation before the answer came, or an answer after a restart
  const latencyMs = Math.round(draft.elapsedMs - inFlight.sentMs)
  const answered: InFlight = {
    ...inFlight,
    answeredMs: draft.elapsedMs,
    record: { ...inFlight.record, outcome, latencyMs, state: ANSWERED_STATE[outcome.kind] },
  }
  draft.keepCommand(answered.record)
  draft.audit('command-answered', commandId, { ...outcome, latencyMs })
  draft.note({ kind: 'command-answered', record: answered.record })
  switch (outcome.kind) {
    case 'accepted':
      replaceInFlight(draft, answered)
      return
    case 'unknown':
      replaceInFlight(draft, answered)
      holdForReading(draft, answered)
      return
    case 'refused':
      dropInFlight(draft, answered)
      afterRefusal(draft, answered, outcome.refusal, outcome.message)
      return
    case 'not-sent': {
      dropInFlight(draft, answered)
      const history = historyOf(draft, targetOf(answered.record))
      const pauseMs = Math.min(UNSENT_RETRY_MS * 2 ** history.failures, SLOW_RETRY_MS)
      changeTarget(draft, answered, { failures: history.failures + 1, notBeforeMs: draft.elapsedMs + pauseMs })
      return
    }
    default:
      unreachable(outcome)
  }
}

/** Settles the commands whose effect the book shows by now, or whose effect a later reading disproves. */
export function settleByObservation(draft: TurnDraft, snapshot: Snapshot | null): void {
  for (const inFlight of draft.state.inFlight) {
    if (hasEffect(draft, inFlight)) settle(draft, inFlight, 'effective', snapshot === null ? 'stream' : 'reading')
    else if (snapshot !== null && disproves(snapshot, inFlight)) {
      settle(draft, inFlight, 'superseded', 'reading')
      afterNoEffect(draft, inFlight)
    }
  }
  if (snapshot !== null) releaseReadHolds(draft, snapshot)
}

/**
 * Recognises an order or a trade as the effect of one of our commands: neither close endpoint returns an order id, and the order
 * carries no tag (gateway contract 2.8), so the contract, the side and the moment have to tell.
 */
export function claimOwnOrder(draft: TurnDraft, candidate: Order | Trade): void {
  const orderId = 'orderId' in candidate ? candidate.orderId : candidate.id
  if (draft.state.ownOrders.has(orderId)) return
  const isClose =
    'orderId' in candidate ? candidate.realizedPnl !== null : candidate.type === 'market' && candidate.tag === null
  if (!isClose) return
  const owner = draft.state.inFlight.find(
    (one) =>
      isPositionCommand(one) &&
      one.orderId === null &&
      one.record.command.contractId === candidate.contractId &&
      (one.sizeBefore > 0 ? 'sell' : 'buy') === candidate.side &&
      stampOf(candidate) >= one.record.sentAt - CLAIM_SKEW_MS,
  )
  if (owner === undefined) return
  replaceInFlight(draft, { ...owner, orderId })
  draft.change({ ownOrders: new Set(draft.state.ownOrders).add(orderId) })
}

/** Our stamps are business time, theirs the gateway's: they may differ by the resolution of its `Date` header. */
const CLAIM_SKEW_MS = 2_000

const ANSWERED_STATE = {
  accepted: 'acked',
  refused: 'refused',
  unknown: 'in-doubt',
  'not-sent': 'not-sent',
} as const satisfies Record<CommandOutcome['kind'], CommandState>

function stampOf(candidate: Order | Trade): number {
  return 'orderId' in candidate ? candidate.at : candidate.createdAt
}

function hasEffect(draft: TurnDraft, inFlight: InFlight): boolean {
  const { command } = inFlight.record
  const { book } = draft.state
  switch (command.kind) {
    case 'cancel-order':
      return workingOrder(book, command.orderId) === null
    case 'close-position':
      return signedSize(book, command.contractId) === 0 && isObservedSince(book, command.contractId, inFlight.sentMs)
    case 'reduce-position': {
      if (!isObservedSince(book, command.contractId, inFlight.sentMs)) return false
      const left = Math.abs(inFlight.sizeBefore) - command.contracts
      const isOrderDone = inFlight.orderId !== null && hasFilled(book, inFlight.orderId)
      return Math.abs(signedSize(book, command.contractId)) <= left || (isOrderDone && !isWorkingOrder(book, inFlight))
    }
    default:
      return unreachable(command)
  }
}

/** Whether the position of the contract was observed after that monotonic time, by the stream or a reading. */
export function isObservedSince(book: Book, contractId: ContractId, sinceMs: number): boolean {
  return (observedMs(book, contractId) ?? Number.NEGATIVE_INFINITY) > sinceMs
}

function isWorkingOrder(book: Book, { orderId }: InFlight): boolean {
  return orderId !== null && workingOrder(book, orderId) !== null
}

/** Whether a reading that shows no effect is late enough to say that there was none. */
function disproves(snapshot: Snapshot, inFlight: InFlight): boolean {
  if (inFlight.answeredMs === null) return inFlight.sentMs === Number.NEGATIVE_INFINITY // of an earlier run: no answer will come
  return snapshot.requestedMs >= readableFromMs(inFlight, inFlight.answeredMs)
}

function readableFromMs(inFlight: InFlight, answeredMs: number): number {
  if (inFlight.record.state === 'acked') return answeredMs + EFFECT_OVERDUE_MS
  // Repeating a close is harmless, repeating a reduction is not (reliability 3.4).
  return inFlight.record.command.kind === 'reduce-position' ? answeredMs + READING_LAG_MS : answeredMs
}

function settle(draft: TurnDraft, inFlight: InFlight, state: CommandState, settledBy: string): void {
  const record: CommandRecord = { ...inFlight.record, state, settledAt: draft.now, settledBy }
  draft.keepCommand(record)
  draft.audit('command-settled', record.id, { state, by: settledBy, attempt: record.attempt })
  draft.note({ kind: 'command-settled', record })
  dropInFlight(draft, inFlight)
  if (state === 'effective') changeTarget(draft, inFlight, { failures: 0, exactNext: false, readSinceMs: null })
}

function afterNoEffect(draft: TurnDraft, inFlight: InFlight): void {
  const failures = historyOf(draft, targetOf(inFlight.record)).failures + 1
  const pauseMs = failures < FAST_ATTEMPTS ? 0 : SLOW_RETRY_MS
  changeTarget(draft, inFlight, { failures, notBeforeMs: draft.elapsedMs + pauseMs, readSinceMs: null })
  if (failures === FAST_ATTEMPTS) {
    draft.note({
      kind: 'alert',
      severity: 'critical',
      code: 'enforcement-refused',
      text: `${failures} attempts of ${targetOf(inFlight.record)} showed no effect; repeating every ${SLOW_RETRY_MS / 1000} s`,
    })
  }
}

function afterRefusal(draft: TurnDraft, inFlight: InFlight, refusal: Refusal, message: string | null): void {
  const history = historyOf(draft, targetOf(inFlight.record))
  const failures = history.failures + 1
  const isCancel = inFlight.record.command.kind === 'cancel-order'
  switch (refusal) {
    case 'not-found':
    case 'invalid-size':
      holdForReading(draft, inFlight)
      return
    case 'market-closed':
      changeTarget(draft, inFlight, { failures, notBeforeMs: draft.elapsedMs + PARKED_RETRY_MS })
      alert(
        draft,
        'market-closed',
        `the market is closed; the goal stays and is tried again: ${message ?? 'no reason given'}`,
      )
      return
    case 'account-rejected':
      changeTarget(draft, inFlight, { failures, notBeforeMs: draft.elapsedMs + PARKED_RETRY_MS })
      draft.change({ halted: 'the gateway does not let us act on this account' })
      alert(draft, 'account-not-enforceable', `cannot enforce: ${message ?? 'the gateway rejected the account'}`)
      return
    case 'other':
      if (failures === 1 && !isCancel) {
        changeTarget(draft, inFlight, { failures, exactNext: true })
        holdForReading(draft, inFlight)
        return
      }
      changeTarget(draft, inFlight, { failures, exactNext: false, notBeforeMs: draft.elapsedMs + SLOW_RETRY_MS })
      alert(draft, 'enforcement-refused', `${inFlight.record.command.kind} refused: ${message ?? 'no reason given'}`)
      return
    default:
      unreachable(refusal)
  }
}

function alert(
  draft: TurnDraft,
  code: 'market-closed' | 'account-not-enforceable' | 'enforcement-refused',
  text: string,
): void {
  draft.note({ kind: 'alert', severity: 'critical', code, text })
}

function holdForReading(draft: TurnDraft, inFlight: InFlight): void {
  const answeredMs = inFlight.answeredMs ?? draft.elapsedMs
  changeTarget(draft, inFlight, { readSinceMs: readableFromMs(inFlight, answeredMs) })
}

/** A reading requested late enough answers the question that a target was held for. */
function releaseReadHolds(draft: TurnDraft, snapshot: Snapshot): void {
  for (const [key, history] of draft.state.targets) {
    if (history.readSinceMs === null || snapshot.requestedMs < history.readSinceMs) continue
    draft.change({ targets: new Map(draft.state.targets).set(key, { ...history, readSinceMs: null }) })
  }
}

function changeTarget(draft: TurnDraft, inFlight: InFlight, changes: Partial<TargetHistory>): void {
  const key = targetOf(inFlight.record)
  draft.change({ targets: new Map(draft.state.targets).set(key, { ...historyOf(draft, key), ...changes }) })
}

function replaceInFlight(draft: TurnDraft, next: InFlight): void {
  draft.change({ inFlight: draft.state.inFlight.map((one) => (one.record.id === next.record.id ? next : one)) })
}

function dropInFlight(draft: TurnDraft, gone: InFlight): void {
  draft.change({ inFlight: draft.state.inFlight.filter((one) => one.record.id !== gone.record.id) })
  changeTarget(draft, gone, { settledMs: draft.elapsedMs })
}
