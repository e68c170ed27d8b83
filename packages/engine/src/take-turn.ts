import {
  accountWord,
  describeEvent,
  formatInstant,
  latest,
  longestFirst,
  type ReadingKind,
  unreachable,
} from '@rm/domain'
import { viewOf } from '@rm/state/book'
import { type AccountState, isTrusted } from './account-state.ts'
import { judge, type Judgement } from './judge.ts'
import { isLockedOver, mayLoosen } from './loosening.ts'
import { tellLateComparison } from './late-comparison.ts'
import { manageOrders } from './manage-orders.ts'
import { marketBook } from './market-book.ts'
import { nextWake } from './next-wake.ts'
import { type Observation, observe } from './observe.ts'
import { planCommands } from './plan-commands.ts'
import { planReading } from './plan-reading.ts'
import { quietPrices } from './quiet-prices.ts'
import { pursueViolations } from './pursue-violations.ts'
import { demandsOf, endLockouts, shrinkBaselines, standingGoals } from './standing-goals.ts'
import { takeHoldings } from './take-holdings.ts'
import type { Turn, TurnContext, TurnInput } from './turn.ts'
import { TurnDraft } from './turn-draft.ts'
import { tellOverdueGoals } from './overdue-goals.ts'
import { verifyGoals } from './verify-goals.ts'

/**
 * One step of an account: take in what happened, let every rule look, and decide what must be stored, sent, read and told.
 * Pure: it knows no socket, no database and no clock, and the same inputs give the same turn.
 */
export function takeTurn(state: AccountState, input: TurnInput, context: TurnContext): Turn {
  // A remembered time may be that of a clock which was wrong; once the time is known it counts alone.
  const now = context.timeTrusted ? context.now : latest(state.lastNow, context.now)
  const draft = new TurnDraft({ ...state, lastNow: now }, context, now, describeInput(input), input.receivedMs)
  crossResets(draft)
  const observation = withUnjudged(draft, observe(draft, input))
  takeHoldings(draft)
  const isBookKnown = draft.state.trust.reconciledMs !== null
  if (!isBookKnown) keepUnjudged(draft, observation)
  const judgement = isBookKnown ? decide(draft, input, observation) : enforceProven(draft, observation)
  tellLateComparison(draft)
  takeWord(draft)
  const loosens = mayLoosen(draft)
  const wanted = planReading(draft, judgement.view)
  const reading = wanted !== null && wanted.dueMs <= context.elapsedMs ? wanted.kind : null
  if (reading !== null) beginReading(draft, reading)
  return {
    state: draft.state,
    record: draft.record(),
    commands: draft.commands,
    quotesWanted: draft.quotesWanted,
    reading,
    wakeMs: nextWake(draft, judgement, reading === null ? wanted : planReading(draft, judgement.view)),
    notes: draft.notes,
    streamDoubted: draft.streamDoubted,
    mayLoosen: loosens,
    quiet: input.kind === 'quote-merged' && isBookKnown ? quietPrices(draft, judgement.view) : null,
  }
}

/** Adds what earlier turns took in before any rule could look: a trade is stored in the turn that judges it, and new until then. */
function withUnjudged(draft: TurnDraft, observation: Observation): Observation {
  const { trades, newTrades, enlarged } = draft.state.unjudged
  if (trades.length === 0 && enlarged === null) return observation
  const changed = new Set(draft.trades.map(({ trade }) => trade.id))
  draft.trades = [...trades.filter(({ trade }) => !changed.has(trade.id)), ...draft.trades]
  draft.change({ unjudged: { trades: [], newTrades: new Set(), enlarged: null } })
  return { newTrades: newTrades.union(observation.newTrades), enlarged: observation.enlarged ?? enlarged }
}

function keepUnjudged(draft: TurnDraft, { newTrades, enlarged }: Observation): void {
  if (draft.trades.length === 0 && enlarged === null) return
  draft.change({ unjudged: { trades: draft.trades, newTrades, enlarged } })
  draft.trades = []
}

/**
 * Before the first full reading the book is empty by ignorance: rules cannot judge by it and nothing is called flat. What earlier
 * runs decided holds all the same, and a position that the stream shows is there (reliability S-08).
 */
function enforceProven(draft: TurnDraft, observation: ReturnType<typeof observe>): Judgement {
  const view = viewOf(draft.state.book, observation, marketBook(draft, demandsOf(draft.state)))
  pursueViolations(draft)
  planCommands(draft, view)
  tellOverdueGoals(draft)
  return { view, nextCheck: null }
}

function decide(draft: TurnDraft, input: TurnInput, observation: ReturnType<typeof observe>): Judgement {
  shrinkBaselines(draft)
  endLockouts(draft)
  const judgement = judge(draft, observation)
  pursueViolations(draft)
  planCommands(draft, judgement.view)
  manageOrders(draft, judgement.view)
  verifyGoals(draft, input.kind === 'snapshot-read' ? input.snapshot : null)
  tellOverdueGoals(draft)
  return judgement
}

/**
 * Processes each daily reset exactly once, also those that passed while the program was down, and none on a time that may be wrong. It
 * moves a boundary and deletes nothing.
 */
function crossResets(draft: TurnDraft): void {
  if (!draft.context.timeTrusted) return
  const { calendar } = draft.context.policy
  if (!draft.state.isLastResetProcessed) rememberFirstReset(draft)
  for (;;) {
    const next = calendar.nextReset(draft.state.lastReset)
    if (next > draft.now) return
    const isResetUnexamined = !isLockedOver(draft.state, next)
    draft.change({ lastReset: next, isLastResetProcessed: true, isResetUnexamined })
    draft.keepReset(next)
    draft.audit('reset-crossed', String(draft.state.accountId), { at: formatInstant(next) })
    draft.note({ kind: 'reset-crossed', at: next, day: calendar.dayOf(next) })
  }
}

/**
 * Stores from which reset on all are to be processed. A start by a clock that is ahead must not make one pass unseen that is still to come, and
 * no turn of such a start may count for it later (reliability T-01).
 */
function rememberFirstReset(draft: TurnDraft): void {
  const { lastReset } = draft.state
  const first = lastReset > draft.now ? draft.context.policy.calendar.previousReset(draft.now) : lastReset
  draft.change({ lastReset: first, isLastResetProcessed: true })
  draft.keepReset(first)
}

function takeWord(draft: TurnDraft): void {
  const { state } = draft
  const halted = state.halted ?? draft.context.policy.uncertified ?? null
  const word = accountWord({
    halted,
    trust: isTrusted(state.trust) ? 'trusted' : state.trust.userStreamUp ? 'reconciling' : 'untrusted',
    lockedFlat: state.lockouts.some((one) => one.effect === 'flat' && one.scope === 'account'),
    blind: state.blind,
    reducing: state.goals.length > 0 || standingGoals(state).length > 0,
  })
  if (word === state.word) return
  draft.change({ word })
  const because =
    halted ??
    (word === 'BLIND' ? state.blind[0] : undefined) ??
    (word === 'LOCKED' || word === 'REDUCING' ? state.lockouts.toSorted(longestFirst)[0]?.reason : undefined) ??
    draft.cause
  draft.note({ kind: 'word-changed', from: state.word, to: word, because })
}

function beginReading(draft: TurnDraft, kind: ReadingKind): void {
  const { reading } = draft.state
  const fullBegunMs = kind === 'account' ? draft.elapsedMs : reading.fullBegunMs
  draft.change({
    reading: {
      ...reading,
      inFlight: reading.inFlight.union(new Set([kind])),
      begunMs: draft.elapsedMs,
      fullBegunMs,
      againMs: null,
    },
  })
}

function describeInput(input: TurnInput): string {
  switch (input.kind) {
    case 'quote-merged':
    case 'contract-known':
      return `${input.kind} ${input.contractId}`
    case 'woken':
    case 'stood-still':
    case 'panic-ordered':
    case 'settings-changed':
    case 'rules-proved':
      return input.kind
    case 'account-changed':
    case 'position-changed':
    case 'order-changed':
    case 'trade-reported':
    case 'snapshot-read':
    case 'snapshot-failed':
    case 'command-settled':
    case 'payload-faulted':
    case 'stream-restored':
    case 'stream-lost':
    case 'authentication-lost':
      return describeEvent(input)
    default:
      return unreachable(input)
  }
}
