import type { CommandRecord, CommandState, Snapshot } from '@rm/domain'
import { endOf, observedMs } from '@rm/state/book'
import { type InFlight, isPositionCommand } from './account-state.ts'
import { afterNoEffect } from './after-no-effect.ts'
import { isBeingReduced } from './being-reduced.ts'
import { disproves, hasDiedAtTheVenue, hasEffect, positionOf } from './command-effect.ts'
import { dropInFlight, replaceInFlight, tellOrder } from './in-flight.ts'
import { PLACEMENTS_APART_MS } from './retry-pace.ts'
import { changeTargetOf } from './target-history.ts'
import type { TurnDraft } from './turn-draft.ts'

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

/** Accepted and not filled, say in a pause of the exchange: its order will have the effect when it can. */
function isStillWorking(draft: TurnDraft, inFlight: InFlight): boolean {
  return isPositionCommand(inFlight) && isBeingReduced(draft, inFlight.record.command.contractId)
}

/** Ends a command: its effect was seen, or it is certain that none will come. */
export function settle(draft: TurnDraft, inFlight: InFlight, state: CommandState, settledBy: string): void {
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

/** A reading requested late enough answers the question that a target was held for. */
function releaseReadHolds(draft: TurnDraft, snapshot: Snapshot): void {
  for (const [key, history] of draft.state.targets) {
    if (history.readSinceMs === null || snapshot.requestedMs < history.readSinceMs) continue
    draft.change({ targets: new Map(draft.state.targets).set(key, { ...history, readSinceMs: null }) })
  }
}
