import { type Instant, signedTradeSize, type Trade, type TradeId } from '@rm/domain'

/** Contracts that an entry added before the position said so, signed. */
interface EnteredLots {
  readonly tradeId: TradeId
  readonly at: Instant
  readonly contracts: number
}

/** Contracts that the position showed before their trade was told, signed. */
interface GrownLots {
  readonly at: Instant
  readonly contracts: number
}

/**
 * The distance between a contract's entries and its position events, either of which may come first. Matched by number and not by time:
 * stamps are the exchange's, arrivals are ours, and on a slow way the next fill happens before the last one is heard of.
 */
export interface EntriesAhead {
  readonly entered: readonly EnteredLots[]
  readonly grown: readonly GrownLots[]
}

export const NO_ENTRIES_AHEAD: EntriesAhead = { entered: [], grown: [] }

/** The events of one fill follow each other within 30 ms; what is still apart after this was told late or is lost. */
const FILL_EVENTS_MS = 1_000
/** Never reached by hand. */
const LOTS_KEPT = 64

/** After a trade that opened or enlarged and that nobody had reported before. */
export function afterEntry(ahead: EntriesAhead, trade: Trade): EntriesAhead {
  const { open, left } = matched(signedTradeSize(trade), recent(ahead.grown, trade.at))
  const entered = open === 0 ? ahead.entered : [...ahead.entered, { tradeId: trade.id, at: trade.at, contracts: open }]
  return { entered: entered.slice(-LOTS_KEPT), grown: left }
}

/** After a trade was voided. */
export function afterVoidedEntry(ahead: EntriesAhead, trade: Trade): EntriesAhead {
  const entered = ahead.entered.filter(({ tradeId }) => tradeId !== trade.id)
  return entered.length === ahead.entered.length ? ahead : { ...ahead, entered }
}

/** After the position went from one signed size to another. */
export function afterGrowth(ahead: EntriesAhead, before: number, after: number, now: Instant): EntriesAhead {
  const grew = Math.abs(after) - (Math.sign(before) === Math.sign(after) ? Math.abs(before) : 0)
  if (grew <= 0) return ahead
  const { open, left } = matched(Math.sign(after) * grew, ahead.entered)
  const grown = open === 0 ? ahead.grown : [...recent(ahead.grown, now), { at: now, contracts: open }]
  return { entered: left, grown: grown.slice(-LOTS_KEPT) }
}

/** After a reading: it knows the trades of all that it shows. */
export function afterReading(ahead: EntriesAhead): EntriesAhead {
  return ahead.grown.length === 0 ? ahead : { ...ahead, grown: [] }
}

/** Signed contracts that entries have added and the position does not show yet. */
export function enteredAhead({ entered }: EntriesAhead, now: Instant): number {
  let contracts = 0
  for (const lots of recent(entered, now)) contracts += lots.contracts
  return contracts
}

/** Signed contracts that the position shows and of which no trade has told yet. */
export function shownAhead({ grown }: EntriesAhead, now: Instant): number {
  let contracts = 0
  for (const lots of recent(grown, now)) contracts += lots.contracts
  return contracts
}

function recent<Lots extends { readonly at: Instant }>(lots: readonly Lots[], now: Instant): readonly Lots[] {
  return lots.filter(({ at }) => now - at <= FILL_EVENTS_MS)
}

/** Takes contracts from lots of the same side, oldest first. */
function matched<Lots extends { readonly contracts: number }>(
  contracts: number,
  lots: readonly Lots[],
): { readonly open: number; readonly left: readonly Lots[] } {
  let open = contracts
  const left: Lots[] = []
  for (const one of lots) {
    const taken = Math.sign(one.contracts) === Math.sign(open) ? Math.min(Math.abs(one.contracts), Math.abs(open)) : 0
    const signed = taken * Math.sign(open)
    open -= signed
    if (one.contracts !== signed) left.push({ ...one, contracts: one.contracts - signed })
  }
  return { open, left }
}
