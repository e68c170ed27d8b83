import {
  type ContractSpec,
  type ExitPrices,
  type Instant,
  isUsableSpec,
  NO_USD,
  type PositionSide,
  type PositionValue,
  type Quote,
  sideOf,
  type Ticks,
  toTickFraction,
  type UnrealizedPnl,
  unrealizedPnl,
  type Usd,
  usd,
} from '@rm/domain'
import { exitPrice } from './quotes.ts'

export interface ValuationInputs {
  /** What is left of the position beside the contracts that are in R already, signed. */
  readonly signedSize: number
  readonly averagePrice: number
  /** `null` while the contract record is unknown. */
  readonly contract: ContractSpec | null
  readonly quote: Quote | null
  /** Outside the product's session an old quote is no fault. */
  readonly isMarketOpen: boolean
  readonly staleAfterMs: number
  readonly now: Instant
}

const NOTHING: PositionValue = { kind: 'known', current: NO_USD, worst: NO_USD, best: NO_USD }

/** What a position is worth at the price of its exit side, or why nobody can say. Never 0 for want of knowledge. */
export function valuePosition(inputs: ValuationInputs): PositionValue {
  const { signedSize, averagePrice, contract, quote, now } = inputs
  const side = sideOf(signedSize)
  if (side === null) return NOTHING
  if (contract === null) return unknown('the contract record is unknown')
  if (!isUsableSpec(contract)) return unknown(`tick size or tick value of ${contract.name} is not positive`)
  if (quote === null) return unknown(`no quote of ${contract.name} yet`)
  const exit = exitPrice(quote, side, now)
  if (exit === null) return unknown(`no ${side === 'long' ? 'bid' : 'ask'} of ${contract.name} yet`)
  const average = toTickFraction(averagePrice, contract.tickSize)
  const valueAt = (price: Ticks): Usd => unrealizedPnl(contract, average, price, signedSize)
  const current = valueAt(exit)
  const ageMs = now - quote.receivedAt
  if (inputs.isMarketOpen && ageMs > inputs.staleAfterMs) {
    return unknown(`the quote of ${contract.name} is ${Math.floor(ageMs / 1_000)} s old`, current)
  }
  const [low, high] = side === 'long' ? [quote.bidLow, quote.bidHigh] : [quote.askLow, quote.askHigh]
  const [worstPrice, bestPrice] = side === 'long' ? [low, high] : [high, low]
  const worst = worstPrice === null || worstPrice === exit ? current : valueAt(worstPrice)
  const best = bestPrice === null || bestPrice === exit ? current : valueAt(bestPrice)
  // An exit that moved by time alone, when a suspicion ended, may lie outside the extremes.
  return {
    kind: 'known',
    current,
    worst: worst < current ? worst : current,
    best: best > current ? best : current,
  }
}

/** Where a position of the side could be closed, by the same quote and under the same conditions as its value. */
export function exitPrices(side: PositionSide, inputs: ValuationInputs): ExitPrices | null {
  const { quote, contract, now } = inputs
  if (quote === null || contract === null || !isUsableSpec(contract)) return null
  if (inputs.isMarketOpen && now - quote.receivedAt > inputs.staleAfterMs) return null
  const current = exitPrice(quote, side, now)
  if (current === null) return null
  const best = side === 'long' ? (quote.bidHigh ?? current) : (quote.askLow ?? current)
  const isBetter = side === 'long' ? best > current : best < current
  return { current, best: isBetter ? best : current }
}

/** U and U* of an account. */
export function sumValues(values: Iterable<PositionValue>): UnrealizedPnl {
  let known = true
  let current = 0
  let pessimistic = 0
  for (const value of values) {
    if (value.kind === 'known') {
      current += value.current
      pessimistic += value.worst
    } else {
      known = false
      if (value.lastKnown !== null && value.lastKnown < 0) pessimistic += value.lastKnown
    }
  }
  return { known, current: usd(current), pessimistic: usd(pessimistic) }
}

function unknown(reason: string, lastKnown: Usd | null = null): PositionValue {
  return { kind: 'unknown', reason, lastKnown }
}
