import type { GatewaySim, LedgerEntry, LoggedRequest } from '@rm/gateway-sim'

/*
 * When things happened by the venue's own clock, its ledger and its log of requests: what the product is measured by. Nothing here reads
 * what the daemon says of itself.
 */

type Fill = Extract<LedgerEntry, { kind: 'fill' }>

const CLOSES: ReadonlySet<string> = new Set(['closeContract', 'partialCloseContract'])

/** Requests of one account and route, oldest first. */
export function requestsOf({ requests }: GatewaySim, route: string, accountId?: number): readonly LoggedRequest[] {
  return requests
    .after(0)
    .filter((request) => request.route === route && (accountId === undefined || request.accountId === accountId))
}

/** Requests that make a position smaller. */
export function closesOf({ requests }: GatewaySim, accountId: number): readonly LoggedRequest[] {
  return requests.after(0).filter((request) => CLOSES.has(request.route) && request.accountId === accountId)
}

/** The newest look at the positions of an account: after a goal has ended, the one that proved it. */
export function lastLookAt(gateway: GatewaySim, accountId: number): number {
  const look = requestsOf(gateway, 'searchOpenPositions', accountId).at(-1)
  if (look === undefined) throw new Error(`nobody ever looked at the positions of ${accountId}`)
  return look.at
}

/** The first full reading of an account that began at or after an instant; `undefined` while there is none. */
export function fullReadingAfter(gateway: GatewaySim, accountId: number, atMs: number): number | undefined {
  return requestsOf(gateway, 'searchTrades', accountId).find(({ at, status }) => at >= atMs && status === 200)?.at
}

/** The newest fill of an account by its author. */
export function lastFillOf(gateway: GatewaySim, author: Fill['author'], accountId: number): Fill {
  const fill = gateway.exchange
    .ledger()
    .findLast(
      (entry): entry is Fill => entry.kind === 'fill' && entry.author === author && entry.accountId === accountId,
    )
  if (fill === undefined) throw new Error(`no fill of the ${author} on ${accountId}`)
  return fill
}

/** The longest time from an entry into a contract to the next moment at which the account was flat in it. */
export function slowestUndoing(ledger: readonly LedgerEntry[], accountId: number, root: string): number {
  let openedAt: number | null = null
  let slowest = 0
  for (const entry of ledger) {
    if (entry.kind !== 'fill' || entry.accountId !== accountId || !entry.contractId.includes(`.${root}.`)) continue
    if (entry.positionBefore === 0) openedAt = entry.at
    if (entry.positionAfter === 0 && openedAt !== null) slowest = Math.max(slowest, entry.at - openedAt)
  }
  return slowest
}
