import {
  type Command,
  type CommandOutcome,
  type CommandRecord,
  type CommandState,
  type ContractId,
  couldEnlarge,
  describeCommand,
  hasOwnTag,
  type Order,
  type Position,
  type Refusal,
  type Snapshot,
  toTicks,
  type Trade,
  unreachable,
} from '@rm/domain'
import {
  type Book,
  endOf,
  exposureOf,
  isKnownOrder,
  observedMs,
  orderWithTag,
  signedSize,
  workedMs,
  workingOrder,
} from '@rm/state/book'
import { type InFlight, isPositionCommand, type TargetHistory, type TargetKey } from './account-state.ts'
import type { TurnDraft } from './turn-draft.ts'

/** An accepted command that shows no effect for so long is looked at by REST (reliability 3.3, ACKED). */
export const EFFECT_OVERDUE_MS = 2_000
/** Attempts in a row without effect before only the slow pace is kept. */
const FAST_ATTEMPTS = 3
/** Slow pace of repeats: after a definite refusal or three attempts without effect (reliability E-01, G-14). */
export const SLOW_RETRY_MS = 5_000
/** Once a minute at the slow pace. */
const REFUSALS_PER_ALERT = 12
/** Slower still where only time can help: market closed, account not enforceable (risk rules 1.6). */
const PARKED_RETRY_MS = 30_000
/** First pause after a request that never left; doubles up to the slow pace. */
const UNSENT_RETRY_MS = 250
/** First pause after a cancel without effect, doubling: an order that is pending can be cancelled a moment later (reliability E-12). */
const CANCEL_RETRY_MS = 500
/** How far a REST reading may lag behind: a reduction in doubt is judged only by a reading this much later (a guess, gateway contract 10). */
const READING_LAG_MS = 2_500

/** Two placements of one stop or target lie at least so far apart: a trader who cancels it again and again is followed at a walk. */
const PLACEMENTS_APART_MS = 1_000

const FRESH: TargetHistory = {
  attempts: 0,
  failures: 0,
  notBeforeMs: Number.NEGATIVE_INFINITY,
  readSinceMs: null,
  settledMs: Number.NEGATIVE_INFINITY,
  exactNext: false,
  waitsForOpen: false,
  tag: null,
}

export function historyOf(draft: TurnDraft, key: TargetKey): TargetHistory {
  return draft.state.targets.get(key) ?? FRESH
}

export function changeTarget(draft: TurnDraft, key: TargetKey, changes: Partial<TargetHistory>): void {
  draft.change({ targets: new Map(draft.state.targets).set(key, { ...historyOf(draft, key), ...changes }) })
}

function targetOf({ command }: CommandRecord): TargetKey {
  switch (command.kind) {
    case 'close-position':
    case 'reduce-position':
      return `position:${command.contractId}`
    case 'cancel-order':
      return `order:${command.orderId}`
    case 'place-order':
      return `${command.protection}:${command.contractId}`
    case 'modify-order':
      return `change:${command.orderId}`
    default:
      return unreachable(command)
  }
}

/** Takes the gateway's answer to a command. The answer alone never proves the effect (gateway contract 2.3). */
export function takeAnswer(draft: TurnDraft, commandId: string, outcome: CommandOutcome): void {
  const inFlight = draft.state.inFlight.find((one) => one.record.id === commandId)
  if (inFlight === undefined) {
    takeLateAnswer(draft, commandId, outcome)
    return
  }
  const answered: InFlight = {
    ...inFlight,
    answeredMs: draft.elapsedMs,
    record: withAnswer(draft, { ...inFlight.record, state: ANSWERED_STATE[outcome.kind] }, inFlight.sentMs, outcome),
  }
  switch (outcome.kind) {
    case 'accepted':
    case 'unknown':
      replaceInFlight(draft, answered)
      // The stream may have shown the effect before.
      if (hasEffect(draft, answered)) settle(draft, answered, 'effective', 'stream')
      else if (outcome.kind === 'unknown') holdForReading(draft, answered)
      return
    case 'refused':
      if (isRepeatedTag(draft, answered, outcome.refusal)) {
        // The gateway takes a tag once: the first request did arrive, and its order has to be found (reliability E-17).
        replaceInFlight(draft, { ...answered, record: { ...answered.record, state: 'in-doubt' } })
        holdForReading(draft, answered)
        return
      }
      dropInFlight(draft, answered)
      tellOrder(draft, answered.record)
      afterRefusal(draft, answered, outcome.refusal, outcome.message)
      return
    case 'not-sent': {
      dropInFlight(draft, answered)
      const history = historyOf(draft, targetOf(answered.record))
      const pauseMs = Math.min(UNSENT_RETRY_MS * 2 ** history.failures, SLOW_RETRY_MS)
      changeTargetOf(draft, answered, { failures: history.failures + 1, notBeforeMs: draft.elapsedMs + pauseMs })
      tellOrder(draft, answered.record)
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
    else if (hasDiedAtTheVenue(draft, inFlight)) {
      settle(draft, inFlight, 'superseded', snapshot === null ? 'stream' : 'reading')
      afterNoEffect(draft, inFlight)
    } else if (snapshot !== null && disproves(snapshot, inFlight) && !isStillWorking(draft, inFlight)) {
      settle(draft, inFlight, 'superseded', 'reading')
      afterNoEffect(draft, inFlight)
    }
  }
  seeOrderEnds(draft)
  if (snapshot !== null) releaseReadHolds(draft, snapshot)
}

/**
 * Recognises an order or a trade as the effect of one of our commands: neither close endpoint returns an order id, and the order
 * carries no tag (gateway contract 2.8), so the contract, the side, the size and the moment have to tell. What was known before the
 * command left is not its effect.
 */
export function claimOwnOrder(draft: TurnDraft, candidate: Order | Trade): void {
  const orderId = 'orderId' in candidate ? candidate.orderId : candidate.id
  const { state } = draft
  if (state.inFlight.length === 0 || state.ownOrders.has(orderId) || isKnownOrder(state.book, orderId)) return
  const isClose =
    'orderId' in candidate ? candidate.realizedPnl !== null : candidate.type === 'market' && candidate.tag === null
  if (!isClose) return
  const owner = state.inFlight.find(
    (one) =>
      isPositionCommand(one) &&
      one.orderId === null &&
      one.record.command.contractId === candidate.contractId &&
      stampOf(candidate) >= one.record.sentAt - CLAIM_SKEW_MS &&
      fitsCommand(candidate, one, signedSize(state.book, candidate.contractId)),
  )
  if (owner === undefined) return
  replaceInFlight(draft, { ...owner, orderId })
  draft.change({ ownOrders: new Set(draft.state.ownOrders).add(orderId) })
}

/**
 * Recognises an order by its tag as one that the program placed, in this run or an earlier one: its trades are nobody's trading. The tag can
 * be imitated, so an order that could open or enlarge is the trader's, whatever it is called.
 */
export function claimTaggedOrder(draft: TurnDraft, order: Order): void {
  const { ownOrders, book } = draft.state
  if (!hasOwnTag(order) || ownOrders.has(order.id)) return
  if (couldEnlarge(order, signedSize(book, order.contractId))) return
  draft.change({ ownOrders: new Set(ownOrders).add(order.id) })
}

/** Our stamps are business time, theirs the gateway's: they may differ by the resolution of its `Date` header. */
const CLAIM_SKEW_MS = 2_000

/** Until the gateway accepts a command again. */
const ACCOUNT_REJECTED = 'the gateway does not let us act on this account'

const ANSWERED_STATE = {
  accepted: 'acked',
  refused: 'refused',
  unknown: 'in-doubt',
  'not-sent': 'not-sent',
} as const satisfies Record<CommandOutcome['kind'], CommandState>

function stampOf(candidate: Order | Trade): number {
  return 'orderId' in candidate ? candidate.at : candidate.createdAt
}

/** A close works on the position as the gateway holds it, which may have grown, shrunk or turned over on the way. */
function fitsCommand(candidate: Order | Trade, { record, sizeBefore }: InFlight, sizeNow: number): boolean {
  const { command } = record
  if (sizeBefore === null) return true
  return [sizeBefore, sizeNow].some((size) => {
    if ((size > 0 ? 'sell' : 'buy') !== candidate.side) return false
    const contracts = command.kind === 'reduce-position' ? command.contracts : Math.abs(size)
    return 'orderId' in candidate ? candidate.size <= contracts : candidate.size === contracts
  })
}

/**
 * Whether the book shows what the command was for. A position command without an answer may still be on its way: what looks like its
 * effect may be the trader's own doing, and two of them on one contract could turn it over (risk rules 1.6).
 */
function hasEffect(draft: TurnDraft, inFlight: InFlight): boolean {
  const { command } = inFlight.record
  const { book } = draft.state
  switch (command.kind) {
    case 'cancel-order':
      // Before a reading an order is absent for want of knowledge.
      return (
        workingOrder(book, command.orderId) === null &&
        (isKnownOrder(book, command.orderId) || book.snapshotMs !== null)
      )
    case 'close-position':
      if (inFlight.answeredMs === null) return false
      return isExecuted(inFlight, book) || isReducedTo(book, inFlight, 0)
    case 'reduce-position': {
      const { answeredMs, sizeBefore } = inFlight
      if (answeredMs === null) return false
      if (isExecuted(inFlight, book)) return true
      return sizeBefore !== null && isReducedTo(book, inFlight, Math.abs(sizeBefore) - command.contracts)
    }
    case 'place-order': {
      // A refused one leaves a record as well; whether it was refused the answer tells.
      const order = orderWithTag(book, command.tag)
      return order !== null && order.status !== 'rejected'
    }
    case 'modify-order': {
      const order = workingOrder(book, command.orderId)
      return order !== null && hasTerms(order, command)
    }
    default:
      return unreachable(command)
  }
}

/** Whether the order stands as it was asked to, or tighter. */
function hasTerms(
  order: Order,
  { protection, contracts, price, tickSize }: Extract<Command, { kind: 'modify-order' }>,
): boolean {
  const written = protection === 'stop' ? order.stopPrice : order.limitPrice
  const standing = written === null ? null : toTicks(written, tickSize)
  if (standing === null || order.size !== contracts) return false
  if (protection === 'target') return standing === price
  return order.side === 'sell' ? standing >= price : standing <= price
}

function isReducedTo(book: Book, { record, sentMs }: InFlight, contracts: number): boolean {
  const { contractId } = record.command
  const seenMs = observedMs(book, contractId)
  return Math.abs(signedSize(book, contractId)) <= contracts && seenMs !== null && seenMs > sentMs
}

/** Whether its order was filled and the position was spoken of since: whatever is open now is another matter. */
function isExecuted({ record, orderId, orderEndedMs, positionAtEnd }: InFlight, book: Book): boolean {
  if (orderId === null || orderEndedMs === null || endOf(book, orderId) !== 'filled') return false
  const { contractId } = record.command
  const isOldWord = observedMs(book, contractId) === orderEndedMs && positionOf(book, contractId) === positionAtEnd
  return isObservedSince(book, contractId, orderEndedMs) && !isOldWord
}

function positionOf(book: Book, contractId: ContractId): Position | null {
  return book.contracts.get(contractId)?.position ?? null
}

/** Accepted first and rejected or cancelled afterwards (reliability E-16). */
function hasDiedAtTheVenue(draft: TurnDraft, { record, orderId, answeredMs }: InFlight): boolean {
  if (answeredMs === null) return false
  const { book } = draft.state
  const { command } = record
  if (command.kind === 'place-order') return orderWithTag(book, command.tag)?.status === 'rejected'
  // An order that is gone is changed no more.
  if (command.kind === 'modify-order') return workingOrder(book, command.orderId) === null && book.snapshotMs !== null
  return orderId !== null && endOf(book, orderId) === 'unfilled'
}

/** The position event of a fill comes after the order's end or before it, so the end alone settles nothing. */
function seeOrderEnds(draft: TurnDraft): void {
  for (const inFlight of draft.state.inFlight) {
    const { orderId, orderEndedMs, record } = inFlight
    const { book } = draft.state
    if (orderId === null || orderEndedMs !== null || endOf(book, orderId) === null) continue
    const positionAtEnd = positionOf(book, record.command.contractId)
    replaceInFlight(draft, { ...inFlight, orderEndedMs: draft.elapsedMs, positionAtEnd })
  }
}

/** Whether the position of the contract was observed from that monotonic time on, by the stream or a reading. */
export function isObservedSince(book: Book, contractId: ContractId, sinceMs: number): boolean {
  return (observedMs(book, contractId) ?? Number.NEGATIVE_INFINITY) >= sinceMs
}

/** A market order that nobody has spoken of for so long is gone: gateways without the order query do not list one that is pending. */
const UNHEARD_ORDER_MS = 10_000

/**
 * Whether a market order against the position works: ours, of which no fill came yet, or the trader's. It will take contracts off, and
 * another one beside it could turn the position over (risk rules 1.6, reliability E-10). One of ours counts on either side: a stop that
 * filled beside it may have turned the position over, and until ours has ended the gateway refuses the next.
 */
export function isBeingReduced({ state, elapsedMs }: TurnDraft, contractId: ContractId): boolean {
  const size = signedSize(state.book, contractId)
  return exposureOf(state.book).orders.some((order) => {
    if (order.contractId !== contractId || order.type !== 'market') return false
    const isAgainst = order.side === (size > 0 ? 'sell' : 'buy') || state.ownOrders.has(order.id)
    return isAgainst && (workedMs(state.book, order.id) ?? Number.NEGATIVE_INFINITY) > elapsedMs - UNHEARD_ORDER_MS
  })
}

/** Accepted and not filled, say in a pause of the exchange: its order will have the effect when it can. */
function isStillWorking(draft: TurnDraft, inFlight: InFlight): boolean {
  return isPositionCommand(inFlight) && isBeingReduced(draft, inFlight.record.command.contractId)
}

/** Whether a reading that shows no effect is late enough to say that there was none. */
function disproves(snapshot: Snapshot, inFlight: InFlight): boolean {
  if (inFlight.answeredMs === null) return false
  // An order that has ended is not among those that work.
  if (inFlight.record.command.kind === 'place-order' && snapshot.history === null) return false
  return snapshot.requestedMs >= readableFromMs(inFlight, inFlight.answeredMs)
}

function readableFromMs(inFlight: InFlight, answeredMs: number): number {
  if (inFlight.record.state === 'acked') return answeredMs + EFFECT_OVERDUE_MS
  // Repeating a close, a change or a placement with its tag is harmless, repeating a reduction is not (reliability 3.4).
  return inFlight.record.command.kind === 'reduce-position' ? answeredMs + READING_LAG_MS : answeredMs
}

function settle(draft: TurnDraft, inFlight: InFlight, state: CommandState, settledBy: string): void {
  const record: CommandRecord = { ...inFlight.record, state, settledAt: draft.now, settledBy }
  draft.keepCommand(record)
  draft.audit('command-settled', record.id, { state, by: settledBy, attempt: record.attempt })
  draft.note({ kind: 'command-settled', record })
  dropInFlight(draft, inFlight)
  if (inFlight.answeredMs === null) {
    const unanswered = new Map(draft.state.unanswered).set(record.id, { record, sentMs: inFlight.sentMs })
    draft.change({ unanswered })
  } else {
    tellOrder(draft, record)
  }
  if (state === 'effective') {
    // The book already shows the size after it.
    const settledMs = observedMs(draft.state.book, record.command.contractId) ?? draft.elapsedMs
    changeTargetOf(draft, inFlight, {
      failures: 0,
      exactNext: false,
      waitsForOpen: false,
      readSinceMs: null,
      tag: null,
      ...(record.command.kind === 'place-order' && { notBeforeMs: draft.elapsedMs + PLACEMENTS_APART_MS }),
      ...(isPositionCommand(inFlight) && { settledMs }),
    })
  }
}

/** The answer to a command that observation has settled. One that no live command waits for is of no use any more. */
function takeLateAnswer(draft: TurnDraft, commandId: string, outcome: CommandOutcome): void {
  const settled = draft.state.unanswered.get(commandId)
  if (settled === undefined) return
  tellOrder(draft, withAnswer(draft, settled.record, settled.sentMs, outcome))
  const unanswered = new Map(draft.state.unanswered)
  unanswered.delete(commandId)
  draft.change({ unanswered })
}

function withAnswer(draft: TurnDraft, before: CommandRecord, sentMs: number, outcome: CommandOutcome): CommandRecord {
  const latencyMs = Math.round(draft.elapsedMs - sentMs)
  const record: CommandRecord = { ...before, outcome, latencyMs }
  draft.keepCommand(record)
  draft.audit('command-answered', record.id, { ...outcome, latencyMs })
  draft.note({ kind: 'command-answered', record })
  if (outcome.kind === 'accepted' && draft.state.halted === ACCOUNT_REJECTED) draft.change({ halted: null })
  return record
}

/** A request that keeps an order as it must stand is explained once both its effect and its answer are known. */
function tellOrder(draft: TurnDraft, record: CommandRecord): void {
  const { reason, settledAt, sentAt } = record
  if (reason === null) return
  draft.note({ kind: 'order-managed', story: { record, reason, tookMs: (settledAt ?? draft.now) - sentAt } })
}

function afterNoEffect(draft: TurnDraft, inFlight: InFlight): void {
  const { command } = inFlight.record
  // A close that filled in part did something, and the rest is tried at once (reliability E-02).
  const failures = hasReduced(draft, inFlight) ? 0 : historyOf(draft, targetOf(inFlight.record)).failures + 1
  const pauseMs = failures < FAST_ATTEMPTS ? soonMsOf(command, failures) : SLOW_RETRY_MS
  changeTargetOf(draft, inFlight, {
    failures,
    notBeforeMs: draft.elapsedMs + pauseMs,
    readSinceMs: null,
    tag: command.kind === 'place-order' ? tagToRepeat(draft, command.tag, failures) : null,
  })
  if (failures === FAST_ATTEMPTS) {
    draft.note({
      kind: 'alert',
      severity: 'critical',
      code: 'enforcement-refused',
      text: `${failures} attempts of ${targetOf(inFlight.record)} showed no effect; repeating every ${SLOW_RETRY_MS / 1000} s`,
    })
  }
}

function soonMsOf(command: Command, failures: number): number {
  if (command.kind === 'place-order') return PLACEMENTS_APART_MS
  return command.kind === 'cancel-order' ? CANCEL_RETRY_MS * 2 ** (failures - 1) : 0
}

function hasReduced({ state }: TurnDraft, inFlight: InFlight): boolean {
  const { sizeBefore, record } = inFlight
  if (sizeBefore === null || !isPositionCommand(inFlight)) return false
  return Math.abs(signedSize(state.book, record.command.contractId)) < Math.abs(sizeBefore)
}

/** What was seen to end needs another tag, and so does what nobody found in three readings. */
function tagToRepeat(draft: TurnDraft, tag: string, failures: number): string | null {
  return orderWithTag(draft.state.book, tag) === null && failures < FAST_ATTEMPTS ? tag : null
}

/** Whether a placement is refused because an earlier request, of which no answer came, has used its tag. */
function isRepeatedTag(draft: TurnDraft, { record }: InFlight, refusal: Refusal): boolean {
  const { command } = record
  if (command.kind !== 'place-order' || refusal !== 'other') return false
  return historyOf(draft, targetOf(record)).tag === command.tag
}

function afterRefusal(draft: TurnDraft, inFlight: InFlight, refusal: Refusal, message: string | null): void {
  const history = historyOf(draft, targetOf(inFlight.record))
  const failures = history.failures + 1
  switch (refusal) {
    case 'not-found':
    case 'invalid-size':
      // Gateway and book disagree for so long: looking again at once does not help.
      changeTargetOf(draft, inFlight, {
        failures,
        notBeforeMs: failures < FAST_ATTEMPTS ? draft.elapsedMs : draft.elapsedMs + SLOW_RETRY_MS,
      })
      holdForReading(draft, inFlight)
      return
    case 'market-closed': {
      // A halt of some seconds in open hours is tried again soon, a closed market when it opens (reliability E-09, E-10).
      const { contractId } = inFlight.record.command
      const isOpen = draft.context.market.isOpen(contractId, draft.now)
      const pauseMs = isOpen ? SLOW_RETRY_MS : PARKED_RETRY_MS
      changeTargetOf(draft, inFlight, { failures, waitsForOpen: !isOpen, notBeforeMs: draft.elapsedMs + pauseMs })
      const size = signedSize(draft.state.book, contractId)
      alertRefusal(
        draft,
        'market-closed',
        failures,
        `the market is closed with ${size} ${contractId} open; the goal stays and is tried again: ${message ?? 'no reason given'}`,
      )
      return
    }
    case 'account-rejected':
      changeTargetOf(draft, inFlight, { failures, notBeforeMs: draft.elapsedMs + PARKED_RETRY_MS })
      draft.change({ halted: ACCOUNT_REJECTED })
      alertRefusal(
        draft,
        'account-not-enforceable',
        failures,
        `cannot enforce: ${message ?? 'the gateway rejected the account'}`,
      )
      return
    case 'other':
      if (inFlight.record.command.kind === 'close-position' && !history.exactNext && failures === 1) {
        changeTargetOf(draft, inFlight, { failures, exactNext: true })
        holdForReading(draft, inFlight)
        return
      }
      changeTargetOf(draft, inFlight, { failures, exactNext: false, notBeforeMs: draft.elapsedMs + SLOW_RETRY_MS })
      alertRefusal(
        draft,
        'enforcement-refused',
        failures,
        `${describeCommand(inFlight.record.command)} refused: ${message ?? 'no reason given'}`,
      )
      return
    default:
      unreachable(refusal)
  }
}

/** The first refusals of a target are told each, then every {@link REFUSALS_PER_ALERT}th: a human was called already. */
function alertRefusal(
  draft: TurnDraft,
  code: 'market-closed' | 'account-not-enforceable' | 'enforcement-refused',
  failures: number,
  text: string,
): void {
  if (failures > FAST_ATTEMPTS && failures % REFUSALS_PER_ALERT !== 0) return
  draft.note({ kind: 'alert', severity: 'critical', code, text })
}

function holdForReading(draft: TurnDraft, inFlight: InFlight): void {
  const answeredMs = inFlight.answeredMs ?? draft.elapsedMs
  changeTargetOf(draft, inFlight, { readSinceMs: readableFromMs(inFlight, answeredMs) })
}

/** A reading requested late enough answers the question that a target was held for. */
function releaseReadHolds(draft: TurnDraft, snapshot: Snapshot): void {
  for (const [key, history] of draft.state.targets) {
    if (history.readSinceMs === null || snapshot.requestedMs < history.readSinceMs) continue
    draft.change({ targets: new Map(draft.state.targets).set(key, { ...history, readSinceMs: null }) })
  }
}

function changeTargetOf(draft: TurnDraft, inFlight: InFlight, changes: Partial<TargetHistory>): void {
  changeTarget(draft, targetOf(inFlight.record), changes)
}

function replaceInFlight(draft: TurnDraft, next: InFlight): void {
  draft.change({ inFlight: draft.state.inFlight.map((one) => (one.record.id === next.record.id ? next : one)) })
}

function dropInFlight(draft: TurnDraft, gone: InFlight): void {
  draft.change({ inFlight: draft.state.inFlight.filter((one) => one.record.id !== gone.record.id) })
  changeTargetOf(draft, gone, { settledMs: draft.elapsedMs })
}
