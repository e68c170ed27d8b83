import type { ContractId, Quote } from '@rm/domain'
import type { QuietPrices, QuietRange } from './quiet-prices.ts'

/** Who holds a contract, and what is quiet for him. */
interface Holder {
  readonly quiet: QuietPrices | null
}

/** Among which bids and asks nobody who holds the contract needs a turn. Empty when `low > high`. */
interface CommonRange {
  readonly bidLow: number
  readonly bidHigh: number
  readonly askLow: number
  readonly askHigh: number
}

const NOWHERE: CommonRange = { bidLow: 1, bidHigh: 0, askLow: 1, askHigh: 0 }

/** Answers for all holders of a contract at once whether a quote concerns any of them: most do not, however many hold it. */
export class QuietContracts {
  /** Only what was asked for since it last changed. */
  readonly #common = new Map<ContractId, CommonRange>()

  /** To be called when the quiet prices of a holder change, or who holds the contract. */
  forget(contractId: ContractId): void {
    this.#common.delete(contractId)
  }

  /** Whether no holder needs a turn for the quote, extremes since the last turn included. */
  isQuiet(quote: Quote, holders: Iterable<Holder>): boolean {
    let common = this.#common.get(quote.contractId)
    if (common === undefined) {
      common = commonRange(quote.contractId, holders)
      this.#common.set(quote.contractId, common)
    }
    const { bidLow, bidHigh, askLow, askHigh } = quote
    if (bidLow === null || bidHigh === null || askLow === null || askHigh === null) return false
    return bidLow >= common.bidLow && bidHigh <= common.bidHigh && askLow >= common.askLow && askHigh <= common.askHigh
  }
}

/** Whether one holder needs no turn for the quote. */
export function isQuietFor({ quiet }: Holder, quote: Quote): boolean {
  const range = quiet?.get(quote.contractId)
  if (range === undefined) return false
  const { low, high } = exitExtremes(quote, range)
  return low !== null && high !== null && low >= range.low && high <= range.high
}

function exitExtremes(quote: Quote, { side }: QuietRange): { low: number | null; high: number | null } {
  return side === 'long' ? { low: quote.bidLow, high: quote.bidHigh } : { low: quote.askLow, high: quote.askHigh }
}

function commonRange(contractId: ContractId, holders: Iterable<Holder>): CommonRange {
  let bidLow = Number.NEGATIVE_INFINITY
  let bidHigh = Number.POSITIVE_INFINITY
  let askLow = Number.NEGATIVE_INFINITY
  let askHigh = Number.POSITIVE_INFINITY
  for (const { quiet } of holders) {
    const range = quiet?.get(contractId)
    if (range === undefined) return NOWHERE
    if (range.side === 'long') {
      bidLow = Math.max(bidLow, range.low)
      bidHigh = Math.min(bidHigh, range.high)
    } else {
      askLow = Math.max(askLow, range.low)
      askHigh = Math.min(askHigh, range.high)
    }
  }
  return { bidLow, bidHigh, askLow, askHigh }
}
