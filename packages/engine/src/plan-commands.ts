import {
  type AccountView,
  type Command,
  type ContractId,
  couldEnlarge,
  describeCommand,
  invariant,
  type Order,
  type PositionView,
} from '@rm/domain'
import { allowedRange, type Demands, mayOpen, mustBeFlat, type SizeRange } from '@rm/rules'
import {
  confirmableMs,
  exposureOf,
  knownOrder,
  leftByTrades,
  repeatedMs,
  signedSize,
  workingOrder,
} from '@rm/state/book'
import { type InFlight, isPositionCommand, type TargetHistory, type TargetKey } from './account-state.ts'
import { isSatisfied } from './exposure.ts'
import { rememberEffort } from './goal-memory.ts'
import { issueCommand } from './issue-command.ts'
import { isBeingReduced } from './being-reduced.ts'
import { isObservedSince } from './command-effect.ts'
import { FILL_EVENTS_MS, mayBeItsFill } from './may-be-its-fill.ts'
import { historyOf } from './target-history.ts'
import { demandsOf } from './standing-goals.ts'
import type { TurnDraft } from './turn-draft.ts'

/** A market order fills before a cancel could reach it; it is cancelled only when it still works after this time (a guess). */
const MARKET_ORDER_GRACE_MS = 250
/** An event that may be old news is acted upon after this time, if no reading has come: the first request may take so long (reliability B-2). */
const REPEATED_STATE_MS = 400
/** A cancel that the gateway is working on is repeated only after this time. */
const PENDING_CANCEL_MS = 5_000
/** Our own close shows as a working order until its fill is reported, in either order. */
const OWN_ORDER_GRACE_MS = 2_000
/** A bracket child can be heard of before its entry, and goes with it, an event later. */
const CHILD_GRACE_MS = 500

/**
 * Compares what is with what must be and issues the commands that are missing. Called in every turn: a retry, a restart, a duplicate
 * event or an answer that never came needs no case of its own (architecture, idea 3).
 *
 * Closes go first, the largest loss first, so that they also win when the rate budget is short; nobody waits for an answer.
 */
export function planCommands(draft: TurnDraft, view: AccountView): void {
  if (draft.state.goals.length === 0) return
  const demands = demandsOf(draft.state)
  for (const position of view.positions.toSorted(byLoss)) planPosition(draft, demands, position)
  // Whether an order protects or enlarges is only known beside the position that a reading has shown.
  if (draft.state.trust.reconciledMs === null) return
  for (const order of view.orders) planCancel(draft, demands, order)
}

function planPosition(draft: TurnDraft, demands: Demands, position: PositionView): void {
  const { contractId, signedSize: size } = position
  const range = allowedRange(demands, contractId, position.contract)
  const wanted = Math.min(Math.max(size, range.min), range.max)
  if (wanted === size) return
  // Two size-changing commands under way on one contract could turn it over (risk rules 1.6).
  if (draft.state.inFlight.some((one) => isPositionCommand(one) && one.record.command.contractId === contractId)) return
  if (isBeingReduced(draft, contractId) || isTakenOff(draft, contractId, range)) return
  if (mayBeOldNews(draft, contractId)) return
  const key: TargetKey = `position:${contractId}`
  const history = historyOf(draft, key)
  const { readSinceMs } = history
  if (readSinceMs !== null && !isObservedSince(draft.state.book, contractId, readSinceMs)) return
  if (isPaused(draft, history, contractId)) return
  const { accountId } = draft.state
  if (wanted === 0 && !history.exactNext) {
    send(draft, { kind: 'close-position', accountId, contractId }, key, size)
    return
  }
  if (mayLag(draft, contractId)) return
  // A reduction is computed only from a size that was observed after the last command had settled.
  if (!isObservedSince(draft.state.book, contractId, history.settledMs)) {
    draft.change({ targets: new Map(draft.state.targets).set(key, { ...history, readSinceMs: history.settledMs }) })
    return
  }
  const contracts = Math.abs(size - wanted)
  send(draft, { kind: 'reduce-position', accountId, contractId, contracts }, key, size)
}

/**
 * Whether trades have taken off already what has to go, and the position is about to say so: a close beside them would be one too many. A
 * position that stays silent is closed all the same, a moment later.
 */
function isTakenOff(draft: TurnDraft, contractId: ContractId, { min, max }: SizeRange): boolean {
  const left = leftByTrades(draft.state.book, contractId)
  if (left === null || left.signedSize < min || left.signedSize > max) return false
  // Stamps are the exchange's: one that lies ahead of our time by more than that tells nothing about how long to wait.
  const sinceMs = draft.now - left.at
  if (Math.abs(sinceMs) >= FILL_EVENTS_MS) return false
  draft.lookAgain(draft.elapsedMs + FILL_EVENTS_MS - sinceMs)
  return true
}

/** What trades or our own requests have reduced must not be reduced once more because an event of the time before came late. */
function mayBeOldNews(draft: TurnDraft, contractId: ContractId): boolean {
  const sinceMs = repeatedMs(draft.state.book, contractId)
  if (sinceMs === null || draft.elapsedMs >= sinceMs + REPEATED_STATE_MS) return false
  draft.lookAgain(sinceMs + REPEATED_STATE_MS)
  return true
}

/**
 * A size that a reading showed against the stream, shortly after it, may be that of before a reduction. Nobody cuts it; a close takes what is
 * there, so it needs no size.
 */
function mayLag(draft: TurnDraft, contractId: ContractId): boolean {
  const fromMs = confirmableMs(draft.state.book, contractId)
  if (fromMs === null || draft.elapsedMs >= fromMs + REPEATED_STATE_MS) return false
  draft.lookAgain(fromMs + REPEATED_STATE_MS)
  return true
}

function planCancel(draft: TurnDraft, demands: Demands, order: Order): void {
  const size = signedSize(draft.state.book, order.contractId)
  if (!isCancelDemanded(draft, demands, order, size) || draft.now < sparedUntil(draft, order)) return
  if (mayHaveShrunkIt(draft, demands, order, size)) return
  const key: TargetKey = `order:${order.id}`
  if (draft.state.inFlight.some((one) => isCancelOf(one, order))) return
  const history = historyOf(draft, key)
  if (history.readSinceMs !== null || isPaused(draft, history, order.contractId)) return
  const { accountId } = draft.state
  send(draft, { kind: 'cancel-order', accountId, contractId: order.contractId, orderId: order.id }, key, size)
}

/** What protects the rest must not go because it tells of its fill after the position. Of a flat contract nothing protects. */
function mayHaveShrunkIt(draft: TurnDraft, demands: Demands, order: Order, size: number): boolean {
  if (demands.ordersCancelled.has(order.id)) return false
  const contract = draft.context.market.contract(order.contractId)
  if (size === 0 && mustBeFlat(demands, order.contractId, contract)) return false
  return mayBeItsFill(draft, order)
}

/** Stops and targets stay until the position is gone, so that a refused close does not leave it naked (risk rules 1.6). */
function isCancelDemanded(draft: TurnDraft, demands: Demands, order: Order, size: number): boolean {
  if (demands.ordersCancelled.has(order.id)) return true
  const contract = draft.context.market.contract(order.contractId)
  if (mustBeFlat(demands, order.contractId, contract)) return size === 0 || couldEnlarge(order, size)
  return !mayOpen(demands, order.contractId, contract) && couldEnlarge(order, size)
}

/**
 * Until when an order is left alone because it is about to end by itself: a market order, our own close, one that is being cancelled, a
 * child whose entry works or has just ended.
 */
function sparedUntil(draft: TurnDraft, order: Order): number {
  const { ownOrders, book } = draft.state
  // An order of ours that waits for its price does not end by itself.
  if (ownOrders.has(order.id) && order.type === 'market') return order.createdAt + OWN_ORDER_GRACE_MS
  if (order.status === 'pending-cancel') return order.updatedAt + PENDING_CANCEL_MS
  if (order.status === 'suspended' && order.parentId !== null) {
    if (workingOrder(book, order.parentId) !== null) return Number.POSITIVE_INFINITY
    return (knownOrder(book, order.parentId)?.updatedAt ?? order.createdAt) + CHILD_GRACE_MS
  }
  return order.type === 'market' ? order.createdAt + MARKET_ORDER_GRACE_MS : Number.NEGATIVE_INFINITY
}

/** Whether the target has to be left alone for now. */
export function isPaused(draft: TurnDraft, history: TargetHistory, contractId: ContractId): boolean {
  if (history.notBeforeMs <= draft.elapsedMs) return false
  return !history.waitsForOpen || !draft.context.market.isOpen(contractId, draft.now)
}

function isCancelOf(inFlight: InFlight, order: Order): boolean {
  const { command } = inFlight.record
  return command.kind === 'cancel-order' && command.orderId === order.id
}

/** Writes the intent of one request for what is owed. */
function send(draft: TurnDraft, command: Command, key: TargetKey, sizeBefore: number): void {
  const { contract } = draft.context.market
  const exposure = exposureOf(draft.state.book)
  const owed = draft.state.goals.filter((pursued) => !isSatisfied(pursued.goal, exposure, contract))
  const goal = owed[0] ?? draft.state.goals[0]
  invariant(goal !== undefined, `no goal demands ${describeCommand(command)}`)
  rememberEffort(draft, owed, issueCommand(draft, command, { key, goalId: goal.id, why: null, sizeBefore }))
}

function byLoss(a: PositionView, b: PositionView): number {
  return worstOf(a) - worstOf(b)
}

/** An unknown value sorts with its last known loss. */
function worstOf({ value }: PositionView): number {
  return value.kind === 'known' ? value.worst : Math.min(0, value.lastKnown ?? 0)
}

/** In how many milliseconds the first of the orders is no longer spared, or `null`. */
export function graceEndsInMs(draft: TurnDraft, orders: readonly Order[]): number | null {
  if (draft.state.goals.length === 0) return null
  let first: number | null = null
  for (const order of orders) {
    const endsInMs = sparedUntil(draft, order) - draft.now
    if (endsInMs > 0 && (first === null || endsInMs < first)) first = endsInMs
  }
  return first
}
