import {
  type AccountView,
  type Command,
  type ContractId,
  type ContractSpec,
  earliest,
  hasOwnTag,
  type Instant,
  invariant,
  later,
  type Order,
  type PositionView,
  type ProtectionKind,
  remainingSize,
  type Ticks,
  toTicks,
} from '@rm/domain'
import {
  managedOrders,
  mustBeFlat,
  type OrderWhy,
  ownOrder,
  type RuleSettings,
  type WantedOrder,
  whyPriced,
  whyRemoved,
  whyResized,
  whyStray,
} from '@rm/rules'
import { isSizeKnownSince, openCycleOf, REST_LAG_TOLERANCE_MS, signedSize } from '@rm/state/book'
import type { AccountPolicy } from './account-policy.ts'
import { type AccountState, isPositionCommand, isTrusted, type TargetKey } from './account-state.ts'
import { managementInForce, rememberManagement } from './cycle-memory.ts'
import { departureForgottenMs, issueCommand, recentDepartures } from './issue-command.ts'
import { mayBeItsFill } from './may-be-its-fill.ts'
import { ownTag } from './own-tag.ts'
import { isPaused } from './plan-commands.ts'
import { changeTarget, historyOf } from './target-history.ts'
import { demandsOf } from './standing-goals.ts'
import type { TurnDraft } from './turn-draft.ts'
import { forgetTargets } from './verify-goals.ts'

/** Commands of one account a minute above which orders are neither placed nor moved any more (reliability 4.2, own bug as attacker). */
const CALLS_PER_MINUTE_MAX = 60
/** From so many commands a minute on, orders are moved at a walk, so that a fast market never reaches the ceiling (a guess). */
const UNHURRIED_CALLS = 20
const UNHURRIED_MS = 2_000
/** The child of a bracket is heard of with its entry; before that a stop of ours would stand beside it for a moment. */
const BRACKET_GRACE_MS = 500
/** A cancel that the gateway is working on is repeated only after this time. */
const PENDING_CANCEL_MS = 5_000
/** Orders are looked for from so long before their request left: stamps and clocks may differ (gateway contract 6.6). */
const HISTORY_OVERLAP_MS = 5 * 60_000

type Settings = RuleSettings['trade_management']

/**
 * Keeps the stops and targets of RULE-012 as they must stand: compares the working orders that carry our tag with what the settings want
 * of each position, and issues what is missing. Called in every turn; like the enforcer it knows no steps, only what is and what must be.
 *
 * Orders of ours whose position is gone or turned over are removed whatever the settings say: one that is hit then would open a position.
 */
export function manageOrders(draft: TurnDraft, view: AccountView): void {
  const settings = managementInForce(draft)
  const own = view.orders.filter(hasOwnTag)
  if (settings === null && own.length === 0) return
  for (const order of own) if (isStray(draft, order)) remove(draft, order, () => whyGone(draft, order))
  if (settings !== null && isTrusted(draft.state.trust)) {
    for (const position of view.positions) managePosition(draft, settings, position, view.orders)
  } else {
    for (const order of own) shrink(draft, view, order)
  }
  if (draft.state.targets.size > 0) forgetTargets(draft)
}

/** When a reading begins, by both clocks. */
export interface ReadingBegin {
  readonly now: Instant
  readonly elapsedMs: number
  /** Whether {@link now} is known. */
  readonly isTimeKnown: boolean
  /** Far enough back for whatever may have been missed by a clock that was ahead. */
  readonly longAgo: Instant
}

/**
 * Since when orders of any status have to be read, or `null`: a placement whose order nobody has seen is looked up by its tag before
 * anything is repeated (reliability E-17), and the first reading of a run tells which of our orders were hit meanwhile.
 *
 * The business time that was noted then may have been ahead, and a look from there on would miss the order (reliability G-21). How long ago
 * a request of this run left the monotonic clock tells; for one of an earlier run the look goes far back.
 */
export function ordersAskedSince(
  state: Pick<AccountState, 'inFlight' | 'trust' | 'lastNow'>,
  { trade_management }: AccountPolicy['rules'],
  { now, elapsedMs, isTimeKnown, longAgo }: ReadingBegin,
): Instant | null {
  const isFirst = state.trust.reconciledMs === null && trade_management !== undefined
  let since = isFirst ? earliest(longAgo, state.lastNow) : null
  for (const { record, answeredMs, sentMs } of state.inFlight) {
    if (record.command.kind !== 'place-order' || answeredMs === null) continue
    const isAgeKnown = isTimeKnown && Number.isFinite(sentMs)
    // The monotonic clock has fractions of a millisecond.
    const sentAt = isAgeKnown ? later(now, Math.floor(sentMs - elapsedMs)) : earliest(longAgo, record.sentAt)
    since = earliest(since, sentAt)
  }
  return since === null ? null : later(since, -HISTORY_OVERLAP_MS)
}

/** An order of ours without a position that it works against. */
function isStray(draft: TurnDraft, order: Order): boolean {
  const size = signedSize(draft.state.book, order.contractId)
  return size === 0 || order.side === (size > 0 ? 'buy' : 'sell')
}

function whyGone(draft: TurnDraft, order: Order): OrderWhy {
  const { contractId } = order
  const name = draft.context.market.contract(contractId)?.name ?? contractId
  return whyStray(name, signedSize(draft.state.book, contractId), order)
}

function managePosition(draft: TurnDraft, settings: Settings, position: PositionView, orders: readonly Order[]): void {
  const { contractId, contract } = position
  // What has to be flat is the enforcer's: it closes first and removes orders last (risk rules 1.6).
  if (contract === null || mustBeFlat(demandsOf(draft.state), contractId, contract)) return
  if (position.management.placements === 0) forgetFormerLife(draft, contractId)
  const wanted = managedOrders(settings, position, orders)
  const mayGrow = isSizeCertain(draft, position)
  for (const protection of ['stop', 'target'] as const) {
    const own = ownOrder(position, orders, protection)
    removeDoubles(draft, position, orders, own)
    const order = wanted[protection]
    if (own === null) {
      if (order !== null && mayGrow) place(draft, settings, position, contract, orders, protection, order)
    } else if (order === null) remove(draft, own, () => whyRemoved(position, own, 'covered'))
    else adjust(draft, settings, position, contract, own, protection, order, mayGrow)
  }
  for (const { order, price } of wanted.tightened) {
    const why = (): OrderWhy => whyPriced(settings, position, contract, 'stop', price, order)
    modify(draft, order, { protection: 'stop', contracts: order.size, price, tickSize: contract.tickSize, why }, true)
  }
}

/** The pace and the doubts of a former life of the position are not those of the one that has just begun. */
function forgetFormerLife(draft: TurnDraft, contractId: ContractId): void {
  if (draft.state.targets.size === 0) return
  const targets = new Map(draft.state.targets)
  const hadStop = targets.delete(`stop:${contractId}`)
  const hadTarget = targets.delete(`target:${contractId}`)
  if (hadStop || hadTarget) draft.change({ targets })
}

/**
 * Nothing is placed or enlarged while a fill may have reduced the position already, or while it is known only from a reading that may be
 * older than the last doubt: that order could turn it over.
 */
function isSizeCertain(draft: TurnDraft, { contractId, exitAheadSinceMs }: PositionView): boolean {
  const { inFlight, book, trust } = draft.state
  if (inFlight.some((one) => isPositionCommand(one) && one.record.command.contractId === contractId)) return false
  const isKnown = isSizeKnownSince(book, contractId, trust.doubtedMs)
  const readSinceMs = isKnown ? exitAheadSinceMs : trust.doubtedMs + REST_LAG_TOLERANCE_MS
  if (readSinceMs === null) return true
  const key: TargetKey = `stop:${contractId}`
  if (historyOf(draft, key).readSinceMs === null) changeTarget(draft, key, { readSinceMs })
  return false
}

function place(
  draft: TurnDraft,
  settings: Settings,
  position: PositionView,
  contract: ContractSpec,
  orders: readonly Order[],
  protection: ProtectionKind,
  { price, contracts }: WantedOrder,
): void {
  const { contractId, signedSize: sizeBefore } = position
  const key: TargetKey = `${protection}:${contractId}`
  const history = historyOf(draft, key)
  const isUnderWay = draft.state.inFlight.some(
    ({ record: { command } }) =>
      command.kind === 'place-order' && command.contractId === contractId && command.protection === protection,
  )
  if (isUnderWay || history.readSinceMs !== null || isPaused(draft, history, contractId)) return
  if (awaitsBracket(draft, position, orders) || isAtCeiling(draft)) return
  // A target is no protection: it waits for a journal that can be written (reliability S-01).
  if (protection === 'target' && !draft.context.journalWritable) return
  const { accountId } = draft.state
  const side = sizeBefore > 0 ? 'sell' : 'buy'
  const tag = history.tag ?? nextTag(draft, contractId, protection)
  const { tickSize } = contract
  issueCommand(
    draft,
    { kind: 'place-order', accountId, contractId, protection, side, contracts, price, tickSize, tag },
    { key, goalId: null, why: whyPriced(settings, position, contract, protection, price, null), sizeBefore },
  )
}

/** Counts the placement in the cycle, durably with the intent, so that no later one gets its tag. */
function nextTag(draft: TurnDraft, contractId: ContractId, protection: ProtectionKind): string {
  const cycle = openCycleOf(draft.state.book, contractId)
  invariant(cycle !== null, `an order is placed in ${contractId} without a position`)
  const placements = cycle.management.placements + 1
  rememberManagement(draft, contractId, { ...cycle.management, placements })
  return ownTag(draft.state.accountId, cycle.id, protection, placements)
}

function adjust(
  draft: TurnDraft,
  settings: Settings,
  position: PositionView,
  contract: ContractSpec,
  own: Order,
  protection: ProtectionKind,
  { price, contracts }: WantedOrder,
  mayGrow: boolean,
): void {
  const left = remainingSize(own)
  // What fills in part is about to end, and then the position tells what is missing.
  const isKept = contracts > left ? !mayGrow || own.filled > 0 : contracts < left && mayBeItsFill(draft, own)
  const wanted = isKept ? left : contracts
  const written = protection === 'stop' ? own.stopPrice : own.limitPrice
  const { tickSize } = contract
  const standing = written === null ? null : toTicks(written, tickSize)
  // Without a price of its own it is not what its tag says.
  if (standing === null || (wanted === left && price === standing)) return
  const contractsInAll = own.filled + wanted
  const why = (): OrderWhy =>
    price === standing
      ? whyResized(position, own, contractsInAll)
      : whyPriced(settings, position, contract, protection, price, own)
  modify(draft, own, { protection, contracts: contractsInAll, price, tickSize, why }, wanted >= left)
}

interface Terms {
  readonly protection: ProtectionKind
  readonly contracts: number
  readonly price: Ticks
  readonly tickSize: number
  readonly why: () => OrderWhy
}

/** @param canWait - it tightens or enlarges; an order that became too large is made smaller whatever the pace */
function modify(draft: TurnDraft, order: Order, { why, ...terms }: Terms, canWait: boolean): void {
  const key: TargetKey = `change:${order.id}`
  const history = historyOf(draft, key)
  // The gateway changes no order that is still on its way to the exchange or from it.
  if (order.status !== 'open' || isBeingChanged(draft, order)) return
  if (history.readSinceMs !== null || isPaused(draft, history, order.contractId)) return
  if (canWait && (isAtCeiling(draft) || isUnhurried(draft) || !draft.context.journalWritable)) return
  const { accountId } = draft.state
  const { contractId, id: orderId } = order
  const command: Command = { kind: 'modify-order', accountId, contractId, orderId, ...terms }
  issueCommand(draft, command, {
    key,
    goalId: null,
    why: why(),
    sizeBefore: signedSize(draft.state.book, contractId),
  })
}

/** Nobody knows the settings or the market, but an order of ours is never larger than its position. */
function shrink(draft: TurnDraft, { positions }: AccountView, order: Order): void {
  const contract = draft.context.market.contract(order.contractId)
  const size = Math.abs(signedSize(draft.state.book, order.contractId))
  const position = positions.find(({ contractId }) => contractId === order.contractId)
  if (contract === null || position === undefined || isStray(draft, order) || remainingSize(order) <= size) return
  if (mayBeItsFill(draft, order)) return
  const protection: ProtectionKind = order.type === 'stop' ? 'stop' : 'target'
  const written = protection === 'stop' ? order.stopPrice : order.limitPrice
  const price = written === null ? null : toTicks(written, contract.tickSize)
  if (price === null) return
  const { tickSize } = contract
  const contracts = order.filled + size
  const why = (): OrderWhy => whyResized(position, order, contracts)
  modify(draft, order, { protection, contracts, price, tickSize, why }, false)
}

function remove(draft: TurnDraft, order: Order, why: () => OrderWhy): void {
  const key: TargetKey = `order:${order.id}`
  const history = historyOf(draft, key)
  if (isBeingCancelled(draft, order)) return
  if (order.status === 'pending-cancel' && draft.now < order.updatedAt + PENDING_CANCEL_MS) return
  if (history.readSinceMs !== null || isPaused(draft, history, order.contractId)) return
  const { accountId } = draft.state
  const { contractId, id: orderId } = order
  const sizeBefore = signedSize(draft.state.book, contractId)
  issueCommand(
    draft,
    { kind: 'cancel-order', accountId, contractId, orderId },
    { key, goalId: null, why: why(), sizeBefore },
  )
}

/** One stop and one target of ours per contract: the tightest stays. */
function removeDoubles(draft: TurnDraft, position: PositionView, orders: readonly Order[], kept: Order | null): void {
  if (kept === null) return
  const { contractId } = position
  for (const order of orders) {
    const isDouble = order.contractId === contractId && hasOwnTag(order) && order.type === kept.type
    if (isDouble && order.id !== kept.id) remove(draft, order, () => whyRemoved(position, order, 'double'))
  }
}

function awaitsBracket(draft: TurnDraft, { contractId, enlargedAt }: PositionView, orders: readonly Order[]): boolean {
  const untilAt = later(enlargedAt, BRACKET_GRACE_MS)
  if (draft.now >= untilAt) return false
  const isAwaited = orders.some(
    (child) =>
      child.contractId === contractId && child.status === 'suspended' && orders.some(({ id }) => id === child.parentId),
  )
  if (isAwaited) draft.lookAgain(draft.elapsedMs + (untilAt - draft.now))
  return isAwaited
}

function isAtCeiling(draft: TurnDraft): boolean {
  const departures = recentDepartures(draft)
  const isReached = departures.length >= CALLS_PER_MINUTE_MAX
  if (isReached) draft.lookAgain(departureForgottenMs(departures))
  if (isReached === draft.state.isCeilingTold) return isReached
  draft.change({ isCeilingTold: isReached })
  if (isReached) {
    draft.note({
      kind: 'alert',
      severity: 'error',
      code: 'call-ceiling',
      text: `${departures.length} requests within a minute; orders are neither placed nor moved until it is calmer, closes and cancels go on`,
    })
  }
  return isReached
}

function isUnhurried(draft: TurnDraft): boolean {
  const departures = recentDepartures(draft)
  const last = departures.at(-1)
  if (departures.length < UNHURRIED_CALLS || last === undefined) return false
  const freeMs = last + UNHURRIED_MS
  if (freeMs <= draft.elapsedMs) return false
  draft.lookAgain(freeMs)
  return true
}

function isBeingChanged(draft: TurnDraft, { id }: Order): boolean {
  return draft.state.inFlight.some(
    ({ record: { command } }) =>
      (command.kind === 'modify-order' || command.kind === 'cancel-order') && command.orderId === id,
  )
}

function isBeingCancelled(draft: TurnDraft, { id }: Order): boolean {
  return draft.state.inFlight.some(
    ({ record: { command } }) => command.kind === 'cancel-order' && command.orderId === id,
  )
}
