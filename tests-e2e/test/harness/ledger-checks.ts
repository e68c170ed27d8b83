import type { LedgerEntry } from '@rm/gateway-sim'

type Fill = Extract<LedgerEntry, { kind: 'fill' }>

export function fillsOf(ledger: readonly LedgerEntry[], author: Fill['author'], accountId?: number): readonly Fill[] {
  return ledger.filter(
    (entry): entry is Fill =>
      entry.kind === 'fill' && entry.author === author && (accountId === undefined || entry.accountId === accountId),
  )
}

/** Fills by which the daemon made a position larger or turned it over: there must never be one (reliability S-03). */
export function wrongWayFills(ledger: readonly LedgerEntry[]): readonly Fill[] {
  return fillsOf(ledger, 'daemon').filter(({ positionBefore, positionAfter }) => {
    const isFlipped = positionAfter !== 0 && Math.sign(positionAfter) !== Math.sign(positionBefore)
    return isFlipped || Math.abs(positionAfter) > Math.abs(positionBefore)
  })
}
