import {
  type ContractId,
  describeGoal,
  type Goal,
  namesProduct,
  type PursuedGoal,
  type Snapshot,
  unreachable,
} from '@rm/domain'
import { confirmableMs, type Exposure, exposureOf, openSizes } from '@rm/state/book'
import { isTrusted } from './account-state.ts'
import { type ContractLookup, isSatisfied, needsReadings } from './exposure.ts'
import { storyOf } from './goal-memory.ts'
import { countViolation } from './pursue-violations.ts'
import type { TurnDraft } from './turn-draft.ts'

/** Two readings that both show "nothing there" lie at least so far apart (reliability S-09). */
export const CLEAN_READINGS_APART_MS = 500

/**
 * Ends the goals that are proved to hold: a flat one by two clean readings, newer than our last command and contradicted by
 * nothing; any other by the observation that settled its commands.
 */
export function verifyGoals(draft: TurnDraft, snapshot: Snapshot | null): void {
  if (draft.state.goals.length === 0) return
  const { contract } = draft.context.market
  const exposure = exposureOf(draft.state.book)
  for (const pursued of draft.state.goals) {
    const isMet = isSatisfied(pursued.goal, exposure, contract)
    if (needsReadings(pursued.goal)) noteWhetherMet(draft, pursued, isMet)
    if (!isMet || hasUnsettledCommand(draft, pursued.goal) || goalConfirmableMs(draft, pursued.goal) !== null) {
      forgetReadings(draft, pursued)
    } else if (!needsReadings(pursued.goal)) {
      endGoal(draft, pursued)
    } else if (snapshot !== null && isTrusted(draft.state.trust)) {
      // While events may be missed nothing is called flat (reliability S-08).
      countReading(draft, pursued, snapshot)
    }
  }
  forgetTargets(draft)
}

/** A goal that was met and is not any more was violated, although it had not been proved yet: the trader is back. */
function noteWhetherMet(draft: TurnDraft, { id, origin }: PursuedGoal, isMet: boolean): void {
  if (isMet === draft.state.met.has(id)) return
  if (!isMet) countViolation(draft, origin.id)
  const met = new Set(draft.state.met)
  if (isMet) met.add(id)
  else met.delete(id)
  draft.change({ met })
}

/**
 * With nothing left to pursue nothing has to be waited for, and the next goal counts its attempts from 1. The pace of placing and moving
 * orders is kept as long as there is something that they belong to.
 */
export function forgetTargets(draft: TurnDraft): void {
  const { goals, inFlight, targets, book } = draft.state
  if (goals.length > 0 || inFlight.length > 0 || targets.size === 0) return
  const orders = new Set(exposureOf(book).orders.map(({ id }) => `change:${id}`))
  const held = new Set([...openSizes(book).keys()].flatMap((id) => [`stop:${id}`, `target:${id}`]))
  const kept = [...targets].filter(([key]) => orders.has(key) || held.has(key))
  if (kept.length < targets.size) draft.change({ targets: new Map(kept) })
}

/** Whether a goal speaks of the contract. */
function concerns(goal: Goal, contractId: ContractId, contract: ContractLookup): boolean {
  switch (goal.kind) {
    case 'flat-account':
    case 'reduce-only':
    case 'order-cancelled':
      return true
    case 'flat-product':
      return namesProduct(goal.product, contractId, contract(contractId))
    case 'flat-contract':
    case 'cap':
      return goal.contractId === contractId
    default:
      return unreachable(goal)
  }
}

function countReading(draft: TurnDraft, pursued: PursuedGoal, snapshot: Snapshot): void {
  const read: Exposure = {
    sizes: new Map(snapshot.positions.map((position) => [position.contractId, position.signedSize])),
    orders: snapshot.orders,
  }
  const isClean =
    isSatisfied(pursued.goal, read, draft.context.market.contract) && snapshot.requestedMs >= lastSettledMs(draft)
  if (!isClean) {
    forgetReadings(draft, pursued)
    return
  }
  const first = draft.state.cleanSince.get(pursued.id)
  if (first === undefined) {
    draft.change({ cleanSince: new Map(draft.state.cleanSince).set(pursued.id, snapshot.requestedMs) })
  } else if (snapshot.requestedMs - first >= CLEAN_READINGS_APART_MS) {
    endGoal(draft, pursued)
  }
}

function endGoal(draft: TurnDraft, pursued: PursuedGoal): void {
  const commands = draft.state.memories.get(pursued.id)?.commands.size ?? 0
  const ended: PursuedGoal = { ...pursued, state: commands > 0 ? 'reached' : 'moot', endedAt: draft.now }
  const tookMs = draft.now - pursued.begunAt
  const story = storyOf(draft, ended, tookMs)
  const memories = new Map(draft.state.memories)
  memories.delete(pursued.id)
  forgetReadings(draft, pursued)
  const met = new Set(draft.state.met)
  met.delete(pursued.id)
  draft.change({ goals: draft.state.goals.filter((one) => one.id !== pursued.id), memories, met })
  draft.keepGoal(ended)
  draft.audit(`goal-${ended.state}`, ended.id, { goal: describeGoal(ended.goal), commands, tookMs })
  draft.note({ kind: 'goal-ended', goal: ended, tookMs, story })
}

function hasUnsettledCommand(draft: TurnDraft, goal: Goal): boolean {
  return draft.state.inFlight.some((one) =>
    concerns(goal, one.record.command.contractId, draft.context.market.contract),
  )
}

/**
 * From when on a reading settles whether the goal is met, if a reading that may lag was believed instead of the stream (monotonic); `null`
 * when nothing is left to confirm. Until then two such readings are one witness, however far apart they lie.
 */
export function goalConfirmableMs({ state: { book }, context }: TurnDraft, goal: Goal): number | null {
  let lastMs: number | null = null
  for (const contractId of book.contracts.keys()) {
    const fromMs = confirmableMs(book, contractId)
    if (fromMs === null || !concerns(goal, contractId, context.market.contract)) continue
    lastMs = Math.max(lastMs ?? fromMs, fromMs)
  }
  return lastMs
}

/** When the last command of the account settled (monotonic). */
export function lastSettledMs(draft: TurnDraft): number {
  let last = Number.NEGATIVE_INFINITY
  for (const history of draft.state.targets.values()) last = Math.max(last, history.settledMs)
  return last
}

function forgetReadings(draft: TurnDraft, pursued: PursuedGoal): void {
  if (!draft.state.cleanSince.has(pursued.id)) return
  const cleanSince = new Map(draft.state.cleanSince)
  cleanSince.delete(pursued.id)
  draft.change({ cleanSince })
}
