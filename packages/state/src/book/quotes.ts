import { type ContractSpec, type Instant, latest, later, type Quote, type QuoteChange, type Ticks } from '@rm/domain'

export interface QuoteMerge {
  /** `null` while nothing that can be a price was seen. */
  readonly quote: Quote | null
  /** Prices of the change that cannot be prices: to be counted. */
  readonly refused: number
}

/** How long a crossed quote is suspect (risk rules 3.6). */
const SUSPECT_MS = 1_000

/** A stamp further ahead than the clock skew we tolerate is wrong; it must not keep every later quote out (reliability G-21). */
const STAMP_AHEAD_MS_MAX = 2_000

/**
 * Exchange roots of energies, whose prices can fall below zero as crude did in 2020 (risk rules 3.6). Spreads could too, but the gateway
 * lists none.
 */
const ROOTS_BELOW_ZERO: ReadonlySet<string> = new Set(['CL', 'QM', 'MCL', 'NG', 'QG', 'MNG', 'HO', 'RB'])

/**
 * The quote after a sparse change: what is absent stays, an older change by server time changes nothing, the extremes widen until
 * {@link settleExtremes}.
 *
 * @param contract - decides whether a price may be zero or negative; `null` while unknown: it may not
 * @param receivedAt - business time of arrival
 */
export function mergeQuote(
  previous: Quote | null,
  change: QuoteChange,
  contract: ContractSpec | null,
  receivedAt: Instant,
): QuoteMerge {
  const at = change.at > receivedAt + STAMP_AHEAD_MS_MAX ? later(receivedAt, STAMP_AHEAD_MS_MAX) : change.at
  if (previous !== null && at < previous.at) return { quote: previous, refused: 0 }
  const { accepted, refused } = plausible(previous, change, contract)
  // Impossible prices alone confirm nothing, so the quote grows old.
  if (refused > 0 && Object.keys(accepted).length === 0) return { quote: previous, refused }
  const bid = accepted.bid ?? previous?.bid ?? null
  const ask = accepted.ask ?? previous?.ask ?? null
  const merged: Quote = {
    contractId: change.contractId,
    bid,
    ask,
    last: accepted.last ?? previous?.last ?? null,
    bidLow: null,
    bidHigh: null,
    askLow: null,
    askHigh: null,
    suspectUntil: isCrossed(bid, ask) ? later(receivedAt, SUSPECT_MS) : (previous?.suspectUntil ?? null),
    at,
    receivedAt: previous === null ? receivedAt : latest(previous.receivedAt, receivedAt),
  }
  const forLong = exitPrice(merged, 'long', receivedAt)
  const forShort = exitPrice(merged, 'short', receivedAt)
  const quote: Quote = {
    ...merged,
    bidLow: lower(previous?.bidLow ?? null, forLong),
    bidHigh: higher(previous?.bidHigh ?? null, forLong),
    askLow: lower(previous?.askLow ?? null, forShort),
    askHigh: higher(previous?.askHigh ?? null, forShort),
  }
  return { quote, refused }
}

/** The quote after every rule has seen its extremes: they begin again at the prices of now. */
export function settleExtremes(quote: Quote, now: Instant): Quote {
  const forLong = exitPrice(quote, 'long', now)
  const forShort = exitPrice(quote, 'short', now)
  return { ...quote, bidLow: forLong, bidHigh: forLong, askLow: forShort, askHigh: forShort }
}

/**
 * The price at which a position of the side could be closed: the bid for a long, the ask for a short, the last trade when that side was
 * never seen, the worse of both sides while a crossed quote is suspect. `null`: nothing is known.
 */
export function exitPrice(quote: Quote, side: 'long' | 'short', now: Instant): Ticks | null {
  const { bid, ask, last, suspectUntil } = quote
  const own = side === 'long' ? bid : ask
  if (own === null) return last
  if (suspectUntil === null || now >= suspectUntil) return own
  return side === 'long' ? lower(own, ask) : higher(own, bid)
}

/** The prices of the change that can be prices, in the light of what is known already. */
function plausible(
  previous: Quote | null,
  change: QuoteChange,
  contract: ContractSpec | null,
): { readonly accepted: Pick<QuoteChange, 'bid' | 'ask' | 'last'>; readonly refused: number } {
  const prices = [change.bid, change.ask, change.last].filter((price) => price !== undefined)
  if (prices.every((price) => price > 0) || isPlausibleBelowZero(previous, change, contract)) {
    return { accepted: change, refused: 0 }
  }
  const accepted = {
    ...(change.bid !== undefined && change.bid > 0 && { bid: change.bid }),
    ...(change.ask !== undefined && change.ask > 0 && { ask: change.ask }),
    ...(change.last !== undefined && change.last > 0 && { last: change.last }),
  }
  return { accepted, refused: prices.filter((price) => price <= 0).length }
}

function isPlausibleBelowZero(previous: Quote | null, change: QuoteChange, contract: ContractSpec | null): boolean {
  if (contract === null || !ROOTS_BELOW_ZERO.has(contract.root)) return false
  const bid = change.bid ?? previous?.bid ?? null
  const ask = change.ask ?? previous?.ask ?? null
  return bid !== null && ask !== null && bid <= ask
}

function isCrossed(bid: Ticks | null, ask: Ticks | null): boolean {
  return bid !== null && ask !== null && bid > ask
}

function lower(a: Ticks | null, b: Ticks | null): Ticks | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}

function higher(a: Ticks | null, b: Ticks | null): Ticks | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}
